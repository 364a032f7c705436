"""Boxes: one frozen type, normalised to the upright photo, in the order ymin, xmin, ymax, xmax.

Arrays of boxes are float32 `[N, 4]` in that same order. No other convention crosses a module border: the
formats of datasets are converted by the named constructors below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned box; 0 is the top or left edge of the upright photo and 1 the bottom or right edge."""

    ymin: float
    xmin: float
    ymax: float
    xmax: float

    @classmethod
    def from_pixels(
        cls, *, ymin: float, xmin: float, ymax: float, xmax: float, width: int, height: int
    ) -> Self:
        """A box given by pixel edges of a photo of `width` × `height` pixels."""
        return cls(ymin / height, xmin / width, ymax / height, xmax / width)

    @classmethod
    def from_voc(cls, *, xmin: float, ymin: float, xmax: float, ymax: float, width: int, height: int) -> Self:
        """Pascal VOC edges in pixels. Written by labelling tools as 0-based edges, so they are taken as they are."""
        return cls.from_pixels(ymin=ymin, xmin=xmin, ymax=ymax, xmax=xmax, width=width, height=height)

    @classmethod
    def from_coco(cls, bbox: Sequence[float], *, width: int, height: int) -> Self:
        """COCO `[x, y, width, height]` in pixels."""
        x, y, w, h = bbox
        return cls.from_pixels(ymin=y, xmin=x, ymax=y + h, xmax=x + w, width=width, height=height)

    @classmethod
    def from_yolo(cls, *, x_center: float, y_center: float, width: float, height: float) -> Self:
        """YOLO centre and size, already normalised."""
        return cls(y_center - height / 2, x_center - width / 2, y_center + height / 2, x_center + width / 2)

    @property
    def height(self) -> float:
        """Bottom minus top, as a fraction of the photo."""
        return self.ymax - self.ymin

    @property
    def width(self) -> float:
        """Right minus left, as a fraction of the photo."""
        return self.xmax - self.xmin

    @property
    def area(self) -> float:
        """Fraction of the photo that the box covers; 0 for a box without extent."""
        return max(self.height, 0.0) * max(self.width, 0.0)

    def clipped(self) -> "Box":
        """The part of the box inside the photo."""
        return Box(*(min(max(edge, 0.0), 1.0) for edge in (self.ymin, self.xmin, self.ymax, self.xmax)))

    def rotated(self, *, quarter_turns: int) -> "Box":
        """The box after the photo is turned clockwise by `quarter_turns` times 90 degrees."""
        box = self
        for _ in range(quarter_turns % 4):
            box = Box(box.xmin, 1.0 - box.ymax, box.xmax, 1.0 - box.ymin)
        return box

    def mirrored(self) -> "Box":
        """The box after the photo is flipped left to right."""
        return Box(self.ymin, 1.0 - self.xmax, self.ymax, 1.0 - self.xmin)

    def to_pixels(self, *, width: int, height: int) -> tuple[float, float, float, float]:
        """`(ymin, xmin, ymax, xmax)` in pixels of a photo of `width` × `height`."""
        return self.ymin * height, self.xmin * width, self.ymax * height, self.xmax * width


def as_array(boxes: Iterable[Box]) -> FloatArray:
    """Boxes as float32 `[N, 4]`; `[0, 4]` when there are none."""
    rows = [(box.ymin, box.xmin, box.ymax, box.xmax) for box in boxes]
    return np.asarray(rows, dtype=np.float32).reshape(-1, 4)


def intersection_over_union(a: FloatArray, b: FloatArray) -> FloatArray:
    """Pairwise IoU of boxes `[N, 4]` and `[M, 4]`, as float32 `[N, M]`; 0 where a union is empty."""
    top_left = np.maximum(a[:, None, :2], b[None, :, :2])
    bottom_right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    intersection = np.prod(np.clip(bottom_right - top_left, 0.0, None), axis=-1)
    area_a = np.prod(np.clip(a[:, 2:] - a[:, :2], 0.0, None), axis=-1)
    area_b = np.prod(np.clip(b[:, 2:] - b[:, :2], 0.0, None), axis=-1)
    union = area_a[:, None] + area_b[None, :] - intersection
    return np.asarray(np.divide(intersection, union, out=np.zeros_like(union), where=union > 0), np.float32)
