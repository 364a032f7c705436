"""Reading an archive into the store: all of it is checked out of sight, then it becomes visible at once."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from detector.errors import InvalidRequestError, NotFoundError, StoreError, UntrustedError, VersionTakenError
from detector.files import reading, writing
from detector.manifest import manifest_to_json, read_manifest, write_manifest
from detector.store import MANIFEST as MANIFEST_FILE
from detector.store import Store
from detector.store.contents import (
    CONTENTS,
    MANIFEST,
    MAX_CONTENTS_BYTES,
    Contents,
    Entry,
    contents_of,
    parse_contents,
)
from detector.store.signature import remove_signature, signing_key, verify, without_signature
from jobs.registry import Registry, StagedVersion
from jobs.release.archive.stream import ArchiveStream


@dataclass(frozen=True, slots=True)
class Imported:
    """The version as it is in the store now. `already_there`: it was, with the same content."""

    name: str
    version: int
    archive_version: int
    channel: str | None
    already_there: bool
    files: int

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.name,
            "version": self.version,
            "archive_version": self.archive_version,
            "channel": self.channel,
            "already_there": self.already_there,
            "files": self.files,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller wants of an archive: of which model it must be, and the number it gets.

    None is any model and the archive's own number, "next" the next free one. With `trusted` keys, one of them must have
    signed it.
    """

    name: str | None = None
    number: int | Literal["next"] | None = None
    trusted: tuple[Ed25519PublicKey, ...] | None = None


def import_from_file(registry: Registry, file: Path, wanted: Wanted | None = None) -> Imported:
    """Import the archive in `file`; see `import_version`. Raises InvalidRequestError when it cannot be opened."""
    try:
        packed = file.open("rb")
    except OSError as error:
        raise InvalidRequestError(f"Cannot open {file}: {error.strerror}.") from error
    with packed:
        return import_version(registry, packed, wanted, source=str(file))


def import_version(
    registry: Registry, packed: BinaryIO, wanted: Wanted | None = None, *, source: str
) -> Imported:
    """Publish the version in an archive as a training would; `source` names the archive in messages.

    The first version becomes stable, a later one canary if none is set. One that is there already with the same
    content is left as it is.

    Raises:
        StoreError: the archive is damaged, cut off, larger than it says, not what its checksums say or not a version,
            its number is taken by another content, or it is not signed as wanted. Nothing of it stays.
        InvalidRequestError: it is of another model than wanted.
    """
    wish = wanted or Wanted()
    stream = ArchiveStream(packed, source=source)
    contents = _read_contents(stream, source)
    if wish.name not in (None, contents.name):
        raise InvalidRequestError(f"{source} is of the model {contents.name!r}, not of {wish.name!r}.")
    number = None if wish.number == "next" else wish.number or contents.version
    if number is not None and _is_there(registry, contents, number):
        if wish.trusted is not None:
            verify(contents.name, number, registry.folders(contents.name, number), wish.trusted)
        return _imported(registry, contents, number, already_there=True)
    _refuse_too_large(registry, contents, source)
    with _stage(registry, contents, number) as staged:
        _unpack(stream, contents, staged)
        if wish.trusted is not None:
            verify(contents.name, contents.version, staged.folders, wish.trusted)
        if staged.version != contents.version:
            _renumber(contents, staged, signs_anew=wish.trusted is not None)
        staged.publish(action="import")
        return _imported(registry, contents, staged.version, already_there=False)


def _read_contents(stream: ArchiveStream, source: str) -> Contents:
    path, size_bytes = stream.next_file()
    if path != CONTENTS or size_bytes > MAX_CONTENTS_BYTES:
        raise stream.fault(
            f"it does not begin with {CONTENTS}, as what `detector release export` writes does"
        )
    return parse_contents(b"".join(stream.content(size_bytes)), source=source)


def _is_there(store: Store, contents: Contents, version: int) -> bool:
    """Whether the version is there with the same content. Raises StoreError when it is there with another one."""
    try:
        manifest = store.manifest(contents.name, version)
    except NotFoundError:
        return False
    there = contents_of(contents.name, version, store.folders(contents.name, version))
    manifest.version = contents.version
    if version == contents.version:
        entries = there.entries
    else:
        # Its number is all in which a version that was imported under another one differs.
        entries = {**there.entries, MANIFEST: _entry(manifest_to_json(manifest))}
    if without_signature(entries) == without_signature(contents.entries):
        return True
    raise StoreError(
        f"Version {version} of {contents.name!r} is in the store with another content; versions are never changed. "
        "Import this one under the next free number with --as next."
    )


def _entry(content: bytes) -> Entry:
    return Entry(hashlib.sha256(content).hexdigest(), len(content))


def _refuse_too_large(store: Store, contents: Contents, source: str) -> None:
    place = next(folder for folder in (store.root, *store.root.absolute().parents) if folder.exists())
    with reading(place):
        free = shutil.disk_usage(place).free
    if contents.total_bytes > free:
        raise StoreError(
            f"{source} cannot be imported: it needs {contents.total_bytes / 1e6:.0f} MB and {store.root} has "
            f"{free / 1e6:.0f} MB free."
        )


def _stage(registry: Registry, contents: Contents, version: int | None) -> StagedVersion:
    try:
        return registry.stage(contents.name, version)
    except VersionTakenError as error:
        raise VersionTakenError(f"{error.message} For the next free one: --as next.") from error


def _unpack(stream: ArchiveStream, contents: Contents, staged: StagedVersion) -> None:
    """Write each file that the contents name, and compare its checksum."""
    folders = staged.folders
    missing = dict(contents.entries)
    while missing:
        path, size_bytes = stream.next_file()
        entry = missing.pop(path, None)
        if entry is None:
            raise stream.fault(f"{path!r} is not in its contents, or is there twice")
        if size_bytes != entry.size_bytes:
            raise stream.fault(f"{path} has {size_bytes} bytes instead of {entry.size_bytes}")
        part, _, below = path.partition("/")
        if _write(stream, folders[part] / below, size_bytes) != entry.sha256:
            raise stream.fault(f"{path} has another content than when the archive was written")
    stream.end()


def _write(stream: ArchiveStream, target: Path, size_bytes: int) -> str:
    """Write the member to `target`; returns its sha256."""
    digest = hashlib.sha256()
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            for chunk in stream.content(size_bytes):
                digest.update(chunk)
                file.write(chunk)
    return digest.hexdigest()


def _renumber(contents: Contents, staged: StagedVersion, *, signs_anew: bool) -> None:
    """Give it the number that it is staged under, which its signature does not hold for."""
    if signs_anew and signing_key() is None:
        raise UntrustedError(
            f"Under number {staged.version} the signature of version {contents.version} holds no longer: sign it anew "
            "with DETECTOR_SIGNING_KEY, or import it under its own number."
        )
    remove_signature(staged.model)
    path = staged.artifacts / MANIFEST_FILE
    manifest = read_manifest(path)
    if (manifest.name, manifest.version) != (contents.name, contents.version):
        raise StoreError(
            f"The archive says it is {contents.name!r} version {contents.version}, its manifest "
            f"{manifest.name!r} version {manifest.version}."
        )
    manifest.version = staged.version
    write_manifest(path, manifest)


def _imported(store: Store, contents: Contents, version: int, *, already_there: bool) -> Imported:
    channels = store.channels(contents.name).items()
    channel = next((channel for channel, target in channels if target == version), None)
    return Imported(
        name=contents.name,
        version=version,
        archive_version=contents.version,
        channel=channel,
        already_there=already_there,
        files=len(contents.entries),
    )
