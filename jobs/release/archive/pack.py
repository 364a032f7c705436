"""Writing an archive: the same version gives the same bytes, on one machine as on another of the same zlib."""

import gzip
import io
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from detector.errors import InvalidRequestError, StoreError
from detector.files import writing
from detector.manifest import validate_manifest
from detector.store import Store
from detector.store.contents import CONTENTS, Contents, contents_of

_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written where; `file` is None for standard output."""

    contents: Contents
    file: Path | None
    size_bytes: int

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.contents.name,
            "version": self.contents.version,
            "file": None if self.file is None else str(self.file),
            "files": len(self.contents.entries),
            "size_bytes": self.size_bytes,
        }


def export_to_file(store: Store, name: str, version: int, file: Path) -> Exported:
    """Write a version to `file`, whole or not at all.

    Raises:
        InvalidRequestError: `file` exists.
        NotFoundError: no such version.
        StoreError: the version is damaged, or the disk refuses.
    """
    if os.path.lexists(file):
        raise InvalidRequestError(f"{file} exists already: choose another name, or delete it.")
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    with writing(file):
        try:
            with temporary.open("xb") as out:
                contents = export_version(store, name, version, out)
                out.flush()
                os.fsync(out.fileno())
            os.replace(temporary, file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return Exported(contents, file, file.stat().st_size)


def export_version(store: Store, name: str, version: int, out: BinaryIO) -> Contents:
    """Write a version to a stream; see `export_to_file` for errors. A version that is damaged is not handed on."""
    manifest = store.manifest(name, version)
    folders = store.folders(name, version)
    validate_manifest(manifest, artifacts=folders["artifacts"], model=folders["model"])
    contents = contents_of(name, version, folders)
    # Times, owners and a file name would make two archives of one version differ.
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0, compresslevel=_LEVEL) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.USTAR_FORMAT) as tar,
    ):
        stated = contents.to_json()
        _add(tar, CONTENTS, len(stated), io.BytesIO(stated))
        for path, entry in sorted(contents.entries.items()):
            part, _, below = path.partition("/")
            with (folders[part] / below).open("rb") as file:
                _add(tar, path, entry.size_bytes, file)
    return contents


def _add(tar: tarfile.TarFile, path: str, size_bytes: int, content: BinaryIO) -> None:
    header = tarfile.TarInfo(path)
    header.size, header.mode = size_bytes, 0o644
    try:
        tar.addfile(header, content)
    except ValueError as error:
        raise StoreError(f"{path} does not fit into an archive: {error}.") from error
