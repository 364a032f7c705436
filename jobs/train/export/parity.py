"""Do two runtimes give the same answers for the same tensors?

Detections are paired photo by photo, because rows with equal scores may come in any order. A row without
partner is an error unless rounding explains it: every selection in the graph (score floor, the best K,
suppression of overlaps, the best class) is a threshold, and a value that lies on it within the allowed
difference may fall on either side.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.agreement import Bounds
from detector.boxes import FloatArray, intersection_over_union
from detector.detections import MAX_DETECTIONS, SCORE_FLOOR, DetectionArrays
from detector.errors import ExportError

_SUPPRESSING_IOU = 0.5
"""An overlap from which one row may have suppressed another (the graph's own bound is a little higher)."""

_AMBIGUOUS_CLASS_SCORE = 0.5
"""Two classes that tie for one box both score below this, save for scores that mean nothing."""

_MANY_ROWS = 5
_PAIRED_WITHIN = 10.0
"""Rows are paired up to this many times the bounds, so that what is out of bounds is seen as a number."""


INT8_PAIRING = Bounds(5e-3, 3e-2)
"""int8 is judged by its accuracy; these only say how near two rows must be to count as the same detection."""


@dataclass(frozen=True, slots=True)
class Parity:
    """Largest differences over all pairs, None without a pair; `unexplained`: rows that only one side has."""

    max_box: float | None
    max_score: float | None
    paired: int
    unexplained: int

    def within(self, bounds: Bounds) -> bool:
        """Whether both sides agree; two sides that both found nothing do."""
        near = (self.max_box or 0.0) <= bounds.box and (self.max_score or 0.0) <= bounds.score
        return near and self.unexplained == 0


@dataclass(frozen=True, slots=True)
class _Rows:
    """The valid rows of one photo."""

    boxes: FloatArray
    classes: FloatArray
    scores: FloatArray

    @classmethod
    def of(cls, tensors: DetectionArrays, photo: int) -> "_Rows":
        count = round(float(tensors.counts[photo]))
        return cls(
            tensors.boxes[photo, :count], tensors.classes[photo, :count], tensors.scores[photo, :count]
        )

    @property
    def lowest_score(self) -> float:
        """Below about this, candidates may have been cut by the best K or the floor."""
        return float(self.scores.min()) if len(self.scores) >= _MANY_ROWS else SCORE_FLOOR


def check_outputs(tensors: DetectionArrays, *, kind: str) -> None:
    """Raise ExportError unless shapes, numbers and the contract's invariants hold."""
    rows = (len(tensors.counts), MAX_DETECTIONS)
    shapes = (tensors.boxes.shape, tensors.classes.shape, tensors.scores.shape)
    if shapes != ((*rows, 4), rows, rows):
        raise ExportError(
            f"{kind} answers shapes {shapes}, not {((*rows, 4), rows, rows)}; nothing was published."
        )
    arrays = (tensors.boxes, tensors.classes, tensors.scores, tensors.counts)
    if not all(np.isfinite(array).all() for array in arrays):
        raise ExportError(f"{kind} answers numbers that are not finite; nothing was published.")
    valid = np.arange(MAX_DETECTIONS) < tensors.counts[:, None]
    zeros = not tensors.scores[~valid].any() and not tensors.boxes[~valid].any()
    falling = (np.diff(tensors.scores, axis=1) <= 0).all()
    if not (zeros and falling and (tensors.scores[valid] >= SCORE_FLOOR * 0.999).all()):
        raise ExportError(f"{kind} answers rows that are not sorted, or not zero after num_detections.")


def compare(reference: DetectionArrays, other: DetectionArrays, bounds: Bounds) -> Parity:
    """The differences of `other` from `reference` on the same photos."""
    box_differences: list[float] = []
    score_differences: list[float] = []
    unexplained = 0
    for photo in range(len(reference.counts)):
        a, b = _Rows.of(reference, photo), _Rows.of(other, photo)
        pairs, box, score = _pair(a, b, bounds)
        box_differences.extend(box[row] for row in pairs)
        score_differences.extend(score[row] for row in pairs)
        unexplained += _count_unexplained(a, b, {i for i, _ in pairs}, bounds)
        unexplained += _count_unexplained(b, a, {j for _, j in pairs}, bounds)
    paired = len(box_differences)
    return Parity(
        float(max(box_differences)) if paired else None,
        float(max(score_differences)) if paired else None,
        paired,
        unexplained,
    )


def _pair(a: _Rows, b: _Rows, bounds: Bounds) -> tuple[list[tuple[int, int]], FloatArray, FloatArray]:
    """Nearest rows of the same class first, each used once; with the differences `[A, B]` of all rows."""
    box, score = _differences(a, b)
    cost = np.maximum(box / bounds.box, score / bounds.score)
    # Of candidates that tie at the cut, rounding decides who votes for a box: its place says nothing.
    tied = _at_the_cut(a, b, bounds)[:, None] & _at_the_cut(b, a, bounds)[None]
    cost[tied & (cost > 1)] = np.inf
    cost[a.classes[:, None] != b.classes[None]] = np.inf
    pairs = []
    while cost.size and cost.min() <= _PAIRED_WITHIN:
        i, j = (int(index) for index in np.unravel_index(np.argmin(cost), cost.shape))
        pairs.append((i, j))
        cost[i, :] = cost[:, j] = np.inf
    return pairs, box, score


def _differences(a: _Rows, b: _Rows) -> tuple[FloatArray, FloatArray]:
    box = np.abs(a.boxes[:, None] - b.boxes[None]).max(axis=-1)
    return box, np.abs(a.scores[:, None] - b.scores[None])


def _count_unexplained(rows: _Rows, others: _Rows, paired: set[int], bounds: Bounds) -> int:
    left = [index for index in range(len(rows.scores)) if index not in paired]
    explained = _explained(rows, others, bounds)
    return sum(not explained[index] for index in left)


def _explained(rows: _Rows, others: _Rows, bounds: Bounds) -> npt.NDArray[np.bool_]:
    """Which rows rounding may have taken from the other side, bool `[A]`."""
    box, score = _differences(rows, others)
    same_class = rows.classes[:, None] == others.classes[None]
    overlaps = intersection_over_union(rows.boxes, others.boxes) >= _SUPPRESSING_IOU
    outscored = others.scores[None] >= rows.scores[:, None] - bounds.score
    suppressed = (same_class & overlaps & outscored).any(axis=1)
    same_place = (box <= bounds.box) & (score <= bounds.score)
    tied_class = (same_place & ~same_class).any(axis=1) & (rows.scores < _AMBIGUOUS_CLASS_SCORE)
    return np.asarray(_at_the_cut(rows, others, bounds) | suppressed | tied_class)


def _at_the_cut(rows: _Rows, others: _Rows, bounds: Bounds) -> npt.NDArray[np.bool_]:
    """Which rows are as low as the lowest that either side let through, bool `[A]`."""
    lowest = max(rows.lowest_score, others.lowest_score if len(others.scores) == MAX_DETECTIONS else 0.0)
    return np.asarray(rows.scores <= lowest + 2 * bounds.score)
