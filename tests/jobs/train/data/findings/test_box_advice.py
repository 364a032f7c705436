from collections.abc import Sequence

import numpy as np
import pytest

from detector.boxes import Box
from detector.detections import GroundTruth
from jobs.train.data.findings.box_advice import advise_on_boxes
from jobs.train.data.photos import Dataset, LabelledPhoto

PIXELS = np.zeros((8, 8, 3), np.uint8)


def dataset(*boxes: Sequence[Box], labels: tuple[str, ...] = ("cat",)) -> Dataset:
    """A photo for each sequence of boxes, which are of the classes in turn."""
    return Dataset(
        labels,
        tuple(
            LabelledPhoto(
                f"{i}.jpg", str(i), PIXELS, PIXELS, tuple(GroundTruth(k, box) for k, box in enumerate(entry))
            )
            for i, entry in enumerate(boxes)
        ),
    )


def square(side: float, at: float = 0.1) -> Box:
    return Box(at, at, at + side, at + side)


def places(count: int) -> list[float]:
    return [0.05 + 0.4 * i / count for i in range(count)]


@pytest.mark.parametrize(("pixels_at_320", "size"), [(7.5, 352), (6.0, 448), (5.1, 512)])
def test_small_objects_are_counted_and_the_size_that_would_do_is_named(
    pixels_at_320: float, size: int
) -> None:
    data = dataset(*([square(pixels_at_320 / 320, at)] for at in places(30)))
    (line,) = advise_on_boxes(data, size=320)
    assert "30 of 30 boxes of 'cat' are less than 8 pixels" in line
    assert f"--size {size} " in line
    assert advise_on_boxes(data, size=size) == ()


def test_objects_too_small_for_any_size_need_other_photos() -> None:
    (line,) = advise_on_boxes(dataset(*([square(4 / 512, at)] for at in places(30))), size=320)
    assert "No --size up to 512 is enough: photograph closer" in line


def test_the_shorter_side_counts_as_the_photo_is_stretched() -> None:
    flat = [[Box(at, 0.1, at + 5 / 320, 0.9)] for at in places(30)]
    assert len(advise_on_boxes(dataset(*flat), size=320)) == 1


def test_each_class_is_told_of_its_own_and_a_stray_small_box_is_not() -> None:
    data = dataset(*([square(0.3, at), square(0.02, at)] for at in places(30)), labels=("cat", "bee"))
    (line,) = advise_on_boxes(data, size=320)
    assert "30 of 30 boxes of 'bee'" in line
    stray = dataset([square(0.01)], *([square(0.3, at)] for at in places(99)))
    assert advise_on_boxes(stray, size=320) == ()


def test_a_class_that_covers_every_photo_is_no_object() -> None:
    data = dataset(
        *([square(0.3, at), Box(0, 0, 1, 0.99)] for at in places(30)), labels=("cat", "background")
    )
    (line,) = advise_on_boxes(data, size=320)
    assert line.startswith("'background' covers the whole photo in 30 of its 30 photos")
    assert "photos without boxes" in line


def test_close_ups_among_other_photos_are_objects() -> None:
    data = dataset(*([square(0.3, at)] for at in places(30)), [Box(0, 0, 1, 1)])
    assert advise_on_boxes(data, size=320) == ()


def test_a_mark_at_one_place_is_told_apart_from_objects() -> None:
    data = dataset(*([square(0.3, at), square(0.1, 0.85)] for at in places(30)), labels=("cat", "date"))
    (line,) = advise_on_boxes(data, size=320)
    assert line.startswith("'date' is at the same place in nearly every photo")
