from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.boxes import Box
from detector.detections import GroundTruth
from jobs.train.data.photos import LabelledPhoto
from jobs.train.data.split.look_alikes import make_thumbnail
from jobs.train.fitting.augment import AugmentOptions, View, plain_view, random_view

Array = npt.NDArray[Any]

GEOMETRY_ONLY = AugmentOptions(
    mosaic=0.0, brightness=0.0, contrast=0.0, saturation=0.0, hue_degrees=0.0, grey=0.0, blur=0.0, jpeg=0.0
)
RED, BLUE = (255, 0, 0), (0, 0, 255)


def photo_of(
    boxes: list[Box], *, height: int = 120, width: int = 200, color: tuple[int, ...] = RED
) -> LabelledPhoto:
    """A black photo with a filled rectangle for each box."""
    pixels = np.zeros((height, width, 3), np.uint8)
    for box in boxes:
        ymin, xmin, ymax, xmax = (round(edge) for edge in box.to_pixels(width=width, height=height))
        pixels[ymin:ymax, xmin:xmax] = color
    truth = tuple(GroundTruth(0, box) for box in boxes)
    return LabelledPhoto("made", "0" * 64, make_thumbnail(pixels), pixels, truth)


def extent_of(mask: Array) -> tuple[float, float, float, float]:
    """ymin, xmin, ymax, xmax of the true pixels, 0..1."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    height, width = mask.shape
    return rows[0] / height, columns[0] / width, (rows[-1] + 1) / height, (columns[-1] + 1) / width


def red_pixels(view: View) -> Array:
    # The canvas behind a zoomed-out photo has a random colour; the photo's own red is pure.
    pixels = view.pixels.astype(int)
    return (pixels[..., 0] > 128) & (pixels[..., 1] < 60) & (pixels[..., 2] < 60)


def test_the_plain_view_keeps_the_boxes() -> None:
    box = Box(0.25, 0.2, 0.75, 0.6)
    view = plain_view(photo_of([box]), 64)
    assert view.pixels.shape == (64, 64, 3)
    np.testing.assert_allclose(view.boxes, [[0.25, 0.2, 0.75, 0.6]], atol=1e-6)
    np.testing.assert_allclose(extent_of(red_pixels(view)), (0.25, 0.2, 0.75, 0.6), atol=0.02)


@given(
    seed=st.integers(0, 2**32 - 1),
    top=st.floats(0.0, 0.6),
    left=st.floats(0.0, 0.6),
    height=st.floats(0.2, 0.4),
    width=st.floats(0.2, 0.4),
)
@settings(max_examples=150, deadline=None)
def test_boxes_move_with_the_pixels(seed: int, top: float, left: float, height: float, width: float) -> None:
    photo = photo_of([Box(top, left, top + height, left + width)])
    # A zoom-out canvas could be red too: keep to windows within the photo.
    options = AugmentOptions(**{**_fields(GEOMETRY_ONLY), "zoom_out": 1.0, "aspect": 1.0})
    view = random_view([photo], 0, size=96, rng=np.random.default_rng(seed), options=options)
    assert len(view.boxes) == 1
    np.testing.assert_allclose(view.boxes[0], extent_of(red_pixels(view)), atol=0.035)


def _fields(options: AugmentOptions) -> dict[str, float]:
    return {name: getattr(options, name) for name in AugmentOptions.__slots__}


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_every_kind_of_view_has_valid_boxes_and_the_asked_size(seed: int) -> None:
    photos = [photo_of([Box(0.1, 0.1, 0.5, 0.5), Box(0.6, 0.5, 0.9, 0.95)]), photo_of([], color=BLUE)]
    view = random_view(
        photos, seed % 2, size=96, rng=np.random.default_rng(seed), options=AugmentOptions(mosaic=0.5)
    )
    assert view.pixels.shape == (96, 96, 3)
    assert view.pixels.dtype == np.uint8
    assert view.boxes.shape == (len(view.class_ids), 4)
    assert np.all((view.boxes >= 0) & (view.boxes <= 1))
    assert np.all(view.boxes[:, 2:] > view.boxes[:, :2])


def test_the_same_seed_gives_the_same_view() -> None:
    photos = [photo_of([Box(0.1, 0.1, 0.5, 0.5)]), photo_of([])]
    views = [
        random_view(photos, 0, size=96, rng=np.random.default_rng(7), options=AugmentOptions())
        for _ in range(2)
    ]
    np.testing.assert_array_equal(views[0].pixels, views[1].pixels)
    np.testing.assert_array_equal(views[0].boxes, views[1].boxes)


def test_a_photo_with_objects_keeps_at_least_one_in_view() -> None:
    photo = photo_of([Box(0.4, 0.45, 0.5, 0.55)])
    options = AugmentOptions(mosaic=0.0, zoom_in=2.0)
    seen = [
        len(random_view([photo], 0, size=96, rng=np.random.default_rng(i), options=options).boxes)
        for i in range(100)
    ]
    assert min(seen) == 1
