"""Which annotation a photo belongs to where several mean it: when a photo is missing, one of the same name in
another folder is not to get its boxes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from jobs.train.data.matching.photo_index import BEFORE_UPLOAD, NAMES_NO_FOLDER, Exactness
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

    Annotations that name a photo as exactly all have it, and so do those that name no folder at all. But
    of several uploads of one name nobody knows which was of this photo.
    """
    best = _best(claims)
    uploads = _uploads(claims)
    kept: list[AnnotatedPhoto] = []
    problems: list[Problem] = []
    for claim in claims:
        if claim.exactness == best[claim.photo.name] == BEFORE_UPLOAD and len(uploads[claim.photo.name]) > 1:
            message = (
                f"names '{claim.said}', and other uploads may be of {claim.photo.name} as well; none is used."
            )
            problems.append(Problem(claim.file, ProblemKind.AMBIGUOUS_PHOTO, message))
            continue
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


def _uploads(claims: Iterable[Claim]) -> dict[str, set[str]]:
    """The names of the uploads that may be of each photo."""
    uploads: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        if claim.exactness == BEFORE_UPLOAD:
            uploads[claim.photo.name].add(PurePosixPath(claim.said).name)
    return uploads
