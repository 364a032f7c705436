"""How sure an AP50 or a mean over photos is: percentile bootstrap over photos.

A resample draws as many photos as there are, with replacement. Matching happens within a photo, so it stays
as it is: a detection or object only counts as often as its photo was drawn, and nothing is matched again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detector.detections import Detection, GroundTruth
from detector.evaluation.average_precision import sample_at_recall_points
from detector.evaluation.instances import Bools, Floats
from detector.evaluation.matching import IOU_50, IOU_THRESHOLDS, Matches, match_photos
from detector.evaluation.results import Interval

DEFAULT_SEED = 0
DEFAULT_RESAMPLES = 1000
CONFIDENCE = 0.95

_CHUNK_ELEMENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """A number of the first detector less that of the second, with its interval over resamples of the same photos."""

    difference: float
    interval: Interval

    @property
    def is_certain(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.interval.low > 0 or self.interval.high < 0


def bootstrap_interval(
    ground_truth: Sequence[Sequence[GroundTruth]],
    detections: Sequence[Sequence[Detection]],
    *,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = DEFAULT_SEED,
) -> Interval | None:
    """95% interval of AP50 over photos; None when no object is labelled."""
    matches = match_photos(ground_truth, detections, iou_thresholds=IOU_THRESHOLDS[:1])
    return ap50_interval(matches, photo_weights(len(ground_truth), resamples=resamples, seed=seed))


def paired_bootstrap_difference(
    ground_truth: Sequence[Sequence[GroundTruth]],
    first: Sequence[Sequence[Detection]],
    second: Sequence[Sequence[Detection]],
    *,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = DEFAULT_SEED,
) -> PairedDifference | None:
    """AP50 of `first` less AP50 of `second` on the same photos, with its 95% interval; None without objects.

    Both are measured on the same resamples, so what the photos have in common cancels.
    """
    photos = len(ground_truth)
    as_taken = np.ones((1, photos))
    weights = np.concatenate([as_taken, photo_weights(photos, resamples=resamples, seed=seed)])
    ap50 = [
        resampled_ap50(match_photos(ground_truth, kind, iou_thresholds=IOU_THRESHOLDS[:1]), weights)
        for kind in (first, second)
    ]
    difference = ap50[0] - ap50[1]
    interval = _percentile_interval(difference[1:])
    return None if interval is None else PairedDifference(float(difference[0]), interval)


def paired_bootstrap_mean_difference(
    first: Sequence[float],
    second: Sequence[float],
    *,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = DEFAULT_SEED,
) -> PairedDifference | None:
    """Mean of `first` less mean of `second`, a number a photo each, with its 95% interval; None without photos."""
    differences = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    if len(differences) == 0:
        return None
    drawn = photo_weights(len(differences), resamples=resamples, seed=seed) @ differences
    interval = _percentile_interval(drawn / len(differences))
    return None if interval is None else PairedDifference(float(differences.mean()), interval)


def photo_weights(photos: int, *, resamples: int, seed: int) -> Floats:
    """How often each photo is drawn in each resample, `[resamples, photos]`; the same for the same seed."""
    if photos == 0:
        return np.zeros((resamples, 0))
    generator = np.random.default_rng(seed)
    return generator.multinomial(photos, np.full(photos, 1.0 / photos), size=resamples).astype(np.float64)


def ap50_interval(matches: Matches, weights: Floats | None) -> Interval | None:
    """95% interval of AP50 over the resamples of `weights`; None without weights or without objects."""
    if weights is None or len(matches.ground_truth) == 0:
        return None
    return _percentile_interval(resampled_ap50(matches, weights))


def _percentile_interval(values: Floats) -> Interval | None:
    measured = values[np.isfinite(values)]
    if len(measured) == 0:
        return None
    tail = (1.0 - CONFIDENCE) / 2
    low, high = np.quantile(measured, [tail, 1.0 - tail])
    return Interval(float(low), float(high))


def resampled_ap50(matches: Matches, weights: Floats) -> Floats:
    """AP50, the mean over classes, of each resample, `[R]`; NaN where no photo drawn has an object."""
    per_class = [_class_ap50(matches.of_class(class_id), weights) for class_id in matches.class_ids]
    if not per_class:
        return np.full(len(weights), np.nan)
    table = np.stack(per_class)
    measured = np.isfinite(table)
    count = measured.sum(axis=0)
    total = np.where(measured, table, 0.0).sum(axis=0)
    return np.divide(total, count, out=np.full(len(weights), np.nan), where=count > 0)


def _class_ap50(matches: Matches, weights: Floats) -> Floats:
    """AP50 of one class in each resample, `[R]`; NaN where no object of it was drawn."""
    counted = np.flatnonzero(~matches.ignored[IOU_50])
    photo = matches.detections.photo[counted]
    right = matches.matched[IOU_50][counted]
    objects = weights[:, matches.ground_truth.photo].sum(axis=1)
    values = np.full(len(weights), np.nan)
    rows_at_once = max(1, _CHUNK_ELEMENTS // max(1, len(counted)))
    for start in range(0, len(weights), rows_at_once):
        chunk = slice(start, start + rows_at_once)
        values[chunk] = _weighted_ap50(weights[chunk][:, photo], right, objects[chunk])
    return values


def _weighted_ap50(weight: Floats, right: Bools, objects: Floats) -> Floats:
    """AP50 with every detection counted `weight` `[R, N]` times and `objects` `[R]` objects in all.

    Only true positives can top the precision-recall curve, so the curve is taken at these alone.
    """
    drawn = np.cumsum(weight, axis=1)[:, right]
    found = np.cumsum(weight[:, right], axis=1)
    precision = np.divide(found, drawn, out=np.zeros_like(found), where=drawn > 0)
    return np.asarray(
        [
            sample_at_recall_points(f / n, p).mean() if n > 0 else np.nan
            for f, p, n in zip(found, precision, objects, strict=True)
        ],
        np.float64,
    )
