"""Photos that are there twice, byte for byte: they are kept once."""

from dataclasses import replace

from jobs.train.data.photos import LabelledPhoto, Side
from jobs.train.data.problems import Problem, ProblemKind

BOX_TOLERANCE = 1e-3
_SIDE_RANK: dict[Side | None, int] = {"test": 3, "val": 2, "train": 1, None: 0}


def drop_duplicates(photos: list[LabelledPhoto]) -> tuple[tuple[LabelledPhoto, ...], list[Problem]]:
    """The photos with each content once, in their order, and what was dropped.

    Of copies on different sides the one that is measured on stays (test before val before train), so that no
    photo is trained on and measured with. Copies with boxes of different classes are one photo with them all:
    some tools write a file for each class. Of other copies with different boxes the one with the most boxes
    stays: the usual cause is a copy that was never finished.
    """
    kept: dict[str, LabelledPhoto] = {}
    problems: list[Problem] = []
    for photo in photos:
        other = kept.get(photo.sha256)
        if other is None:
            kept[photo.sha256] = photo
            continue
        kept[photo.sha256] = _merged(other, photo)
        problems.append(_problem(other, photo))
    return tuple(kept.values()), problems


def _merged(first: LabelledPhoto, second: LabelledPhoto) -> LabelledPhoto:
    best = max(first, second, key=lambda photo: len(photo.ground_truth))
    side = max(first.side, second.side, key=_SIDE_RANK.__getitem__)
    if _complete_each_other(first, second):
        return replace(first, ground_truth=(*first.ground_truth, *second.ground_truth), side=side)
    return replace(best, side=side)


def _complete_each_other(first: LabelledPhoto, second: LabelledPhoto) -> bool:
    """Whether both have boxes, and none is of a class that the other has boxes of."""
    a, b = ({truth.class_id for truth in photo.ground_truth} for photo in (first, second))
    return bool(a) and bool(b) and a.isdisjoint(b)


def _problem(first: LabelledPhoto, second: LabelledPhoto) -> Problem:
    where = "named twice" if first.name == second.name else f"the same photo as {first.name}"
    complete = _complete_each_other(first, second)
    if not complete and not _boxes_agree(first, second):
        counts = f"{len(first.ground_truth)} and {len(second.ground_truth)}"
        kept = _merged(first, second).name
        message = f"{where}, with other boxes ({counts}); kept once, with those of {kept}."
        return Problem(second.name, ProblemKind.CONFLICTING_DUPLICATE, message)
    if first.side and second.side and first.side != second.side:
        kept_side = _merged(first, second).side
        message = f"{where}, in both {first.side} and {second.side}; kept in {kept_side} only."
        return Problem(second.name, ProblemKind.LEAK, message)
    if complete:
        message = f"{where}, with boxes of other classes; kept once, with all of them."
        return Problem(second.name, ProblemKind.JOINED_BOXES, message)
    return Problem(second.name, ProblemKind.DUPLICATE_PHOTO, f"{where}, with the same boxes; kept once.")


def _boxes_agree(first: LabelledPhoto, second: LabelledPhoto) -> bool:
    if len(first.ground_truth) != len(second.ground_truth):
        return False
    pairs = zip(_sorted_edges(first), _sorted_edges(second), strict=True)
    return all(
        abs(a - b) <= BOX_TOLERANCE for row_a, row_b in pairs for a, b in zip(row_a, row_b, strict=True)
    )


def _sorted_edges(photo: LabelledPhoto) -> list[tuple[float, ...]]:
    return sorted(
        (float(truth.class_id), truth.box.ymin, truth.box.xmin, truth.box.ymax, truth.box.xmax)
        for truth in photo.ground_truth
    )
