"""The score below which a detection is not shown, chosen on validation photos and kept with the version."""

from collections.abc import Sequence

import numpy as np

from detector.detections import Detection, GroundTruth
from detector.evaluation.instances import Bools, Floats
from detector.evaluation.matching import IOU_50, IOU_THRESHOLDS, Matches, match_photos

LOWEST, HIGHEST = 0.05, 0.9
FALLBACK = 0.5
"""Used when no threshold finds anything, or there is nothing to find."""

NEARLY_BEST = 0.99
"""Thresholds with this fraction of the best F1 are as good as the best: on few photos the rest is chance."""

_CANDIDATES: Floats = np.arange(50, 901) / 1000


def choose_score_threshold(
    ground_truth: Sequence[Sequence[GroundTruth]], detections: Sequence[Sequence[Detection]]
) -> float:
    """The threshold with the best F1 at IoU 0.5, the mean over classes with objects, between 0.05 and 0.9.

    The mean over classes, so that a rare class is not given up for a common one. Among the thresholds within
    1% of the best F1, those with the fewest boxes on empty photos; of these the middle of the longest run,
    which is the farthest from where things get worse. Three decimals; 0.5 when nothing is found.
    """
    matches = match_photos(ground_truth, detections, iou_thresholds=IOU_THRESHOLDS[:1])
    f1 = _mean_f1(matches)
    if f1.max(initial=0.0) <= 0.0:
        return FALLBACK
    good = f1 >= NEARLY_BEST * f1.max()
    on_empty = _boxes_on_empty_photos(matches)
    good &= on_empty <= on_empty[good].min()
    return round(float(_middle_of_longest_run(good)), 3)


def _mean_f1(matches: Matches) -> Floats:
    """F1 at every candidate, the mean over the classes with objects, `[C]`."""
    per_class = [_f1(matches.of_class(class_id)) for class_id in matches.class_ids]
    return np.asarray(np.mean(per_class, axis=0), np.float64) if per_class else np.zeros(0)


def _f1(matches: Matches) -> Floats:
    scores = matches.detections.score
    drawn = _count_reaching(scores)
    right = _count_reaching(scores[matches.matched[IOU_50]])
    return 2 * right / (drawn + len(matches.ground_truth))


def _boxes_on_empty_photos(matches: Matches) -> Floats:
    """Boxes drawn on all empty photos together at every candidate, `[C]`."""
    detections = matches.detections
    on_empty = ~np.isin(detections.photo, matches.ground_truth.photo)
    return _count_reaching(detections.score[on_empty])


def _count_reaching(scores: Floats) -> Floats:
    """How many scores are at or above every candidate, `[C]`."""
    below = np.searchsorted(np.sort(scores), _CANDIDATES, side="left")
    return np.asarray(len(scores) - below, np.float64)


def _middle_of_longest_run(good: Bools) -> float:
    """The candidate in the middle of the longest run of True; the first of equally long ones."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2] - 1
    longest = int(np.argmax(ends - starts))
    return float((_CANDIDATES[starts[longest]] + _CANDIDATES[ends[longest]]) / 2)
