"""Photos' detections and ground truth as flat arrays, the form in which they can be matched quickly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.detections import Detection, GroundTruth

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Instances:
    """N boxes: index of the photo `[N]`, class id `[N]`, box `[N, 4]`, score `[N]` (0 for ground truth)."""

    photo: Ints
    class_id: Ints
    box: Floats
    score: Floats

    def __len__(self) -> int:
        return len(self.photo)

    @property
    def area(self) -> Floats:
        """Fraction of the photo that each box covers, `[N]`."""
        sides = np.clip(self.box[:, 2:] - self.box[:, :2], 0.0, None)
        return np.asarray(sides[:, 0] * sides[:, 1], np.float64)

    def select(self, rows: Ints | Bools) -> "Instances":
        """The boxes at these rows, in their order."""
        return Instances(self.photo[rows], self.class_id[rows], self.box[rows], self.score[rows])


def from_ground_truth(photos: Sequence[Sequence[GroundTruth]]) -> Instances:
    """Labelled boxes of all photos; ValueError for a class id below 0 or a number that is not finite."""
    rows = [
        (index, item.class_id, item.box.ymin, item.box.xmin, item.box.ymax, item.box.xmax, 0.0)
        for index, items in enumerate(photos)
        for item in items
    ]
    return _from_rows(rows)


def from_detections(photos: Sequence[Sequence[Detection]]) -> Instances:
    """Detections of all photos; ValueError for a class id below 0 or a number that is not finite."""
    rows = [
        (index, item.class_id, item.box.ymin, item.box.xmin, item.box.ymax, item.box.xmax, item.score)
        for index, items in enumerate(photos)
        for item in items
    ]
    return _from_rows(rows)


def _from_rows(rows: list[tuple[int, int, float, float, float, float, float]]) -> Instances:
    table = np.asarray(rows, np.float64).reshape(-1, 7)
    if not np.isfinite(table).all():
        raise ValueError("a box or a score is not a finite number")
    class_id = table[:, 1].astype(np.int64)
    if (class_id < 0).any():
        raise ValueError("a class id is negative")
    return Instances(table[:, 0].astype(np.int64), class_id, table[:, 2:6], table[:, 6])
