"""What a detector got right and wrong on one photo, box by box."""

from collections.abc import Sequence
from dataclasses import dataclass

from detector.detections import Detection, GroundTruth
from detector.evaluation.matching import IOU_50, IOU_THRESHOLDS, match_photos


@dataclass(frozen=True, slots=True)
class PhotoOutcome:
    """The boxes drawn on a photo, sorted into right and wrong, and the objects that none of them found."""

    right: tuple[Detection, ...]
    wrong: tuple[Detection, ...]
    missed: tuple[GroundTruth, ...]

    @property
    def mistakes(self) -> int:
        """Wrong boxes and missed objects together."""
        return len(self.wrong) + len(self.missed)


def photo_outcome(
    ground_truth: Sequence[GroundTruth], detections: Sequence[Detection], *, score_threshold: float
) -> PhotoOutcome:
    """Match one photo's detections of `score_threshold` or more at IoU 0.5, as `evaluate` does."""
    drawn = sorted(
        (detection for detection in detections if detection.score >= score_threshold),
        key=lambda detection: -detection.score,
    )
    found: set[int] = set()
    right: list[Detection] = []
    wrong: list[Detection] = []
    # Class by class, because matching never crosses classes and its rows are then those of `mine`.
    for class_id in sorted({detection.class_id for detection in drawn}):
        mine = [detection for detection in drawn if detection.class_id == class_id]
        rows = match_photos([ground_truth], [mine], iou_thresholds=IOU_THRESHOLDS[:1]).found[IOU_50]
        # Matching keeps only the best of very many; the rest found nothing.
        objects = [*rows.tolist(), *[-1] * (len(mine) - len(rows))]
        found.update(row for row in objects if row >= 0)
        right.extend(detection for detection, row in zip(mine, objects, strict=True) if row >= 0)
        wrong.extend(detection for detection, row in zip(mine, objects, strict=True) if row < 0)
    missed = tuple(truth for row, truth in enumerate(ground_truth) if row not in found)
    return PhotoOutcome(tuple(right), tuple(wrong), missed)
