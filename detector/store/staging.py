"""Building a version out of sight, and what to do with one whose process died.

A staged version lies in `.staging/<name>/<version>/` as three folders and a lock that its process holds.
Publishing renames the folders into place one by one. So the state after a crash can be read off the disk: a
part that is missing here was moved, and the version is complete once its SavedModel, the last part, was.

Every function here is called with the store's lock held.
"""

import contextlib
import json
import os
from pathlib import Path

from detector.errors import StoreError, VersionTakenError
from detector.files import move_directory, reading, remove_tree, write_atomic, writing
from detector.store.layout import Layout, version_folders, version_names, version_of
from detector.store.locks import FileLock, try_lock

ARTIFACTS, EVALUATION, MODEL = "artifacts", "eval", "model"
_PARTS = (EVALUATION, ARTIFACTS, MODEL)
"""In the order in which they become visible."""

_REMOVED_PREFIX = ".removed-"


def part_target(layout: Layout, name: str, version: int, part: str) -> Path:
    """Where a part of a version lies once it is visible."""
    places = {ARTIFACTS: layout.artifacts, EVALUATION: layout.evaluation, MODEL: layout.model}
    return places[part](name, version)


def reserve(layout: Layout, name: str, wanted: int | None) -> tuple[int, Path, FileLock]:
    """Take a version that was never visible and is not being built: the next one, or `wanted`.

    Returns it with its staging folder and the lock that keeps the folder from being cleaned up.
    Raises StoreError, also when `wanted` is taken.
    """
    taken = used_versions(layout, name) | version_names(layout.staging(name))
    version = max(taken, default=0) + 1 if wanted is None else wanted
    if version in taken or version_of(str(version)) is None:
        raise VersionTakenError(
            f"Version {version} of {name!r} was used before or is being built: take another number."
        )
    folder = layout.staging(name) / str(version)
    lock = try_lock(folder / "lock")
    if lock is None:
        raise StoreError(f"{folder} is in use by another process, which should not be.")
    with writing(folder):
        for part in _PARTS:
            (folder / part).mkdir(exist_ok=True)
    return version, folder, lock


def reveal(layout: Layout, name: str, version: int) -> None:
    """Move a finished staged version into place, the SavedModel last."""
    for part in _PARTS:
        target = part_target(layout, name, version, part)
        if os.path.lexists(target):
            raise StoreError(f"{target} exists already: versions are never changed once visible.")
    _mark_used(layout, name, version)
    for part in _PARTS:
        move_directory(layout.staging(name) / str(version) / part, part_target(layout, name, version, part))


def abandoned_versions(layout: Layout, name: str) -> list[int]:
    """Staged versions whose process is gone."""
    abandoned = []
    for version in sorted(version_folders(layout.staging(name))):
        lock = try_lock(layout.staging(name) / str(version) / "lock")
        if lock is not None:
            lock.release()
            abandoned.append(version)
    return abandoned


def is_revealed(layout: Layout, name: str, version: int) -> bool:
    """Whether a staged version got as far as being visible as a whole."""
    folder = layout.staging(name) / str(version)
    with reading(folder):
        return all(
            not (folder / part).exists() and part_target(layout, name, version, part).exists()
            for part in _PARTS
        )


def take_back(layout: Layout, name: str, version: int) -> None:
    """Remove a staged version and those parts of it that were moved into place already."""
    folder = layout.staging(name) / str(version)
    for part in _PARTS:
        if not (folder / part).exists():
            remove_tree(part_target(layout, name, version, part))
    # It was never visible as a whole, so its number is free; where the disk is full, it stays taken.
    with contextlib.suppress(StoreError):
        _forget_used(layout, name, version)
    drop_staging(layout, name, version)


def drop_staging(layout: Layout, name: str, version: int) -> None:
    """Remove what is left in `.staging/` of a version."""
    remove_tree(layout.staging(name) / str(version))


def remove_version(layout: Layout, name: str, version: int) -> None:
    """Take a visible version out of sight, the SavedModel first, then delete it. Repeatable after a crash."""
    _mark_used(layout, name, version)
    removed = layout.staging(name) / f"{_REMOVED_PREFIX}{version}"
    with writing(removed):
        removed.mkdir(parents=True, exist_ok=True)
    for part in reversed(_PARTS):
        target = part_target(layout, name, version, part)
        if target.exists():
            move_directory(target, removed / part)
    remove_tree(removed)


def finish_removals(layout: Layout, name: str) -> None:
    """Complete the removals that a crash interrupted."""
    folder = layout.staging(name)
    with reading(folder):
        leftovers = sorted(folder.glob(f"{_REMOVED_PREFIX}*"))
    for leftover in leftovers:
        version = version_of(leftover.name.removeprefix(_REMOVED_PREFIX))
        if version is not None:
            remove_version(layout, name, version)


def used_versions(layout: Layout, name: str) -> set[int]:
    """Versions that are or ever were visible, in whole or in part. Raises StoreError."""
    visible = (
        layout.model_versions(name),
        layout.artifacts(name, 1).parent,
        layout.evaluation(name, 1).parent,
    )
    return _recorded_versions(layout.used_versions(name)).union(*map(version_names, visible))


def _mark_used(layout: Layout, name: str, version: int) -> None:
    path = layout.used_versions(name)
    recorded = _recorded_versions(path)
    if version not in recorded:
        write_atomic(path, f"{json.dumps(sorted(recorded | {version}))}\n".encode())


def _forget_used(layout: Layout, name: str, version: int) -> None:
    path = layout.used_versions(name)
    recorded = _recorded_versions(path)
    if version in recorded:
        write_atomic(path, f"{json.dumps(sorted(recorded - {version}))}\n".encode())


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
