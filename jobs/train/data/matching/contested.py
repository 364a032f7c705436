"""Which annotation a photo belongs to where several mean it: when a photo is missing, one of the same name in
another folder is not to get its boxes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jobs.train.data.matching.photo_index import NAMES_NO_FOLDER, Exactness
from jobs.train.data.photos import AnnotatedPhoto
from jobs.train.data.problems import Problem, ProblemKind


@dataclass(frozen=True, slots=True)
class Claim:
    """A photo with what the annotation in `file` says of it; `said` is what that calls it, for messages."""

    photo: AnnotatedPhoto
    file: str
    said: str
    exactness: Exactness


def settle(claims: Sequence[Claim]) -> tuple[list[AnnotatedPhoto], list[Problem]]:
    """The photos that no other annotation names more exactly, in their order; the others are reported.

    Annotations that name a photo as exactly all have it, and so do those that name no folder at all.
    """
    best = _best(claims)
    kept: list[AnnotatedPhoto] = []
    problems: list[Problem] = []
    for claim in claims:
        if claim.exactness in (NAMES_NO_FOLDER, best[claim.photo.name]):
            kept.append(claim.photo)
            continue
        message = (
            f"means '{claim.said}', and the photo nearest to that, {claim.photo.name}, is named more exactly "
            "by another annotation; left out."
        )
        problems.append(Problem(claim.file, ProblemKind.MISSING_PHOTO, message))
    return kept, problems


def _best(claims: Iterable[Claim]) -> dict[str, Exactness]:
    best: dict[str, Exactness] = {}
    for claim in claims:
        name = claim.photo.name
        best[name] = max(best.get(name, claim.exactness), claim.exactness)
    return best
