"""File names for written photos: unique, safe on every system, and the same for the same dataset."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from jobs.train.data.names import fold, is_photo
from jobs.train.data.photos import LabelledPhoto

MAX_BYTES = 120
_ANNOTATION_SUFFIXES = (".txt", ".xml", ".json", ".csv")
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))]
)
"""What Windows takes for a device, whatever the extension."""


def unique_stems(photos: Sequence[LabelledPhoto]) -> dict[str, str]:
    """A file name without extension for each photo, by its SHA-256.

    The photo's own name, made safe. Photos of one name (in two folders, or in two formats) each get the first digits
    of their content's SHA-256 behind it, so that the names do not depend on which photo comes first.
    """
    stems = {photo.sha256: safe_stem(photo.name) for photo in photos}
    for digits in (8, 16, 64):
        counts = Counter(fold(stem) for stem in stems.values())
        stems = {
            sha256: stem if counts[fold(stem)] == 1 else f"{stem}-{sha256[:digits]}"
            for sha256, stem in stems.items()
        }
    return stems


def safe_stem(name: str) -> str:
    """The last part of a path without a photo's extension, of letters, digits, dots, hyphens and underscores."""
    last = PurePosixPath(name).name
    stem = PurePosixPath(last).stem if is_photo(last) else last
    stem = "".join(c if _is_plain(c) else "_" for c in unicodedata.normalize("NFC", stem))
    stem = stem.encode()[:MAX_BYTES].decode(errors="ignore").strip(".-")
    # `x.jpg` + `.png` would be taken for the annotation or the copy of another photo.
    while is_photo(stem) or stem.lower().endswith(_ANNOTATION_SUFFIXES):
        stem = "_".join(stem.rsplit(".", 1))
    return f"photo_{stem}" if not stem or stem.lower().split(".")[0] in _RESERVED else stem


def _is_plain(character: str) -> bool:
    return character in "-_." or unicodedata.category(character)[0] in "LMN"
