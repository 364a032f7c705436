"""The held-out photos of a version, read strictly: they were written by training and are as they were written."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from detector.detections import GroundTruth
from detector.errors import DatasetError, DetectorError
from detector.images import Pixels, load_image
from jobs.train.data.box_placement import place_boxes
from jobs.train.data.photos import AnnotatedPhoto
from jobs.train.data.problems import faults
from jobs.train.data.readers import coco
from jobs.train.data.source import open_source


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Photos with their boxes; decoded when asked for, since thousands of them would not fit into memory."""

    folder: Path
    photos: tuple[AnnotatedPhoto, ...]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.photos)

    def load(self, index: int) -> tuple[Pixels, tuple[GroundTruth, ...]]:
        """The upright photo and its boxes, class ids by `labels`. Raises DatasetError for one that is damaged."""
        photo = self.photos[index]
        try:
            image = load_image(photo.read())
        except DetectorError as error:
            raise DatasetError(f"{self.folder / photo.name}: {error.message}") from error
        placed = place_boxes(photo, image, {label: index for index, label in enumerate(self.labels)})
        if placed.left_out or faults(placed.problems):
            raise DatasetError(f"{self.folder / photo.name}: its boxes do not fit the photo.")
        return image.pixels, placed.ground_truth


def read_held_out(folder: Path, labels: Sequence[str]) -> HeldOut:
    """The photos in a version's folder below eval/, whose labels are `labels`.

    Raises DatasetError when there are none, or when they are not as training wrote them.
    """
    annotations = coco.read(open_source(folder))
    if problems := faults(annotations.problems):
        raise DatasetError(f"{folder}: {problems[0]}")
    if not annotations.photos:
        raise DatasetError(f"{folder}: there are no photos in it.")
    return HeldOut(folder, annotations.photos, tuple(labels))
