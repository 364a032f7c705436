"""Plain sentences on what boxes of a class cannot teach: too small ones, whole photos, marks that never move.

Unlike the numbers of advice.py these have no counterpart in the phone page: while one labels there, no network's size
is chosen yet, and boxes are drawn by hand around things.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from detector.boxes import Box
from jobs.train.config import GREATEST_SIZE, SIZE_STEP
from jobs.train.data.photos import Dataset

LEAST_PIXELS = 8
"""Objects with a shorter side below this at the network's size are hardly found."""
SMALL_SHARE = 0.02
"""Less than this part of a class's boxes is not worth a word."""
MENDED_SHARE = 0.9
"""Of the small objects, this part should reach LEAST_PIXELS at the size that is advised."""
WHOLE_PHOTO = 0.95
NEARLY_ALL = 0.9
FEWEST_PHOTOS = 5
FEWEST_FOR_A_MARK = 20
SAME_PLACE = 0.01

_BoxesOfPhoto = Mapping[int, list[Box]]
"""Photo to the boxes of one class."""


def advise_on_boxes(dataset: Dataset, *, size: int) -> tuple[str, ...]:
    """What to expect of the boxes of each class at the network's size, and what to do."""
    lines = []
    for class_id, label in enumerate(dataset.labels):
        boxes: dict[int, list[Box]] = defaultdict(list)
        for i, photo in enumerate(dataset.photos):
            for truth in photo.ground_truth:
                if truth.class_id == class_id:
                    boxes[i].append(truth.box)
        lines += [
            *_small_objects(label, boxes, size),
            *(_whole_photos(label, boxes) or _one_place(label, boxes, len(dataset.photos))),
        ]
    return tuple(lines)


def _small_objects(label: str, boxes: _BoxesOfPhoto, size: int) -> list[str]:
    sides = np.array([min(box.width, box.height) for of_photo in boxes.values() for box in of_photo])
    small = sides[sides * size < LEAST_PIXELS]
    if not small.size or small.size < SMALL_SHARE * sides.size:
        return []
    what = (
        f"{small.size} of {sides.size} boxes of '{label}' are less than {LEAST_PIXELS} pixels wide or high at the "
        f"network's size of {size}"
    )
    larger = next(
        (s for s in _larger_sizes(size) if np.mean(small * s >= LEAST_PIXELS) >= MENDED_SHARE), None
    )
    if larger:
        return [f"{what}: expect most of them to be missed. --size {larger} brings them above that."]
    return [
        f"{what}: expect most of them to be missed. No --size up to {GREATEST_SIZE} is enough: photograph "
        "closer, or cut the photos into parts."
    ]


def _larger_sizes(size: int) -> Iterable[int]:
    return range((size // SIZE_STEP + 1) * SIZE_STEP, GREATEST_SIZE + 1, SIZE_STEP)


def _whole_photos(label: str, boxes: _BoxesOfPhoto) -> list[str]:
    whole = sum(any(box.area >= WHOLE_PHOTO for box in of_photo) for of_photo in boxes.values())
    if len(boxes) < FEWEST_PHOTOS or whole < NEARLY_ALL * len(boxes):
        return []
    return [
        f"'{label}' covers the whole photo in {whole} of its {len(boxes)} photos: that is a word for the photo, not an "
        "object to find. Draw boxes around the objects themselves; leave the class out if it means the background: "
        "photos without boxes are the examples of that."
    ]


def _one_place(label: str, boxes: _BoxesOfPhoto, photos: int) -> list[str]:
    if photos < FEWEST_FOR_A_MARK or len(boxes) < NEARLY_ALL * photos:
        return []
    first = np.array([(b.ymin, b.xmin, b.ymax, b.xmax) for b in (of_photo[0] for of_photo in boxes.values())])
    if np.mean(np.abs(first - np.median(first, axis=0)).max(axis=1) <= SAME_PLACE) < NEARLY_ALL:
        return []
    return [
        f"'{label}' is at the same place in nearly every photo, as a watermark or a time stamp is: the detector will "
        "learn the place. Leave the class out unless that is what you want."
    ]
