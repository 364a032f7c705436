"""Which file is the photo that an annotation means: one rule for all formats (docs/datasets.md)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from jobs.train.data.names import (
    clean_path,
    fold,
    in_other_encodings,
    is_photo,
    names_before_upload,
    side_of_folder,
    side_of_name,
    spellings,
)
from jobs.train.data.photos import Side

Exactness = tuple[int, ...]
"""How well an annotation names a photo; a larger one is better."""
BEFORE_UPLOAD: Exactness = (-1,)
BY_ANOTHER_NAME: Exactness = (0,)
NAMES_NO_FOLDER: Exactness = (1,)
_ALL_FIT: Exactness = (3,)

LISTS_OF_PHOTOS = (".json", ".csv", ".tsv", ".jsonl", ".ndjson", ".manifest")


@dataclass(frozen=True, slots=True)
class Match:
    """What a stated name leads to.

    `photo` is None when there is no such photo, or when several are equally near: those are the `rivals`.
    `other_extension` tells that only a photo with another extension is called so.
    """

    photo: str | None = None
    rivals: tuple[str, ...] = ()
    other_extension: bool = False


NO_MATCH = Match()


class PhotoIndex:
    """The photos of a dataset by the names that annotations use for them.

    In order: the path as stated, beside the annotation or from the root; its last parts anywhere; the same in
    another case or Unicode form; the same with another extension. Each is tried with every spelling of the
    name (percent-encoded, a URL), the one as written first, and last the name without what an upload put
    before it. A name that fits several photos equally well
    means the nearest to the annotation; where two are as near it means none. A photo in the folder of one side
    never stands in for one that is missing on another, and a file that is set aside is found by its full path
    only.
    """

    def __init__(self, files: Iterable[str], set_aside: Iterable[str] = ()) -> None:
        self.photos = tuple(file for file in files if is_photo(file))
        self.set_aside = tuple(file for file in set_aside if is_photo(file))
        self._paths = frozenset((*self.photos, *self.set_aside))
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_folded_name: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        self._by_folded_stem: dict[str, list[str]] = defaultdict(list)
        for photo in self.photos:
            path = PurePosixPath(photo)
            self._by_name[path.name].append(photo)
            self._by_folded_name[fold(path.name)].append(photo)
            self._by_stem[path.stem].append(photo)
            self._by_folded_stem[fold(path.stem)].append(photo)

    def find(self, stated: str, *, beside: str = "") -> Match:
        """The photo meant by the name `stated` in the annotation file `beside`."""
        match = self._find(spellings(stated), beside)
        return match if match is not NO_MATCH else self._find(names_before_upload(stated), beside)

    def _find(self, paths: Iterable[str], beside: str) -> Match:
        for look in (self._at_path, self._called, self._called_in_another_case):
            for path in paths:
                if (match := look(path, beside)) is not NO_MATCH:
                    return match
        for path in paths:
            for other in in_other_encodings(path):
                if (match := self._called(other, beside)) is not NO_MATCH:
                    return match
        for path in paths:
            if (match := self._with_another_extension(path, beside)) is not NO_MATCH:
                return match
        return NO_MATCH

    def find_stem(self, stem: str, *, beside: str = "") -> Match:
        """The photo called `stem` plus any photo extension; case counts where two differ in nothing else."""
        match = _nearest(self._by_stem, stem, stem, beside)
        return match if match is not NO_MATCH else _nearest(self._by_folded_stem, fold(stem), stem, beside)

    def inside(self, folder: str) -> tuple[str, ...]:
        """The photos in the folder and below; those that are set aside only where there are no others."""
        prefix = fold(f"{folder}/") if folder else ""
        for photos in (self.photos, self.set_aside):
            if inside := tuple(photo for photo in photos if fold(photo).startswith(prefix)):
                return inside
        return ()

    def _at_path(self, path: str, beside: str) -> Match:
        for whole in (clean_path(str(PurePosixPath(beside).parent / path)), path):
            if whole in self._paths:
                return Match(whole)
        return NO_MATCH

    def _called(self, path: str, beside: str) -> Match:
        return _nearest(self._by_name, PurePosixPath(path).name, path, beside)

    def _called_in_another_case(self, path: str, beside: str) -> Match:
        return _nearest(self._by_folded_name, fold(PurePosixPath(path).name), path, beside)

    def _with_another_extension(self, path: str, beside: str) -> Match:
        name = PurePosixPath(path).name
        known = is_photo(name)
        # "v1.5 photo" has no extension, although there is a point in it.
        for stem in dict.fromkeys((PurePosixPath(name).stem if known else name, name)):
            match = _nearest(self._by_folded_stem, fold(stem), path, beside)
            if match is not NO_MATCH:
                return Match(match.photo, match.rivals, other_extension=known)
        return NO_MATCH


def exactness(photo: str, stated: str, *, beside: str = "") -> Exactness:
    """How much of the folders that the path `stated` and the annotation `beside` name is right for the photo."""
    paths = spellings(stated)
    name = fold(PurePosixPath(photo).stem)
    if names_before_upload(stated) and all(fold(PurePosixPath(path).stem) != name for path in paths):
        return BEFORE_UPLOAD
    return max(_exactness(photo, path, beside) for path in paths or [""])


def _exactness(photo: str, path: str, beside: str) -> Exactness:
    folders, said, around = (fold(name).split("/")[:-1] for name in (photo, path, beside))
    if folders and not said and not around:
        return NAMES_NO_FOLDER
    all_fit = folders[: len(around)] == around and folders[len(folders) - len(said) :] == said
    if all_fit or (said and said == folders):
        return _ALL_FIT
    return (2, *_nearness(photo, path, beside))


def _only_by_what_is_above(photos: Iterable[str], path: str, beside: str) -> bool:
    """Whether only the folders above tell the photos apart, although their extensions differ.

    Masks lie under the annotations' folder in some datasets: being nearer to an annotation that names no extension does
    not make them its photos.
    """
    kinds = {PurePosixPath(photo).suffix.lower() for photo in photos}
    around = PurePosixPath(beside).parent
    if len(kinds) < 2 or any(PurePosixPath(photo).parent == around for photo in photos):
        return False
    ends = {(last, mirrored) for last, _, mirrored in (_nearness(photo, path, beside) for photo in photos)}
    return len(ends) == 1


def _nearest(by_name: Mapping[str, list[str]], name: str, path: str, beside: str) -> Match:
    """The photo called `name` with most of the stated path's last parts, then with most of the annotation's folders:
    the first ones before the last ones, which are mirrored where photos and annotations are sorted by class."""
    side = _side_meant(path, beside)
    candidates = [
        photo for photo in by_name.get(name, ()) if not side or side_of_folder(photo) in (side, None)
    ]
    if not candidates:
        return NO_MATCH
    nearness = {photo: _nearness(photo, path, beside) for photo in candidates}
    best = max(nearness.values())
    nearest = tuple(photo for photo in candidates if nearness[photo] == best)
    if _only_by_what_is_above(candidates, path, beside):
        return Match(rivals=tuple(candidates))
    return Match(nearest[0]) if len(nearest) == 1 else Match(rivals=nearest)


def _side_meant(path: str, beside: str) -> Side | None:
    """The side by the stated path, else by where the annotation is, else by the name of a list of photos."""
    many_photos = beside.lower().endswith(LISTS_OF_PHOTOS)
    return side_of_folder(path) or side_of_folder(beside) or (side_of_name(beside) if many_photos else None)


def _nearness(photo: str, path: str, beside: str) -> tuple[int, int, int]:
    folders, said, around = (fold(name).split("/")[:-1] for name in (photo, path, beside))
    return _common(folders[::-1], said[::-1]), _common(folders, around), _common(folders[::-1], around[::-1])


def _common(a: list[str], b: list[str]) -> int:
    """How many items the two lists share from their start."""
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count
