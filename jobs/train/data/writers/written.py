"""A photo as it is written, whatever the format."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from detector.detections import GroundTruth
from jobs.train.data.photos import Side

SIDES: tuple[Side, ...] = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class WrittenPhoto:
    """`name` is the file's, unique in the dataset also without its extension; `width` and `height` are of the upright
    photo in pixels; boxes are normalised to it."""

    name: str
    width: int
    height: int
    side: Side
    boxes: tuple[GroundTruth, ...]

    @property
    def stem(self) -> str:
        """The file's name without its extension."""
        return PurePosixPath(self.name).stem

    def edges(self, truth: GroundTruth) -> tuple[float, float, float, float]:
        """`(ymin, xmin, ymax, xmax)` of one of its boxes in pixels."""
        return truth.box.to_pixels(width=self.width, height=self.height)


def by_side(photos: Sequence[WrittenPhoto]) -> dict[Side, list[WrittenPhoto]]:
    """The photos of each side that has any."""
    parts = {side: [photo for photo in photos if photo.side == side] for side in SIDES}
    return {side: part for side, part in parts.items() if part}
