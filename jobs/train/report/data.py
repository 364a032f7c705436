"""What the report is made from: everything known of one version when it is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal, Self

from detector.detections import Detection, GroundTruth
from detector.evaluation import Evaluation, PhotoOutcome, photo_outcome
from jobs.train.data.photos import LabelledPhoto, Pixels
from jobs.train.events import Event


@dataclass(frozen=True, slots=True)
class EvaluatedPhoto:
    """A held-out photo (upright RGB, uint8 `[height, width, 3]`), its truth and what was found on it."""

    name: str
    pixels: Pixels
    ground_truth: tuple[GroundTruth, ...]
    detections: tuple[Detection, ...]

    @classmethod
    def of(cls, photo: LabelledPhoto, detections: Sequence[Detection]) -> Self:
        """A labelled photo with what was found on it."""
        return cls(photo.name, photo.pixels, photo.ground_truth, tuple(detections))

    def outcome(self, score_threshold: float) -> PhotoOutcome:
        """What was right and wrong on it at the threshold."""
        return photo_outcome(self.ground_truth, self.detections, score_threshold=score_threshold)


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """One class in the training photos. Sides are of a square as large as the box, in shares of the edge."""

    label: str
    photos: int
    boxes: int
    smallest_side: float | None
    largest_side: float | None


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """What the model card says of the photos trained on, and what was spent on it."""

    photos: int
    negatives: int
    per_class: tuple[ClassFacts, ...]
    base_weights: str
    seconds: float | None = None

    @classmethod
    def from_photos(
        cls,
        photos: Sequence[LabelledPhoto],
        labels: Sequence[str],
        *,
        base_weights: str,
        seconds: float | None = None,
    ) -> Self:
        """Count the training side of the split. `base_weights` says in words where the base's came from."""
        return cls(
            photos=len(photos),
            negatives=sum(not photo.ground_truth for photo in photos),
            per_class=tuple(_class_facts(photos, class_id, label) for class_id, label in enumerate(labels)),
            base_weights=base_weights,
            seconds=seconds,
        )

    @property
    def boxes(self) -> int:
        """Labelled objects of all classes."""
        return sum(facts.boxes for facts in self.per_class)

    @property
    def smallest_side(self) -> float | None:
        """Of the smallest object of any class."""
        return min((facts.smallest_side for facts in self.per_class if facts.smallest_side), default=None)


def _class_facts(photos: Sequence[LabelledPhoto], class_id: int, label: str) -> ClassFacts:
    sides = [
        [sqrt(truth.box.area) for truth in photo.ground_truth if truth.class_id == class_id]
        for photo in photos
    ]
    flat = [side for photo_sides in sides for side in photo_sides]
    return ClassFacts(
        label=label,
        photos=sum(bool(photo_sides) for photo_sides in sides),
        boxes=len(flat),
        smallest_side=min(flat, default=None),
        largest_side=max(flat, default=None),
    )


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """One published kind. Parity is the greatest difference to the SavedModel on the same tensors."""

    kind: str
    size_bytes: int
    ap50: float | None = None
    milliseconds: float | None = None
    parity_max_box: float | None = None
    parity_max_score: float | None = None


@dataclass(frozen=True, slots=True)
class LeftOutKind:
    """A kind that was not published, and why."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReportData:
    """All of one version's report.

    `created` is RFC 3339. `history` are training events, of which the epochs are drawn. `held_out` says which
    side of the split `evaluation` and `photos` are of, `also_trained_on` how many of `photos` are on the training
    side too (only where there are too few to hold back). `data_report` is the data report's JSON. `alarms` are
    shown in red at the top (random base weights), `warnings` below them.
    """

    name: str
    version: int
    created: str
    labels: tuple[str, ...]
    config: Mapping[str, Any]
    history: tuple[Event, ...]
    evaluation: Evaluation
    photos: tuple[EvaluatedPhoto, ...]
    training: TrainingFacts
    artifacts: tuple[ArtifactRow, ...]
    data_report: Mapping[str, Any]
    held_out: Literal["val", "test"] = "val"
    also_trained_on: int = 0
    left_out: tuple[LeftOutKind, ...] = ()
    alarms: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
