"""What a version consists of, as an archive states it in its first file and as a signature is made over it."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from detector.errors import StoreError
from detector.files import reading
from detector.names import is_model_name
from detector.store.layout import version_of

CONTENTS = "contents.json"
MANIFEST = "artifacts/manifest.json"
FORMAT = "pocket-detector-version"
SCHEMA = 1
PARTS = ("artifacts", "eval", "model")
"""First parts of the paths: what lies below artifacts/, eval/ and models/ of a store."""

MAX_CONTENTS_BYTES = 16_000_000
MAX_FILE_BYTES = 2**32 - 1
MAX_TOTAL_BYTES = 8_000_000_000
"""A version has some hundred megabytes at most; an archive that claims more than this is none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file's checksum (lower-case hexadecimal) and size."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Contents:
    """A version's name and number, and its files by their path in an archive."""

    name: str
    version: int
    entries: Mapping[str, Entry]

    @property
    def total_bytes(self) -> int:
        return sum(entry.size_bytes for entry in self.entries.values())

    def to_json(self) -> bytes:
        """Canonical: equal for equal contents."""
        files = [
            {"path": path, "sha256": entry.sha256, "size_bytes": entry.size_bytes}
            for path, entry in sorted(self.entries.items())
        ]
        fields = {
            "format": FORMAT,
            "schema": SCHEMA,
            "name": self.name,
            "version": self.version,
            "files": files,
        }
        return f"{json.dumps(fields, indent=1, ensure_ascii=False)}\n".encode()


def contents_of(name: str, version: int, folders: Mapping[str, Path]) -> Contents:
    """What lies in a version's folders, given by their name in the archive.

    Raises StoreError for links, special files, and names that an archive does not carry.
    """
    entries = {
        path: _entry(file) for part, folder in sorted(folders.items()) for path, file in _files(part, folder)
    }
    return Contents(name, version, entries)


def parse_contents(content: bytes, *, source: str) -> Contents:
    """The contents that an archive states. Raises StoreError for anything that could do harm, or makes no sense."""
    try:
        fields = json.loads(content)
        if not isinstance(fields, dict) or fields.get("format") != FORMAT:
            raise ValueError("it is no version of a detector")
        if fields.get("schema") != SCHEMA:
            raise ValueError(
                f"it has schema {fields.get('schema')!r}; this program reads {SCHEMA}: use a newer one"
            )
        name, version = fields["name"], fields["version"]
        if not isinstance(name, str) or not is_model_name(name):
            raise ValueError(f"{name!r} is not a model name")
        if type(version) is not int or version_of(str(version)) is None:
            raise ValueError(f"{version!r} is not a version")
        entries = dict(_parsed(file) for file in fields["files"])
        if len(entries) != len(fields["files"]):
            raise ValueError("a file is named twice")
        contents = Contents(name, version, entries)
        if MANIFEST not in entries:
            raise ValueError("it has no manifest")
        if contents.total_bytes > MAX_TOTAL_BYTES:
            raise ValueError(
                f"it claims {contents.total_bytes} bytes; at most {MAX_TOTAL_BYTES} are unpacked"
            )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreError(f"{source} cannot be imported: {error}.") from error
    return contents


def _files(part: str, folder: Path) -> Iterator[tuple[str, Path]]:
    with reading(folder):
        found = sorted(folder.rglob("*"))
    for file in found:
        if file.is_symlink() or not (file.is_file() or file.is_dir()):
            raise StoreError(f"{file} is a link or a special file: a version holds plain files only.")
        if file.is_file():
            path = f"{part}/{file.relative_to(folder).as_posix()}"
            if not is_safe(path):
                raise StoreError(f"{file} has a name that an archive does not carry.")
            yield path, file


def _entry(file: Path) -> Entry:
    with reading(file), file.open("rb") as content:
        return Entry(hashlib.file_digest(content, "sha256").hexdigest(), file.stat().st_size)


def _parsed(file: Any) -> tuple[str, Entry]:
    path, sha256, size_bytes = file["path"], file["sha256"], file["size_bytes"]
    if not isinstance(path, str) or not is_safe(path):
        raise ValueError(f"{path!r} is not a path of a version")
    if not isinstance(sha256, str) or not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError(f"{path} has no sha256")
    if type(size_bytes) is not int or not 0 <= size_bytes <= MAX_FILE_BYTES:
        raise ValueError(f"{path} has no size, or one of 4 GiB and more")
    return path, Entry(sha256, size_bytes)


def is_safe(path: str) -> bool:
    """Whether the path lies in a part's folder wherever it is unpacked, and fits into a plain tar header."""
    pure = PurePosixPath(path)
    plain = path.isascii() and path.isprintable() and "\\" not in path and pure.as_posix() == path
    return plain and len(pure.parts) > 1 and pure.parts[0] in PARTS and ".." not in pure.parts
