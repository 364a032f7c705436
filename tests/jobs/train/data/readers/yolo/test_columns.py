import contextlib
import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.train.data.readers.yolo.columns import settle_columns
from jobs.train.data.readers.yolo.lines import parse_line

BOX = (0.4375, 0.5, 0.375, 0.5)
EDGES = (0.25, 0.25, 0.625, 0.75)
CORNERS = (0.25, 0.25, 0.625, 0.25, 0.625, 0.75, 0.25, 0.75)


def rows_of(*lines: str) -> list[tuple[float, ...]]:
    return [parse_line(f"0 {line}").values for line in lines]


def edges(rows: Sequence[Sequence[float]], *, keypoint_values: int = 0) -> set[tuple[float, ...]]:
    """The boxes of all rows, to six decimals."""
    columns = settle_columns(rows, keypoint_values=keypoint_values)
    boxes = [columns.box(values) for values in rows]
    return {tuple(round(edge, 6) for edge in (b.xmin, b.ymin, b.xmax, b.ymax)) for b in boxes}


def extras(rows: Sequence[Sequence[float]]) -> set[int]:
    columns = settle_columns(rows)
    return {columns.extra(values) for values in rows}


def boxes_like_labels(count: int, seed: int) -> list[tuple[float, ...]]:
    """Boxes inside the photo, of any place and size."""
    draw = random.Random(seed)
    boxes: list[tuple[float, ...]] = []
    for _ in range(count):
        width, height = draw.uniform(0.02, 0.9), draw.uniform(0.02, 0.9)
        boxes.append(
            (draw.uniform(width / 2, 1 - width / 2), draw.uniform(height / 2, 1 - height / 2), width, height)
        )
    return boxes


def triangles_like_labels(count: int, seed: int) -> list[tuple[float, ...]]:
    draw = random.Random(seed)
    return [tuple(round(draw.random(), 6) for _ in range(6)) for _ in range(count)]


@pytest.mark.parametrize(
    "tail",
    [
        lambda i: (0.91,),
        lambda i: (i + 1.0,),
        lambda i: (1.0,),
        lambda i: (0.91, 1.0),
        lambda i: (0.91, i + 1.0),
        lambda i: (i + 1.0, 0.91),
        lambda i: (0.2 + i / 10, 3.0),
        lambda i: (0.5, -1.0 if i else 4.0),
    ],
)
def test_a_score_and_a_track_number_after_a_box_are_left_out(tail: object) -> None:
    assert callable(tail)
    rows = [(*BOX, *tail(i)) for i in range(4)]
    assert edges(rows) == {EDGES}
    assert extras(rows) == {len(tail(0))}


@pytest.mark.parametrize("seed", range(20))
def test_many_boxes_with_tails_are_told_from_triangles_and_from_scores_first(seed: int) -> None:
    draw = random.Random(seed)
    boxes = boxes_like_labels(60, seed)
    for tails in (
        [(draw.random(),) for _ in boxes],
        [(draw.uniform(0.5, 1), float(draw.randint(0, 9))) for _ in boxes],
        [(draw.uniform(0.5, 1), 1.0) for _ in boxes],
    ):
        columns = settle_columns([box + tail for box, tail in zip(boxes, tails, strict=True)])
        for box, tail in zip(boxes, tails, strict=True):
            found = columns.box(box + tail)
            assert ((found.xmin + found.xmax) / 2, found.xmax - found.xmin) == pytest.approx((box[0], box[2]))


@pytest.mark.parametrize("seed", range(20))
def test_many_triangles_are_triangles(seed: int) -> None:
    rows = triangles_like_labels(40, seed)
    columns = settle_columns(rows)
    assert all(columns.box(row).xmax == max(row[0::2]) for row in rows)


def test_triangles_on_the_edge_of_the_photo_are_triangles() -> None:
    rows = rows_of("0.1 0.2 0.5 0.3 0.3 1", "0.1 0.2 0.5 0.3 0.3 0.7")
    assert edges(rows) == {(0.1, 0.2, 0.5, 1), (0.1, 0.2, 0.5, 0.7)}


def test_six_numbers_that_may_be_either_are_refused() -> None:
    rows = [(*BOX, 0.91, 1.0)]
    with pytest.raises(ValueError, match="score and track number, or a triangle; too few rows"):
        edges(rows)


def test_six_numbers_that_are_now_one_and_now_the_other_are_refused() -> None:
    rows = [(*BOX, 0.91, 7.0), (0.1, 0.2, 0.5, 0.3, 0.3, 0.7)]
    with pytest.raises(ValueError, match="other rows are one or the other"):
        edges(rows)


def test_a_score_before_the_box_is_refused() -> None:
    for rows in ([(0.9, *BOX)], [(0.9, *box) for box in boxes_like_labels(30, 1)]):
        with pytest.raises(ValueError, match="may have its score before the box"):
            edges(rows)


@pytest.mark.parametrize(
    "order",
    [
        lambda track, box: (track, 0.9, *box),
        lambda track, box: (0.9, track, *box),
        lambda track, box: (track, *box, 0.9),
        lambda track, box: (0.9, *box, track),
    ],
    ids=["both before", "score first", "around", "around, score first"],
)
@pytest.mark.parametrize("tracks", [(1.0,) * 6, (0.0,) * 6, tuple(map(float, range(1, 7)))], ids=str)
def test_a_score_and_a_track_number_before_or_around_the_box_are_refused(
    tracks: tuple[float, ...], order: Callable[[float, Sequence[float]], tuple[float, ...]]
) -> None:
    for boxes in ([BOX] * 6, boxes_like_labels(6, 3)):
        rows = [order(track, box) for track, box in zip(tracks, boxes, strict=True)]
        columns = settle_columns(rows)
        for row in rows:
            with pytest.raises(ValueError, match="before it or around it, or a triangle"):
                columns.box(row)


def test_triangles_of_which_some_are_far_outside_are_all_refused() -> None:
    inside = (0.1, 0.2, 0.5, 0.3, 0.3, 0.7)
    for outside, message in (
        ((0.1, 0.2, 7.0, 0.3, 0.3, 0.7), "one number over 1"),
        ((10.0, 20.0, 50.0, 30.0, 30.0, 70.0), "in pixels"),
    ):
        columns = settle_columns([inside, outside, inside])
        for row in (inside, outside):
            with pytest.raises(ValueError, match=message):
                columns.box(row)


def test_a_first_number_that_never_changes_is_no_score() -> None:
    assert edges([(*BOX, 0.30 + i / 100) for i in range(3)]) == {EDGES}
    with pytest.raises(ValueError, match="may have its score before the box"):
        edges([(*BOX, 0.30)])


@pytest.mark.parametrize("fifth", [(0.5, 7.0), (87.5, 91.2), (-45.0, 30.0), (1.57, 0.2)])
def test_a_fifth_number_that_is_neither_score_nor_track_is_refused(fifth: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="neither a score"):
        edges([(*BOX, number) for number in fifth])


def test_polygons_and_oriented_corners_have_the_bounds_of_their_points() -> None:
    assert edges([CORNERS]) == {EDGES}
    assert edges([CORNERS, (*CORNERS, 0.25, 0.25), BOX]) == {EDGES}


def test_polygons_with_a_score_and_a_track_number_leave_these_out() -> None:
    assert edges([(*CORNERS, 0.91, 3.0), (*CORNERS, 0.1, 0.5, 0.91, 2.0)]) == {EDGES, (0.1, *EDGES[1:])}


def test_polygons_of_which_only_some_end_in_a_track_number_are_refused() -> None:
    with pytest.raises(ValueError, match="other rows are one or the other"):
        edges([(*CORNERS, 0.91, 3.0), CORNERS])


def test_a_polygon_whose_end_may_be_a_track_number_is_refused_where_its_bounds_depend_on_it() -> None:
    with pytest.raises(ValueError, match="too few rows"):
        edges([(*CORNERS, 0.91, 1.0)])
    assert edges(rows_of("0.1 0.5 0.9 0.5 0.9 1 0.1 1")) == {(0.1, 0.5, 0.9, 1)}


def test_key_points_that_are_announced_are_left_out() -> None:
    assert edges([(*BOX, 0.3, 0.4, 0.5, 0.6)], keypoint_values=4) == {EDGES}
    assert edges([(*BOX, 0.3, 0.4, 0.5, 0.6, 0.9, 4.0), BOX], keypoint_values=4) == {EDGES}
    with pytest.raises(ValueError, match="has 6 coordinates"):
        edges([(*BOX, 0.3, 0.4)], keypoint_values=4)


@pytest.mark.parametrize("points", [1, 2, 3, 4, 17])
def test_key_points_with_visibility_show_by_themselves(points: int) -> None:
    values = [value for i in range(points) for value in (0.3 + i / 100, 0.4, float(i % 3))]
    assert edges([(*BOX, *values)] * 2) == {EDGES}


def test_key_points_in_pairs_may_be_a_polygon_and_are_refused() -> None:
    with pytest.raises(ValueError, match="add kpt_shape to"):
        edges([(*BOX, 0.3, 0.4, 0.5, 0.6)])


OUTSIDE = (0.9, 0.9)
"""A point that is not in BOX."""


def test_key_points_with_visibility_may_be_outside_the_box() -> None:
    inside = (0.3, 0.4, 2.0, 0.5, 0.6, 1.0, 0.4, 0.3, 2.0)
    assert edges([(*BOX, *inside, *OUTSIDE, 2.0), (*BOX, *inside, 0.5, 0.5, 0.0)]) == {EDGES}


@pytest.mark.parametrize("last", [(0.4, 0.3), OUTSIDE])
def test_key_points_with_a_confidence_are_left_out_or_refused(last: tuple[float, float]) -> None:
    odd = (*BOX, 0.3, 0.4, 0.91, 0.5, 0.6, 0.85, *last, 0.4)
    assert edges([odd, odd]) == {EDGES}
    with pytest.raises(ValueError, match="add kpt_shape to"):
        edges([(*odd, 0.5, 0.5, 0.7)] * 2)


def test_pairs_of_which_most_are_inside_the_box_are_refused() -> None:
    with pytest.raises(ValueError, match="add kpt_shape to"):
        edges([(*BOX, 0.3, 0.4, 0.5, 0.6, 0.4, 0.4, 0.5, 0.5, *OUTSIDE)] * 3)


def test_points_at_minus_one_are_key_points_that_are_not_there() -> None:
    unlabelled = (*BOX, *(-1.0,) * 10)
    labelled = (*BOX, 0.3, 0.4, 0.5, 0.6, 0.4, 0.4, 0.5, 0.5, 0.6, 0.6)
    assert edges([unlabelled] * 3) == {EDGES}
    assert edges([unlabelled, labelled, labelled]) == {EDGES}


def test_a_polygon_with_points_at_minus_one_is_refused() -> None:
    with pytest.raises(ValueError, match="points at -1"):
        edges([(0.25, 0.25, 0.625, 0.25, -1.0, -1.0, 0.625, 0.75)])


def test_corners_in_the_place_of_centre_and_size_are_refused() -> None:
    with pytest.raises(ValueError, match="looks like xmin ymin xmax ymax"):
        edges([EDGES] * 3)
    with pytest.raises(ValueError, match="looks like xmin ymin xmax ymax"):
        edges([(*EDGES, 0.9, 7.0)] * 3)


@pytest.mark.parametrize(
    "values", [(70, 60, 60, 60), (70, 60, 60, 60, 0.9), (40, 30, 100, 30, 100, 90), (50, 40, 30, 20, 0.9, 4)]
)
def test_pixels_are_refused(values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="look like pixels"):
        edges([tuple(map(float, values))] * 3)


@pytest.mark.parametrize("count", [7, 9, 11])
def test_other_counts_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"has {count} coordinates where a box has 4"):
        edges([[0.1 + i / 20 for i in range(count)]])


@given(
    st.lists(st.lists(st.floats(-2, 3) | st.integers(-1, 3).map(float), min_size=4, max_size=16), max_size=8),
    st.integers(0, 9),
)
def test_any_rows_have_boxes_or_are_refused(rows: list[list[float]], keypoint_values: int) -> None:
    columns = settle_columns(rows, keypoint_values=keypoint_values)
    for values in rows:
        with contextlib.suppress(ValueError):
            assert columns.box(values)
