"""The values that dataset readers produce and training consumes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from detector.detections import GroundTruth
from detector.errors import InvalidRequestError
from jobs.train.data.problems import Problem

Side = Literal["train", "val", "test"]
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class AnnotatedBox:
    """A box as the annotation file states it, before anything is known of the photo.

    Edges are in pixels, or 0..1 when `normalised`; the label is the class name as written.
    """

    label: str
    ymin: float
    xmin: float
    ymax: float
    xmax: float
    normalised: bool = False


@dataclass(frozen=True, slots=True)
class AnnotatedPhoto:
    """One photo as a reader found it: nothing decoded, nothing judged.

    `name` is the path relative to the dataset's root, as reports show it. `read` returns the photo's bytes.
    `stated_size` is the `(width, height)` that the annotation gives, if it gives one. `side` is the
    dataset's own split, if it has one. `boxes` is empty for a negative. `left_out` counts objects that the
    reader saw and could not use (a crowd, an unknown class): such a photo is never taken for a negative.
    """

    name: str
    read: Callable[[], bytes]
    boxes: tuple[AnnotatedBox, ...]
    stated_size: tuple[int, int] | None = None
    side: Side | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Annotations:
    """All that a reader found in one dataset.

    `labels` is in the order that the format gives its classes, or None where it gives none (then they are
    sorted by name). `problems` are those that show without decoding a photo.
    """

    photos: tuple[AnnotatedPhoto, ...]
    labels: tuple[str, ...] | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """A photo that passed the checks and is ready to be trained on.

    `pixels` is the upright RGB photo, uint8 `[height, width, 3]`, decoded at a reduced scale (about twice the
    network's size); `ground_truth` is normalised to the upright photo and clipped to it. `sha256` is of the
    photo's bytes; `thumbnail` is the photo at 32 × 32, by which look-alikes are found.
    """

    name: str
    sha256: str
    thumbnail: Pixels
    pixels: Pixels
    ground_truth: tuple[GroundTruth, ...]
    side: Side | None = None

    def relabelled(self, class_ids: Mapping[int, int]) -> "LabelledPhoto":
        """The photo with class i called `class_ids[i]`."""
        truth = tuple(replace(truth, class_id=class_ids[truth.class_id]) for truth in self.ground_truth)
        return replace(self, ground_truth=truth)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Checked photos and the labels that class ids index into (sorted unless the format orders them)."""

    labels: tuple[str, ...]
    photos: tuple[LabelledPhoto, ...]

    def with_labels(self, labels: tuple[str, ...]) -> "Dataset":
        """The same photos with class ids that index into `labels`: datasets order their classes in their own way.

        Classes without a box may be missing there. Raises InvalidRequestError for one with boxes that is.
        """
        used = {truth.class_id for photo in self.photos for truth in photo.ground_truth}
        unknown = [self.labels[i] for i in sorted(used) if self.labels[i] not in labels]
        if unknown:
            raise InvalidRequestError(
                f"The dataset has classes that the version does not know: {', '.join(unknown)}. It knows: "
                f"{', '.join(labels)}."
            )
        class_ids = {i: labels.index(self.labels[i]) for i in used}
        return Dataset(labels, tuple(photo.relabelled(class_ids) for photo in self.photos))


@dataclass(frozen=True, slots=True)
class Split:
    """A dataset divided for one training run; `test` is empty unless the dataset brought one.

    `notes` are plain sentences on what could not be had (a class with a single photo is on both sides, say).
    """

    train: tuple[LabelledPhoto, ...]
    val: tuple[LabelledPhoto, ...]
    test: tuple[LabelledPhoto, ...] = ()
    notes: tuple[str, ...] = ()
