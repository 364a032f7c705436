import numpy as np
import pytest

from detector.boxes import Box
from detector.detections import GroundTruth
from detector.errors import InvalidRequestError
from jobs.train.data.photos import Dataset, LabelledPhoto


def dataset(labels: tuple[str, ...], *class_ids: int) -> Dataset:
    truth = tuple(GroundTruth(class_id, Box(0, 0, 1, 1)) for class_id in class_ids)
    pixels = np.zeros((8, 8, 3), np.uint8)
    return Dataset(labels, (LabelledPhoto("a.jpg", "a", pixels, pixels, truth),))


def test_class_ids_follow_the_labels_they_are_read_with() -> None:
    moved = dataset(("cat", "dog"), 0, 1, 0).with_labels(("dog", "bird", "cat"))
    assert [truth.class_id for truth in moved.photos[0].ground_truth] == [2, 0, 2]
    assert moved.labels == ("dog", "bird", "cat")


def test_a_class_without_boxes_may_be_unknown_and_one_with_boxes_is_named() -> None:
    assert dataset(("cat", "dog"), 0).with_labels(("cat",)).labels == ("cat",)
    with pytest.raises(InvalidRequestError, match=r"does not know: dog\. It knows: cat"):
        dataset(("cat", "dog"), 0, 1).with_labels(("cat",))
