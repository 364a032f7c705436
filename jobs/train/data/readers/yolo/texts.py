"""Which text file holds the boxes of which photo of a YOLO dataset: one text serves one photo."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from jobs.train.data.names import UPLOAD_PREFIX, fold
from jobs.train.data.problems import Problem, ProblemKind

_PHOTO_FOLDERS = frozenset({"images", "jpegimages", "image", "imgs"})


@dataclass(frozen=True, slots=True, order=True)
class _Claim:
    """How a photo leads to its text, the likeliest first: by its own name, whole, in its case, from which folder."""

    by_upload: bool
    by_stem: bool
    in_another_case: bool
    place: int
    text: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """The text of each photo that has one; the photos and the texts that are not used, and why."""

    text_of: Mapping[str, str]
    unused_photos: frozenset[str]
    unused_texts: frozenset[str]
    problems: tuple[Problem, ...]


def pair_texts(photos: Iterable[str], texts: Iterable[str]) -> Pairs:
    """The text of each photo: `x.jpg.txt` before `x.txt`; in labels/ in the place of images/, beside it, or near;
    last `1a2b3c4d-x.txt`, as Label Studio calls uploaded photos.

    Where several photos lead to one text, the likeliest has it, and the others are not used: without it they would
    be taken for photos without objects. Where several are equally likely, none has it. A photo whose name differs
    from the text's in case, where another's does not, has no text.
    """
    exact = frozenset(texts)
    folded: dict[str, str] = {}
    for text in exact:
        folded.setdefault(fold(text), text)
    uploaded = _by_names_before_upload(exact)
    claimants: dict[str, list[tuple[_Claim, str]]] = defaultdict(list)
    for photo in photos:
        if claim := next(_claims(photo, exact, folded, uploaded), None):
            claimants[claim.text].append((claim, photo))
    text_of: dict[str, str] = {}
    unused: set[str] = set()
    undecided: set[str] = set()
    problems: list[Problem] = []
    for text, claims in claimants.items():
        best = min(claim for claim, _ in claims)
        winners = [photo for claim, photo in claims if claim == best]
        losers = [
            photo
            for claim, photo in claims
            if claim != best and claim.in_another_case <= best.in_another_case
        ]
        if len(winners) == 1:
            text_of[winners[0]] = text
            message = f"its boxes would be in {text}, which are those of {winners[0]}; not used."
            problems += [Problem(photo, ProblemKind.AMBIGUOUS_PHOTO, message) for photo in losers]
        else:
            losers += winners
            undecided.add(text)
            problems.append(_undecided(text, winners))
        unused.update(losers)
    return Pairs(text_of, frozenset(unused), frozenset(undecided), tuple(problems))


def _undecided(text: str, photos: list[str]) -> Problem:
    shown = " or ".join(photos[:3])
    message = (
        f"may belong to {shown}; none is used. Keep one of the photos, or call the text like it "
        f"({_full(photos[0])})."
    )
    return Problem(text, ProblemKind.AMBIGUOUS_PHOTO, message)


def _full(photo: str) -> str:
    return f"{PurePosixPath(photo).name}.txt"


def _by_names_before_upload(texts: Iterable[str]) -> dict[str, str]:
    """The texts by what they would be called without an upload's prefix, where only one would be called so."""
    found: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        path = PurePosixPath(text)
        if UPLOAD_PREFIX.match(path.name):
            found[str(path.with_name(UPLOAD_PREFIX.sub("", path.name, count=1)))].append(text)
    return {name: uploads[0] for name, uploads in found.items() if len(uploads) == 1}


def _claims(
    photo: str, exact: frozenset[str], folded: Mapping[str, str], uploaded: Mapping[str, str]
) -> Iterator[_Claim]:
    names = ((False, _full(photo)), (True, f"{PurePosixPath(photo).stem}.txt"))
    for by_stem, name in names:
        places = list(_places(photo, name))
        for place, path in places:
            if path in exact:
                yield _Claim(False, by_stem, False, place, path)
        for place, path in places:
            if other := folded.get(fold(path)):
                other_case = PurePosixPath(other).name != PurePosixPath(path).name
                yield _Claim(False, by_stem, other_case, place, other)
    for by_stem, name in names:
        for place, path in _places(photo, name):
            if text := uploaded.get(path):
                yield _Claim(True, by_stem, False, place, text)


def _places(photo: str, name: str) -> Iterator[tuple[int, str]]:
    """Where the photo's text may be, likeliest first, with how likely that is.

    The first place is for photos in images/ only: they come before pictures, mostly masks, that lie in labels/.
    """
    folders = PurePosixPath(photo).parts[:-1]
    above = [i for i, folder in enumerate(folders) if fold(folder) in _PHOTO_FOLDERS]
    if above:
        yield 0, "/".join([*folders[: above[-1]], "labels", *folders[above[-1] + 1 :], name])
    places = (
        [*folders, name],
        [*folders, "labels", name],
        [*folders[:-1], "labels", name],
        ["labels", name],
    )
    yield from enumerate(map("/".join, places), start=1)
