"""Which detection found which object: COCO's greedy matching, once for all IoU thresholds.

In each photo and class the detections are taken by falling score; each takes the object with the highest IoU
at or above the threshold that none before it took. All photos go through this together: step d handles the
d-th detection of every photo, so the Python loop has as many steps as one photo has detections.

Source: cocoeval.py of the COCO API (Lin et al., "Microsoft COCO: Common Objects in Context", 2014).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detector.detections import MAX_DETECTIONS, Detection, GroundTruth
from detector.evaluation.instances import Bools, Floats, Instances, Ints, from_detections, from_ground_truth
from detector.evaluation.results import SizeRange

IOU_THRESHOLDS: Floats = np.linspace(0.5, 0.95, 10)
IOU_50 = 0
"""Index of 0.50 in IOU_THRESHOLDS."""
IOU_75 = 5

_CHUNK_ELEMENTS = 4_000_000


@dataclass(frozen=True, slots=True)
class Matches:
    """Every detection of every class with its fate at T thresholds, sorted by falling score.

    `found` `[T, N]` is the row of the object that each found, among all objects as they were given, or -1.
    `ignored` `[T, N]` marks those that count neither for nor against, because the object they found, or they
    themselves without any, are of another size. `ground_truth` are the objects that count.
    """

    photos: int
    detections: Instances
    found: Ints
    ignored: Bools
    ground_truth: Instances

    @property
    def matched(self) -> Bools:
        """Which detections found an object, `[T, N]`."""
        return self.found >= 0

    def of_class(self, class_id: int) -> "Matches":
        """The same for one class alone."""
        rows = np.flatnonzero(self.detections.class_id == class_id)
        return Matches(
            photos=self.photos,
            detections=self.detections.select(rows),
            found=self.found[:, rows],
            ignored=self.ignored[:, rows],
            ground_truth=self.ground_truth.select(self.ground_truth.class_id == class_id),
        )

    @property
    def class_ids(self) -> tuple[int, ...]:
        """Classes with at least one object that counts."""
        return tuple(int(class_id) for class_id in np.unique(self.ground_truth.class_id))


def match_photos(
    ground_truth: Sequence[Sequence[GroundTruth]],
    detections: Sequence[Sequence[Detection]],
    *,
    size: SizeRange | None = None,
    iou_thresholds: Floats = IOU_THRESHOLDS,
) -> Matches:
    """Match the detections of each photo with its objects; with `size`, only objects of that size count.

    Raises ValueError when the two do not have the same number of photos.
    """
    if len(ground_truth) != len(detections):
        raise ValueError(f"{len(ground_truth)} photos have ground truth, {len(detections)} have detections")
    return match_instances(
        len(ground_truth),
        from_ground_truth(ground_truth),
        from_detections(detections),
        size=size,
        iou_thresholds=iou_thresholds,
    )


def match_instances(
    photos: int,
    ground_truth: Instances,
    detections: Instances,
    *,
    size: SizeRange | None = None,
    iou_thresholds: Floats = IOU_THRESHOLDS,
) -> Matches:
    """`match_photos` for those who match the same arrays more than once."""
    detections = _best_of_each_group(detections)
    counts = _within(ground_truth.area, size)
    # Among equal overlaps COCO takes the last object and argmax the first, hence the reversed order.
    backwards = np.arange(len(ground_truth))[::-1]
    rows = _match_groups(detections, ground_truth.select(backwards), counts[backwards], iou_thresholds)
    found = np.append(backwards, -1)[rows]
    ignored = ~np.where(found >= 0, np.append(counts, True)[found], _within(detections.area, size))
    by_score = np.argsort(-detections.score, kind="stable")
    return Matches(
        photos=photos,
        detections=detections.select(by_score),
        found=found[:, by_score],
        ignored=ignored[:, by_score],
        ground_truth=ground_truth.select(counts),
    )


def _within(area: Floats, size: SizeRange | None) -> Bools:
    if size is None:
        return np.ones(len(area), np.bool_)
    return np.asarray((area >= size.minimum) & (area < size.maximum), np.bool_)


def _best_of_each_group(detections: Instances) -> Instances:
    """At most MAX_DETECTIONS of each photo and class, sorted by photo, class and falling score."""
    order = np.lexsort((-detections.score, detections.class_id, detections.photo))
    ordered = detections.select(order)
    rank = _rank(_starts(ordered), len(ordered))
    return ordered.select(rank < MAX_DETECTIONS)


def _starts(instances: Instances) -> Ints:
    """First row of each run of one photo and class."""
    changed = (np.diff(instances.photo) != 0) | (np.diff(instances.class_id) != 0)
    return np.flatnonzero(np.concatenate(([True], changed))) if len(instances) else np.zeros(0, np.int64)


def _rank(starts: Ints, length: int) -> Ints:
    """Position of each row within its run, `[N]`."""
    run_lengths = np.diff(np.append(starts, length))
    return np.arange(length) - np.repeat(starts, run_lengths)


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of one photo and class."""

    detections: Ints
    objects: Ints


def _match_groups(detections: Instances, objects: Instances, counts: Bools, thresholds: Floats) -> Ints:
    """Row of the object that each detection found, `[T, N]`; -1 for none."""
    found = np.full((len(thresholds), len(detections)), -1, np.int64)
    chunk: list[_Group] = []
    widest = 0
    for group in _groups(detections, objects):
        widest = max(widest, len(group.objects))
        if chunk and (len(chunk) + 1) * MAX_DETECTIONS * widest > _CHUNK_ELEMENTS:
            _match_chunk(chunk, detections, objects, counts, thresholds, found)
            chunk = []
            widest = len(group.objects)
        chunk.append(group)
    if chunk:
        _match_chunk(chunk, detections, objects, counts, thresholds, found)
    return found


def _groups(detections: Instances, objects: Instances) -> list[_Group]:
    """Photos and classes that have both detections and objects, those with the fewest objects first."""
    by_key: dict[tuple[int, int], list[int]] = {}
    for row, key in enumerate(zip(objects.photo.tolist(), objects.class_id.tolist(), strict=True)):
        by_key.setdefault(key, []).append(row)
    starts = _starts(detections)
    ends = np.append(starts, len(detections))[1:]
    groups = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        rows = by_key.get((int(detections.photo[start]), int(detections.class_id[start])))
        if rows is not None:
            groups.append(_Group(np.arange(start, end), np.asarray(rows, np.int64)))
    return sorted(groups, key=lambda group: len(group.objects))


def _match_chunk(
    chunk: list[_Group],
    detections: Instances,
    objects: Instances,
    counts: Bools,
    thresholds: Floats,
    found: Ints,
) -> None:
    """Match some groups side by side, padded to the longest, and write the rows found into `found`."""
    detection_rows = _padded([group.detections for group in chunk])
    object_rows = _padded([group.objects for group in chunk])
    overlap = _intersection_over_union(detections.box[detection_rows], objects.box[object_rows])
    overlap[detection_rows < 0] = -1.0
    overlap.transpose(0, 2, 1)[object_rows < 0] = -1.0
    free = np.ones((len(chunk), len(thresholds), object_rows.shape[1]), np.bool_)
    preferred = counts[object_rows] & (object_rows >= 0)
    for step in range(detection_rows.shape[1]):
        candidates = overlap[:, step, None, :]
        eligible = free & (candidates >= thresholds[:, None])
        group, threshold, column = _best(eligible, candidates, preferred)
        free[group, threshold, column] = False
        found[threshold, detection_rows[group, step]] = object_rows[group, column]


def _best(eligible: Bools, overlap: Floats, preferred: Bools) -> tuple[Ints, Ints, Ints]:
    """Group, threshold and column of the best eligible object wherever there is one.

    As in COCO, an object that counts is preferred to any that does not, whatever their overlaps.
    """
    first_choice = eligible & preferred[:, None, :]
    eligible = np.where(first_choice.any(axis=2, keepdims=True), first_choice, eligible)
    group, threshold = np.nonzero(eligible.any(axis=2))
    column = np.argmax(np.where(eligible, overlap, -1.0), axis=2)
    return group, threshold, column[group, threshold]


def _padded(rows: list[Ints]) -> Ints:
    """Row numbers as `[groups, longest]`, filled up with -1."""
    table = np.full((len(rows), max(len(row) for row in rows)), -1, np.int64)
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    return table


def _intersection_over_union(a: Floats, b: Floats) -> Floats:
    """IoU of `[G, N, 4]` and `[G, M, 4]` in double precision, `[G, N, M]`; 0 where the union is empty."""
    low = np.maximum(a[:, :, None, :2], b[:, None, :, :2])
    high = np.minimum(a[:, :, None, 2:], b[:, None, :, 2:])
    sides = np.clip(high - low, 0.0, None)
    intersection = sides[..., 0] * sides[..., 1]
    union = _area(a)[:, :, None] + _area(b)[:, None, :] - intersection
    return np.asarray(np.divide(intersection, union, out=np.zeros_like(union), where=union > 0), np.float64)


def _area(box: Floats) -> Floats:
    sides = np.clip(box[..., 2:] - box[..., :2], 0.0, None)
    return np.asarray(sides[..., 0] * sides[..., 1], np.float64)
