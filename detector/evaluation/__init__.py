"""How good a detector is: COCO's average precision, its uncertainty, and the score threshold to use it at."""

from detector.evaluation.bootstrap import (
    DEFAULT_RESAMPLES,
    PairedDifference,
    bootstrap_interval,
    paired_bootstrap_difference,
    paired_bootstrap_mean_difference,
)
from detector.evaluation.metrics import evaluate
from detector.evaluation.outcome import PhotoOutcome, photo_outcome
from detector.evaluation.results import (
    SIZE_RANGES,
    ClassMetrics,
    Evaluation,
    Interval,
    PrecisionRecallCurve,
    SizeMetrics,
    SizeRange,
    ThresholdMetrics,
)
from detector.evaluation.serialise import evaluation_to_json
from detector.evaluation.threshold import choose_score_threshold

__all__ = [
    "DEFAULT_RESAMPLES",
    "SIZE_RANGES",
    "ClassMetrics",
    "Evaluation",
    "Interval",
    "PairedDifference",
    "PhotoOutcome",
    "PrecisionRecallCurve",
    "SizeMetrics",
    "SizeRange",
    "ThresholdMetrics",
    "bootstrap_interval",
    "choose_score_threshold",
    "evaluate",
    "evaluation_to_json",
    "paired_bootstrap_difference",
    "paired_bootstrap_mean_difference",
    "photo_outcome",
]
