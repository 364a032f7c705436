"""The whole evaluation of a detector on a set of photos."""

from collections.abc import Sequence

import numpy as np

from detector.detections import Detection, GroundTruth
from detector.evaluation.average_precision import (
    RECALL_POINTS,
    average_precision,
    interpolated_precision,
    mean_of_measured,
)
from detector.evaluation.bootstrap import DEFAULT_SEED, ap50_interval, photo_weights
from detector.evaluation.instances import Bools, Floats, Instances, from_detections, from_ground_truth
from detector.evaluation.matching import IOU_50, IOU_75, IOU_THRESHOLDS, Matches, match_instances
from detector.evaluation.results import (
    SIZE_RANGES,
    ClassMetrics,
    Evaluation,
    PrecisionRecallCurve,
    SizeMetrics,
    SizeRange,
    ThresholdMetrics,
)


def evaluate(
    ground_truth: Sequence[Sequence[GroundTruth]],
    detections: Sequence[Sequence[Detection]],
    labels: Sequence[str],
    *,
    sizes: Sequence[SizeRange] | None = None,
    score_threshold: float | None = None,
    resamples: int = 0,
    seed: int = DEFAULT_SEED,
) -> Evaluation:
    """COCO's average precision of `detections[i]` against `ground_truth[i]`, overall, by class and by size.

    Equal to the COCO API with at most MAX_DETECTIONS a photo and class. With `score_threshold`, counts at
    that threshold too (a score equal to it counts). With `resamples`, 95% bootstrap intervals of every AP50.
    `sizes` are SIZE_RANGES unless given.

    Raises ValueError when the photos differ in number, a class id has no label or a number is not finite.
    """
    if len(ground_truth) != len(detections):
        raise ValueError(f"{len(ground_truth)} photos have ground truth, {len(detections)} have detections")
    objects, found = from_ground_truth(ground_truth), from_detections(detections)
    _require_labels(objects, found, labels)
    photos = len(ground_truth)
    weights = photo_weights(photos, resamples=resamples, seed=seed) if resamples else None
    matches = match_instances(photos, objects, found)
    per_class = tuple(
        _class_metrics(class_id, label, matches.of_class(class_id), score_threshold, weights)
        for class_id, label in enumerate(labels)
    )
    ranges = SIZE_RANGES if sizes is None else sizes
    per_size = tuple(
        _size_metrics(size, match_instances(photos, objects, found, size=size), weights) for size in ranges
    )
    return Evaluation(
        photos=photos,
        empty_photos=sum(not items for items in ground_truth),
        ground_truth_boxes=len(objects),
        ap50=mean_of_measured([metrics.ap50 for metrics in per_class]),
        ap75=mean_of_measured([metrics.ap75 for metrics in per_class]),
        ap=mean_of_measured([metrics.ap for metrics in per_class]),
        per_class=per_class,
        per_size=per_size,
        ap50_interval=ap50_interval(matches, weights),
        score_threshold=score_threshold,
        at_threshold=_counts_at(matches, score_threshold),
        false_positives_per_empty_photo=_false_positives_per_empty_photo(
            found, np.asarray([not items for items in ground_truth], np.bool_), score_threshold
        ),
    )


def _require_labels(objects: Instances, found: Instances, labels: Sequence[str]) -> None:
    highest = max(objects.class_id.max(initial=-1), found.class_id.max(initial=-1))
    if highest >= len(labels):
        raise ValueError(f"class id {highest} has no label; there are {len(labels)}")


def _class_metrics(
    class_id: int, label: str, matches: Matches, score_threshold: float | None, weights: Floats | None
) -> ClassMetrics:
    precision = interpolated_precision(matches, IOU_50)
    return ClassMetrics(
        class_id=class_id,
        label=label,
        ground_truth_boxes=len(matches.ground_truth),
        ap50=None if precision is None else float(precision.mean()),
        ap75=average_precision(matches, IOU_75),
        ap=_mean_over_thresholds(matches),
        curve=None if precision is None else _curve(precision),
        ap50_interval=ap50_interval(matches, weights),
        at_threshold=_counts_at(matches, score_threshold),
    )


def _mean_over_thresholds(matches: Matches) -> float | None:
    return mean_of_measured([average_precision(matches, index) for index in range(len(IOU_THRESHOLDS))])


def _curve(precision: Floats) -> PrecisionRecallCurve:
    return PrecisionRecallCurve(tuple(RECALL_POINTS.tolist()), tuple(precision.tolist()))


def _size_metrics(size: SizeRange, matches: Matches, weights: Floats | None) -> SizeMetrics:
    classes = [matches.of_class(class_id) for class_id in matches.class_ids]
    return SizeMetrics(
        size=size,
        ground_truth_boxes=len(matches.ground_truth),
        ap50=mean_of_measured([average_precision(matches, IOU_50) for matches in classes]),
        ap=mean_of_measured([_mean_over_thresholds(matches) for matches in classes]),
        ap50_interval=ap50_interval(matches, weights),
    )


def _counts_at(matches: Matches, score_threshold: float | None) -> ThresholdMetrics | None:
    """Counts at the threshold; a detection below it never takes an object from one above it."""
    if score_threshold is None:
        return None
    drawn = matches.detections.score >= score_threshold
    right = int(matches.matched[IOU_50][drawn].sum())
    return ThresholdMetrics(
        true_positives=right,
        false_positives=int(drawn.sum()) - right,
        false_negatives=len(matches.ground_truth) - right,
    )


def _false_positives_per_empty_photo(
    found: Instances, empty: Bools, score_threshold: float | None
) -> float | None:
    """Mean number of boxes drawn on a photo with nothing on it; None without such photos or a threshold."""
    if score_threshold is None or not empty.any():
        return None
    drawn = (found.score >= score_threshold) & empty[found.photo]
    return float(drawn.sum() / empty.sum())
