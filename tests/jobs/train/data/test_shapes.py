from collections import Counter

import numpy as np
import pytest

from detector.boxes import as_array, intersection_over_union
from jobs.train.data.shapes import LABELS, generate_shapes


def test_the_same_seed_draws_the_same_pictures_and_a_larger_set_begins_with_the_smaller() -> None:
    few, more = generate_shapes(5, seed=4, size=64), generate_shapes(12, seed=4, size=64)
    for a, b in zip(few.photos, more.photos, strict=False):
        assert np.array_equal(a.pixels, b.pixels)
        assert (a.sha256, a.ground_truth, a.side) == (b.sha256, b.ground_truth, b.side)
    other = generate_shapes(5, seed=5, size=64)
    assert not np.array_equal(few.photos[0].pixels, other.photos[0].pixels)
    assert len({photo.sha256 for photo in more.photos}) == 12


def test_pictures_have_none_to_four_objects_of_both_classes_on_both_sides() -> None:
    dataset = generate_shapes(400, seed=0, size=96)
    assert dataset.labels == LABELS == ("rectangle", "triangle")
    counts = Counter(len(photo.ground_truth) for photo in dataset.photos)
    assert set(counts) == {0, 1, 2, 3, 4}
    assert 0.10 <= counts[0] / 400 <= 0.20
    for side in ("train", "val"):
        part = [photo for photo in dataset.photos if photo.side == side]
        assert {truth.class_id for photo in part for truth in photo.ground_truth} == {0, 1}
        assert any(not photo.ground_truth for photo in part)
    assert Counter(photo.side for photo in dataset.photos) == {"train": 320, "val": 80}


def test_boxes_never_leave_the_canvas_and_hardly_overlap() -> None:
    for photo in generate_shapes(300, seed=1, size=96).photos:
        boxes = as_array(truth.box for truth in photo.ground_truth)
        assert np.all(boxes >= 0)
        assert np.all(boxes <= 1)
        assert np.all(boxes[:, 2:] > boxes[:, :2])
        overlaps = intersection_over_union(boxes, boxes)
        np.fill_diagonal(overlaps, 0)
        assert np.all(overlaps <= 0.06)


@pytest.mark.parametrize("size", [32, 96, 224, 513])
def test_pictures_are_of_any_size(size: int) -> None:
    assert {photo.pixels.shape for photo in generate_shapes(4, seed=2, size=size).photos} == {(size, size, 3)}


def test_no_pictures_are_an_empty_dataset() -> None:
    assert generate_shapes(0, seed=0).photos == ()
