import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.boxes import Box
from detector.images import LoadedImage
from jobs.train.data.box_placement import Frame, frame_of, place_boxes
from jobs.train.data.photos import AnnotatedBox, AnnotatedPhoto
from jobs.train.data.problems import ProblemKind

EDGE = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-300, 600)


def image(width: int, height: int, *, quarter_turns: int = 0, mirrored: bool = False) -> LoadedImage:
    """A loaded photo whose upright size is this."""
    raw_width, raw_height = (height, width) if quarter_turns % 2 else (width, height)
    pixels = np.zeros((4, 4, 3), np.uint8)
    return LoadedImage(pixels, width, height, raw_width, raw_height, quarter_turns, mirrored, "jpeg")


def photo(*boxes: AnnotatedBox, stated_size: tuple[int, int] | None = None) -> AnnotatedPhoto:
    return AnnotatedPhoto("photo.jpg", bytes, boxes, stated_size=stated_size)


@given(EDGE, EDGE, EDGE, EDGE, st.booleans(), st.integers(0, 3), st.booleans(), st.booleans())
def test_whatever_is_annotated_what_is_placed_is_inside_and_has_area(
    ymin: float,
    xmin: float,
    ymax: float,
    xmax: float,
    normalised: bool,
    turns: int,
    mirrored: bool,
    raw: bool,
) -> None:
    loaded = image(300, 200, quarter_turns=turns, mirrored=mirrored)
    size = (loaded.raw_width, loaded.raw_height) if raw else (300, 200)
    annotated = AnnotatedBox("cat", ymin, xmin, ymax, xmax, normalised=normalised)
    placed = place_boxes(photo(annotated, stated_size=size), loaded, {"cat": 0})
    for truth in placed.ground_truth:
        box = truth.box
        assert 0 <= box.ymin < box.ymax <= 1
        assert 0 <= box.xmin < box.xmax <= 1
        assert np.float32(box.xmax) > np.float32(box.xmin)
    assert len(placed.ground_truth) + placed.left_out == 1
    if placed.left_out:
        assert placed.problems


@given(st.integers(0, 3), st.booleans(), st.integers(0, 250), st.integers(0, 150))
def test_a_box_on_the_raw_photo_lands_where_the_pixels_do(
    turns: int, mirrored: bool, left: int, top: int
) -> None:
    upright = np.zeros((200, 300), np.uint8)
    upright[top : top + 50, left : left + 50] = 1
    raw = np.rot90(np.fliplr(upright) if mirrored else upright, turns)
    ys, xs = np.nonzero(raw)
    annotated = AnnotatedBox("cat", ys.min(), xs.min(), ys.max() + 1, xs.max() + 1)
    loaded = image(300, 200, quarter_turns=turns, mirrored=mirrored)
    stated = (raw.shape[1], raw.shape[0])
    placed = place_boxes(photo(annotated, stated_size=stated), loaded, {"cat": 0})
    if stated == (300, 200):
        return
    box = placed.ground_truth[0].box
    found = box.to_pixels(width=300, height=200)
    assert found == pytest.approx((top, left, top + 50, left + 50))
    assert placed.problems[0].kind is ProblemKind.TURNED_BOXES


@pytest.mark.parametrize("quarter_turns", [0, 1])
def test_how_far_a_box_reaches_out_is_told_in_pixels_of_that_side(quarter_turns: int) -> None:
    loaded = image(4000, 100, quarter_turns=quarter_turns)
    stated = (loaded.raw_width, loaded.raw_height)

    def problems(reach: float) -> set[ProblemKind]:
        ymax, xmax = (100 + reach, 3000.0) if quarter_turns == 0 else (3000.0, 100 + reach)
        placed = place_boxes(
            photo(AnnotatedBox("cat", 10, 10, ymax, xmax), stated_size=stated), loaded, {"cat": 0}
        )
        return {problem.kind for problem in placed.problems} - {ProblemKind.TURNED_BOXES}

    assert problems(0.4) == set()
    assert problems(0.6) == {ProblemKind.CLIPPED_BOX}


def test_the_stated_size_tells_the_frame() -> None:
    turned = image(300, 200, quarter_turns=1)
    assert frame_of(None, turned) is Frame.UPRIGHT
    assert frame_of((300, 200), turned) is Frame.UPRIGHT
    assert frame_of((200, 300), turned) is Frame.RAW
    assert frame_of((200, 301), turned) is Frame.UNKNOWN
    assert frame_of((200, 300), image(300, 200)) is Frame.UNKNOWN


def test_normalised_boxes_on_the_raw_photo_are_turned_too() -> None:
    turned = image(300, 200, quarter_turns=1)
    annotated = AnnotatedBox("cat", 0.1, 0.2, 0.3, 0.4, normalised=True)
    placed = place_boxes(photo(annotated, stated_size=(200, 300)), turned, {"cat": 0})
    assert placed.ground_truth[0].box == Box(0.1, 0.2, 0.3, 0.4).rotated(quarter_turns=1)
