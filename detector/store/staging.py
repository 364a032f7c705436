"""Building a version out of sight, and what to do with one whose process died.

A staged version lies in `.staging/<name>/<version>/` as three folders and a lock that its process holds.
Publishing renames the folders into place one by one. So the state after a crash can be read off the disk: a
part that is missing here was moved, and the version is complete once its SavedModel, the last part, was.

A `Staging` is used with the store's lock held.
"""

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from detector.errors import StoreError, VersionTakenError
from detector.files import move_directory, reading, remove_tree, write_atomic, writing
from detector.store.layout import Layout, version_folders, version_names, version_of
from detector.store.locks import FileLock, try_lock

ARTIFACTS, EVALUATION, MODEL = "artifacts", "eval", "model"
_PARTS = (EVALUATION, ARTIFACTS, MODEL)
"""In the order in which they become visible."""

_REMOVED_PREFIX = ".removed-"


@dataclass(frozen=True, slots=True)
class StagedFolder:
    """A version that is being built in `folder`. As long as `lock` is held, nobody takes it for abandoned."""

    version: int
    folder: Path
    lock: FileLock


@dataclass(frozen=True, slots=True)
class Staging:
    """The versions of one model on their way into sight, or out of it."""

    layout: Layout
    name: str

    def reserve(self, wanted: int | None = None) -> StagedFolder:
        """Take a version that was never visible and is not being built: the next one, or `wanted`.

        Raises StoreError, also when `wanted` is taken.
        """
        taken = self.used_versions() | version_names(self.layout.staging(self.name))
        version = max(taken, default=0) + 1 if wanted is None else wanted
        if version in taken or version_of(str(version)) is None:
            raise VersionTakenError(
                f"Version {version} of {self.name!r} was used before or is being built: take another number."
            )
        folder = self._folder(version)
        lock = try_lock(folder / "lock")
        if lock is None:
            raise StoreError(f"{folder} is in use by another process, which should not be.")
        with writing(folder):
            for part in _PARTS:
                (folder / part).mkdir(exist_ok=True)
        return StagedFolder(version, folder, lock)

    def reveal(self, version: int) -> None:
        """Move a finished staged version into place, the SavedModel last."""
        for part in _PARTS:
            target = self._target(version, part)
            if os.path.lexists(target):
                raise StoreError(f"{target} exists already: versions are never changed once visible.")
        self._mark_used(version)
        for part in _PARTS:
            move_directory(self._folder(version) / part, self._target(version, part))

    def abandoned_versions(self) -> list[int]:
        """Staged versions whose process is gone."""
        abandoned = []
        for version in sorted(version_folders(self.layout.staging(self.name))):
            lock = try_lock(self._folder(version) / "lock")
            if lock is not None:
                lock.release()
                abandoned.append(version)
        return abandoned

    def is_revealed(self, version: int) -> bool:
        """Whether a staged version got as far as being visible as a whole."""
        folder = self._folder(version)
        with reading(folder):
            return all(
                not (folder / part).exists() and self._target(version, part).exists() for part in _PARTS
            )

    def take_back(self, version: int) -> None:
        """Remove a staged version and those parts of it that were moved into place already."""
        for part in _PARTS:
            if not (self._folder(version) / part).exists():
                remove_tree(self._target(version, part))
        # It was never visible as a whole, so its number is free; where the disk is full, it stays taken.
        with contextlib.suppress(StoreError):
            self._forget_used(version)
        self.drop(version)

    def drop(self, version: int) -> None:
        """Remove what is left in `.staging/` of a version."""
        remove_tree(self._folder(version))

    def remove(self, version: int) -> None:
        """Take a visible version out of sight, the SavedModel first, then delete it. Repeatable after a crash."""
        self._mark_used(version)
        removed = self.layout.staging(self.name) / f"{_REMOVED_PREFIX}{version}"
        with writing(removed):
            removed.mkdir(parents=True, exist_ok=True)
        for part in reversed(_PARTS):
            target = self._target(version, part)
            if target.exists():
                move_directory(target, removed / part)
        remove_tree(removed)

    def finish_removals(self) -> None:
        """Complete the removals that a crash interrupted."""
        folder = self.layout.staging(self.name)
        with reading(folder):
            leftovers = sorted(folder.glob(f"{_REMOVED_PREFIX}*"))
        for leftover in leftovers:
            version = version_of(leftover.name.removeprefix(_REMOVED_PREFIX))
            if version is not None:
                self.remove(version)

    def used_versions(self) -> set[int]:
        """Versions that are or ever were visible, in whole or in part. Raises StoreError."""
        visible = (self._target(1, part).parent for part in _PARTS)
        return _recorded_versions(self.layout.used_versions(self.name)).union(*map(version_names, visible))

    def _folder(self, version: int) -> Path:
        return self.layout.staging(self.name) / str(version)

    def _target(self, version: int, part: str) -> Path:
        """Where a part of a version lies once it is visible."""
        return self.layout.parts(self.name, version)[part]

    def _mark_used(self, version: int) -> None:
        recorded = _recorded_versions(self.layout.used_versions(self.name))
        if version not in recorded:
            self._write_used(recorded | {version})

    def _forget_used(self, version: int) -> None:
        recorded = _recorded_versions(self.layout.used_versions(self.name))
        if version in recorded:
            self._write_used(recorded - {version})

    def _write_used(self, versions: set[int]) -> None:
        write_atomic(self.layout.used_versions(self.name), f"{json.dumps(sorted(versions))}\n".encode())


def _recorded_versions(path: Path) -> set[int]:
    with reading(path):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return set()
    try:
        versions = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise StoreError(
            f"{path} is not JSON ({error}): delete it if no version was ever removed."
        ) from error
    if not isinstance(versions, list) or not all(
        type(version) is int and version > 0 for version in versions
    ):
        raise StoreError(f"{path} is not a list of versions: delete it if no version was ever removed.")
    return set(versions)
