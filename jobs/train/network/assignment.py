"""Which cells of the grid answer for which object.

Source: Zhang et al., "Bridging the Gap Between Anchor-based and Anchor-free Detection via Adaptive Training
Sample Selection", arXiv:1912.02424: of the cells nearest to an object's centre, those whose anchor overlaps it
more than the mean plus one standard deviation. The rule has no thresholds to tune and depends on the boxes
alone, so that targets are made once a view and not once a step.
"""

import numpy as np
import numpy.typing as npt

from detector.boxes import FloatArray, intersection_over_union
from jobs.train.network.grid import Grid

NEAREST_PER_STRIDE = 9
ANCHOR_STRIDES = 8.0
BACKGROUND = -1.0


def assign_cells(boxes: FloatArray, class_ids: npt.NDArray[np.int64], grid: Grid) -> FloatArray:
    """Targets float32 `[N, 5]` for one photo: class id (or -1 for background), then the object's box.

    `boxes` is `[G, 4]`, normalised; `class_ids` is `[G]`. Every object with an extent gets at least one cell, unless
    smaller objects take all of its cells.
    """
    targets = np.zeros((grid.strides.size, 5), np.float32)
    targets[:, 0] = BACKGROUND
    if not len(boxes):
        return targets
    positive = _positive_cells(boxes, grid)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=-1)
    for index in np.argsort(-areas, kind="stable"):  # smaller objects last: they win shared cells
        cells = positive[:, index]
        targets[cells, 0] = class_ids[index]
        targets[cells, 1:] = boxes[index]
    return targets


def _positive_cells(boxes: FloatArray, grid: Grid) -> npt.NDArray[np.bool_]:
    """Boolean `[N, G]`."""
    half = grid.strides[:, None] * (ANCHOR_STRIDES / 2)
    anchors = np.concatenate([grid.centers - half, grid.centers + half], axis=-1)
    overlaps = intersection_over_union(anchors.astype(np.float32), boxes)
    candidates = _nearest_cells(boxes, grid)
    inside_counts = candidates.sum(axis=0)
    candidate_overlaps = np.where(candidates, overlaps, 0.0)
    mean = candidate_overlaps.sum(axis=0) / inside_counts
    variance = np.where(candidates, (overlaps - mean) ** 2, 0.0).sum(axis=0) / np.maximum(
        inside_counts - 1, 1
    )
    inside = _centers_inside(boxes, grid)
    positive = candidates & (overlaps >= mean + np.sqrt(variance)) & inside
    assigned = positive | _fallback_cells(positive, boxes, grid, overlaps)
    return np.asarray(assigned, np.bool_)


def _nearest_cells(boxes: FloatArray, grid: Grid) -> npt.NDArray[np.bool_]:
    centers = (boxes[:, :2] + boxes[:, 2:]) / 2
    distances = np.linalg.norm(grid.centers[:, None] - centers[None], axis=-1)
    candidates = np.zeros(distances.shape, np.bool_)
    for stride in np.unique(grid.strides):
        cells = np.flatnonzero(grid.strides == stride)
        count = min(NEAREST_PER_STRIDE, cells.size)
        nearest = np.argpartition(distances[cells], count - 1, axis=0)[:count]
        np.put_along_axis(candidates, cells[nearest], True, axis=0)
    return candidates


def _centers_inside(boxes: FloatArray, grid: Grid) -> npt.NDArray[np.bool_]:
    y, x = grid.centers[:, 0, None], grid.centers[:, 1, None]
    inside = (y > boxes[:, 0]) & (x > boxes[:, 1]) & (y < boxes[:, 2]) & (x < boxes[:, 3])
    return np.asarray(inside, np.bool_)


def _fallback_cells(
    positive: npt.NDArray[np.bool_], boxes: FloatArray, grid: Grid, overlaps: FloatArray
) -> npt.NDArray[np.bool_]:
    """For objects that no cell's centre lies in (smaller than the finest stride): the best-overlapping near cell."""
    fallback = np.zeros_like(positive)
    missing = np.flatnonzero(~positive.any(axis=0))
    if missing.size:
        centers = (boxes[missing, :2] + boxes[missing, 2:]) / 2
        distances = np.linalg.norm(grid.centers[:, None] - centers[None], axis=-1) / grid.strides[:, None]
        score = overlaps[:, missing] - distances
        fallback[np.argmax(score, axis=0), missing] = True
    return fallback
