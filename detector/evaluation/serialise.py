"""An evaluation as plain JSON values, as metrics.json and `detector evaluate --json` give it."""

from typing import Any

from detector.evaluation.results import (
    ClassMetrics,
    Evaluation,
    Interval,
    SizeMetrics,
    ThresholdMetrics,
)

Json = dict[str, Any]


def evaluation_to_json(evaluation: Evaluation) -> Json:
    """The whole evaluation; what was not measured is null."""
    return {
        "photos": evaluation.photos,
        "empty_photos": evaluation.empty_photos,
        "ground_truth_boxes": evaluation.ground_truth_boxes,
        "ap50": evaluation.ap50,
        "ap50_interval": _interval(evaluation.ap50_interval),
        "ap75": evaluation.ap75,
        "ap": evaluation.ap,
        "score_threshold": evaluation.score_threshold,
        "at_threshold": _counts(evaluation.at_threshold),
        "false_positives_per_empty_photo": evaluation.false_positives_per_empty_photo,
        "per_class": [_per_class(metrics) for metrics in evaluation.per_class],
        "per_size": [_per_size(metrics) for metrics in evaluation.per_size],
    }


def _per_class(metrics: ClassMetrics) -> Json:
    return {
        "class_id": metrics.class_id,
        "label": metrics.label,
        "ground_truth_boxes": metrics.ground_truth_boxes,
        "ap50": metrics.ap50,
        "ap50_interval": _interval(metrics.ap50_interval),
        "ap75": metrics.ap75,
        "ap": metrics.ap,
        "at_threshold": _counts(metrics.at_threshold),
        "precision_at_101_recalls": list(metrics.curve.precision) if metrics.curve else None,
    }


def _per_size(metrics: SizeMetrics) -> Json:
    return {
        "size": metrics.size.name,
        "minimum_area": metrics.size.minimum,
        # Open above: no object covers more than the whole photo, and JSON has no infinity.
        "maximum_area": min(metrics.size.maximum, 1.0),
        "ground_truth_boxes": metrics.ground_truth_boxes,
        "ap50": metrics.ap50,
        "ap50_interval": _interval(metrics.ap50_interval),
        "ap": metrics.ap,
    }


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _counts(counts: ThresholdMetrics | None) -> Json | None:
    if counts is None:
        return None
    return {
        "true_positives": counts.true_positives,
        "false_positives": counts.false_positives,
        "false_negatives": counts.false_negatives,
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
    }
