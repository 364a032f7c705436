"""COCO's average precision from matched detections."""

import numpy as np

from detector.evaluation.instances import Floats
from detector.evaluation.matching import Matches

RECALL_POINTS: Floats = np.linspace(0.0, 1.0, 101)


def interpolated_precision(matches: Matches, threshold: int) -> Floats | None:
    """Best precision at or beyond each of the 101 recall points, `[101]`, for one class and IoU threshold.

    None when no object counts.
    """
    objects = len(matches.ground_truth)
    if objects == 0:
        return None
    counted = ~matches.ignored[threshold]
    right = matches.matched[threshold][counted]
    found = np.cumsum(right, dtype=np.float64)
    precision = found / np.arange(1, len(right) + 1)
    return sample_at_recall_points(found / objects, precision)


def sample_at_recall_points(recall: Floats, precision: Floats) -> Floats:
    """Precision at the 101 recall points, 0 beyond the last recall; recall is rising, `[N]`."""
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    first = np.searchsorted(recall, RECALL_POINTS, side="left")
    return np.asarray(np.append(envelope, 0.0)[first], np.float64)


def average_precision(matches: Matches, threshold: int) -> float | None:
    """Area under the interpolated curve of one class at one IoU threshold; None when no object counts."""
    precision = interpolated_precision(matches, threshold)
    return None if precision is None else float(precision.mean())


def mean_of_measured(values: list[float | None]) -> float | None:
    """Mean of those that are not None; None when none is left."""
    measured = [value for value in values if value is not None]
    return sum(measured) / len(measured) if measured else None
