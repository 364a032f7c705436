"""What an evaluation says. A number that could not be measured is None, never 0."""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class SizeRange:
    """Objects whose fraction of the photo's area lies in `[minimum, maximum)`."""

    name: str
    minimum: float
    maximum: float


SIZE_RANGES = (
    SizeRange("small", 0.0, 0.15**2),
    SizeRange("medium", 0.15**2, 0.4**2),
    SizeRange("large", 0.4**2, inf),
)
"""COCO cuts at 32 and 96 pixels, which says nothing about a photo resized to the network's input. These cut
at a square of 15% and of 40% of the photo's edge; at 224 pixels that is 34 and 90 pixels, close to COCO's."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The percentile bootstrap interval of a number, over photos."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PrecisionRecallCurve:
    """Interpolated precision at IoU 0.5 for recall 0, 0.01, ..., 1: COCO's 101 points."""

    recall: tuple[float, ...]
    precision: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ThresholdMetrics:
    """Counts at IoU 0.5 of the detections whose score reaches the threshold."""

    true_positives: int
    false_positives: int
    false_negatives: int

    @property
    def precision(self) -> float | None:
        """Fraction of the drawn boxes that are right; None when no box is drawn."""
        drawn = self.true_positives + self.false_positives
        return self.true_positives / drawn if drawn else None

    @property
    def recall(self) -> float | None:
        """Fraction of the labelled objects that are found; None when nothing is labelled."""
        labelled = self.true_positives + self.false_negatives
        return self.true_positives / labelled if labelled else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None when there is neither an object nor a box."""
        boxes = 2 * self.true_positives + self.false_positives + self.false_negatives
        return 2 * self.true_positives / boxes if boxes else None


@dataclass(frozen=True, slots=True)
class ClassMetrics:
    """One class. The average precisions and the curve are None when no object of it is labelled."""

    class_id: int
    label: str
    ground_truth_boxes: int
    ap50: float | None
    ap75: float | None
    ap: float | None
    curve: PrecisionRecallCurve | None
    ap50_interval: Interval | None = None
    at_threshold: ThresholdMetrics | None = None


@dataclass(frozen=True, slots=True)
class SizeMetrics:
    """One size of object; its numbers are means over the classes that have objects of that size."""

    size: SizeRange
    ground_truth_boxes: int
    ap50: float | None
    ap: float | None
    ap50_interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A detector on a set of photos.

    `ap50`, `ap75` and `ap` (IoU 0.50 to 0.95 in steps of 0.05) are means over the classes that have labelled
    objects. `at_threshold` sums over the classes. Empty photos are those without any labelled object.
    """

    photos: int
    empty_photos: int
    ground_truth_boxes: int
    ap50: float | None
    ap75: float | None
    ap: float | None
    per_class: tuple[ClassMetrics, ...]
    per_size: tuple[SizeMetrics, ...]
    ap50_interval: Interval | None = None
    score_threshold: float | None = None
    at_threshold: ThresholdMetrics | None = None
    false_positives_per_empty_photo: float | None = None

    @property
    def precision(self) -> float | None:
        """Precision at the score threshold, all classes together."""
        return self.at_threshold.precision if self.at_threshold else None

    @property
    def recall(self) -> float | None:
        """Recall at the score threshold, all classes together."""
        return self.at_threshold.recall if self.at_threshold else None
