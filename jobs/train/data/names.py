"""Names of photos and folders as annotation files write them."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

from jobs.train.data.photos import Side

PHOTO_SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".heic", ".heif", ".hif", ".avif", ".bmp", ".gif",
    ".tif", ".tiff",
)  # fmt: skip
"""Names that promise a photo. What is really in the file is the image loader's to say, by content."""

LEGACY_ENCODINGS = (
    "cp1252", "cp850", "cp866", "cp1251", "koi8-r", "gbk", "big5", "shift_jis", "euc-kr", "cp1250", "cp1253",
    "mac-roman",
)  # fmt: skip
"""What file names are encoded in where a zip, or a disk, does not use Unicode."""

UPLOAD_PREFIX = re.compile(r"[0-9a-f]{8}-(?=.)")
"""1a2b3c4d-0.jpg: what Label Studio puts before the name of a file that is uploaded to it."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
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


def spellings(stated: str) -> list[str]:
    """The paths that a stated name may mean, the likeliest first.

    As written; percent-decoded; of a URL its `d` parameter (Label Studio's local files) or its path, decoded. Names
    from before an upload to Label Studio are for `names_before_upload`.
    """
    found = [stated, unquote(stated)]
    if "?" in stated or _SCHEME.match(stated):
        found += _parts_of_url(stated)
    return list(dict.fromkeys(path for name in found if (path := clean_path(name))))


def names_before_upload(stated: str) -> list[str]:
    """The names that the photo of an uploaded one had before: 0.jpg of /data/upload/3/1a2b3c4d-0.jpg.

    They say less than any of the `spellings`. The folders are those of Label Studio's own disk.
    """
    names = (PurePosixPath(path).name for path in spellings(stated))
    return list(
        dict.fromkeys(UPLOAD_PREFIX.sub("", name, count=1) for name in names if UPLOAD_PREFIX.match(name))
    )


def _parts_of_url(stated: str) -> Iterator[str]:
    try:
        url = urlsplit(stated.replace("\\", "/"))
        parameters = parse_qs(url.query)
    except ValueError:  # a bracket where an address should be, or too many parameters
        return
    for value in parameters.get("d", ()):
        yield value
        yield unquote(value)
    yield url.path
    yield unquote(url.path)


def in_other_encodings(name: str) -> Iterator[str]:
    """The name as it appears where its bytes were in a legacy encoding, or where UTF-8 was taken for one."""
    if name.isascii():
        return
    for encoding in LEGACY_ENCODINGS:
        try:
            raw = unicodedata.normalize("NFC", name).encode(encoding)
        except UnicodeEncodeError:
            continue
        yield raw.decode("cp437")  # a zip without the flag for UTF-8
        yield raw.decode("utf-8", "backslashreplace")  # a name on disk
    try:
        yield name.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return
