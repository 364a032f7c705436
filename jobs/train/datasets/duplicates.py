"""Photos that are there twice: the same bytes are kept once, look-alikes are reported."""

from jobs.train.datasets.hashing import near_duplicate_groups
from jobs.train.datasets.photos import LabelledPhoto, Side
from jobs.train.datasets.problems import Problem, ProblemKind

BOX_TOLERANCE = 1e-3
_SIDE_RANK: dict[Side | None, int] = {"test": 3, "val": 2, "train": 1, None: 0}


def drop_duplicates(photos: list[LabelledPhoto]) -> tuple[tuple[LabelledPhoto, ...], list[Problem]]:
    """The photos with each content once, in their order, and what was dropped.

    Of copies on different sides the one that is measured on stays (test before val before train), so that no
    photo is trained on and measured with. Of copies with different boxes the one with the most boxes stays:
    the usual cause is a copy that was never finished.
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
    return LabelledPhoto(best.name, best.sha256, best.perceptual_hash, best.pixels, best.ground_truth, side)


def _problem(first: LabelledPhoto, second: LabelledPhoto) -> Problem:
    where = "named twice" if first.name == second.name else f"the same photo as {first.name}"
    if not _boxes_agree(first, second):
        counts = f"{len(first.ground_truth)} and {len(second.ground_truth)}"
        kept = _merged(first, second).name
        message = f"{where}, with other boxes ({counts}); kept once, with those of {kept}."
        return Problem(second.name, ProblemKind.CONFLICTING_DUPLICATE, message)
    if first.side and second.side and first.side != second.side:
        kept_side = _merged(first, second).side
        message = f"{where}, in both {first.side} and {second.side}; kept in {kept_side} only."
        return Problem(second.name, ProblemKind.LEAK, message)
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


def near_duplicate_problems(photos: tuple[LabelledPhoto, ...]) -> list[Problem]:
    """One remark for each photo that looks like an earlier one; a fault where they are on different sides."""
    problems = []
    for group in near_duplicate_groups(photos):
        first = photos[group[0]]
        for index in group[1:]:
            photo = photos[index]
            if photo.side and first.side and photo.side != first.side:
                message = (
                    f"shows the same as {first.name}, which is in {first.side} while this is in "
                    f"{photo.side}; kept."
                )
                problems.append(Problem(photo.name, ProblemKind.LEAK, message))
            else:
                message = f"shows the same as {first.name}; both are kept, on the same side of the split."
                problems.append(Problem(photo.name, ProblemKind.NEAR_DUPLICATE, message))
    return problems
