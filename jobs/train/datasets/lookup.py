"""Finding the photo that an annotation means, which is often not quite what it says."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from jobs.train.datasets.photos import Side

PHOTO_SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".heic", ".heif", ".hif", ".avif", ".bmp", ".gif",
    ".tif", ".tiff",
)  # fmt: skip
"""Names that promise a photo. What is really in the file is the image loader's to say, by content."""

Exactness = tuple[int, ...]
"""How well an annotation names a photo; a larger one is better."""
BY_ANOTHER_NAME: Exactness = (0,)
NAMES_NO_FOLDER: Exactness = (1,)
_ALL_FIT: Exactness = (3,)

_SIDE_NAMES: dict[str, Side] = {
    "train": "train",
    "training": "train",
    "trainval": "train",
    "val": "val",
    "valid": "val",
    "validate": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}


def is_photo(file: str) -> bool:
    """Whether the name is a photo's."""
    return file.lower().endswith(PHOTO_SUFFIXES)


def side_named(word: str) -> Side | None:
    """The side that a word means: train, training, train2017, valid, VALIDATION, test, ..."""
    return _SIDE_NAMES.get(word.strip().lower().rstrip("0123456789_- "))


def side_of_folder(file: str) -> Side | None:
    """The side that the nearest telling folder above the file names, if one does."""
    sides = (side_named(part) for part in reversed(PurePosixPath(file).parts[:-1]))
    return next((side for side in sides if side), None)


def side_of_name(file: str) -> Side | None:
    """The side that a word of the file's own name tells: instances_train2017.json, test_labels.csv."""
    words = PurePosixPath(file).name.lower().replace("-", "_").replace(".", "_").split("_")
    return next((side for word in words if (side := side_named(word))), None)


class PhotoIndex:
    """The photos of a dataset by every name an annotation might use for them.

    In order: the path as stated beside the annotation, or from the root, or its last parts anywhere; then
    the same in another case or Unicode form; then with another extension. A name that fits several photos
    equally well means the one nearest to the annotation, or none where two are as near. A photo in the
    folder of one side never stands in for one that is missing on another.
    """

    def __init__(self, files: Iterable[str]) -> None:
        self.photos = tuple(file for file in files if is_photo(file))
        self._exact = frozenset(self.photos)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for photo in self.photos:
            name = fold(PurePosixPath(photo).name)
            self._by_name[name].append(photo)
            self._by_stem[PurePosixPath(name).stem].append(photo)

    def find(self, stated: str, *, beside: str = "") -> str | None:
        """The photo meant by the path `stated` in the annotation file `beside`, or None."""
        path = clean_path(stated)
        if not path:
            return None
        beside_path = clean_path(str(PurePosixPath(beside).parent / path))
        exact = next((name for name in (beside_path, path) if name in self._exact), None)
        name = fold(PurePosixPath(path).name)
        stem = PurePosixPath(name).stem
        same_named = (self._by_name.get(name, []), self._by_stem.get(stem, []), self._by_stem.get(name, []))
        found = (_nearest(candidates, path, beside) for candidates in same_named)
        return exact or next((photo for photo in found if photo), None)

    def find_stem(self, stem: str, *, beside: str = "") -> str | None:
        """The photo called `stem` plus any photo extension, or None."""
        return _nearest(self._by_stem.get(fold(stem), []), stem, beside)


def exactness(photo: str, stated: str, *, beside: str = "") -> Exactness:
    """How much of the folders that the path `stated` and the annotation `beside` name is right for the photo."""
    path = clean_path(stated)
    folders, said, around = (fold(name).split("/")[:-1] for name in (photo, path, beside))
    if folders and not said and not around:
        return NAMES_NO_FOLDER
    all_fit = folders[: len(around)] == around and folders[len(folders) - len(said) :] == said
    if all_fit or (said and said == folders):
        return _ALL_FIT
    return (2, *_nearness(photo, path, beside))


def fold(text: str) -> str:
    """The text in one case and one Unicode form (macOS writes names decomposed)."""
    return unicodedata.normalize("NFC", text).casefold()


def clean_path(stated: str) -> str:
    """A stated path as a relative one with forward slashes; what leads above the root is cut off."""
    parts: list[str] = []
    for part in stated.strip().replace("\\", "/").split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)


def _nearest(candidates: list[str], path: str, beside: str) -> str | None:
    """The candidate with most of the stated path's last parts, then with most of the annotation's folders: the
    first ones before the last ones, which are mirrored where photos and annotations are sorted by class."""
    side = _side_meant(path, beside)
    candidates = [photo for photo in candidates if not side or side_of_folder(photo) in (side, None)]
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    ranked = sorted(candidates, key=lambda photo: _nearness(photo, path, beside), reverse=True)
    best, second = (_nearness(photo, path, beside) for photo in ranked[:2])
    return ranked[0] if best > second else None


def _side_meant(path: str, beside: str) -> Side | None:
    """The side by the stated path, else by where the annotation is, else by the name of a list of photos."""
    many_photos = beside.lower().endswith((".json", ".csv"))
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
