"""`detector release prune`: the oldest versions go, never one that anything points to."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.errors import InvalidRequestError
from detector.store import Store
from jobs.registry import Registry
from jobs.release.journal import release_in_progress
from jobs.release.lock import releasing


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted (or would be), and why each of the others stays."""

    name: str
    deleted: tuple[int, ...]
    kept: Mapping[int, str]
    freed_bytes: int
    dry_run: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.name,
            "deleted": list(self.deleted),
            "kept": {str(version): why for version, why in self.kept.items()},
            "freed_bytes": self.freed_bytes,
            "dry_run": self.dry_run,
        }


def prune(registry: Registry, name: str, *, keep: int, dry_run: bool = False) -> Pruned:
    """Delete all but the newest `keep` versions and those that a channel or models.config points to.

    Of each the SavedModel goes first: TensorFlow Serving never sees one whose manifest is gone. Numbers are not used
    again. Killed half-way, the same command finishes.

    Raises InvalidRequestError for a negative number, ReleaseBusyError while a release is running.
    """
    if keep < 0:
        raise InvalidRequestError(f"--keep {keep}: keep at least 0.")
    with releasing(registry, name, doing=f"prune --keep {keep}"):
        if not dry_run:
            registry.recover(name)
        versions = registry.versions(name)
        kept = _pointed_to(registry, name)
        kept |= {
            version: f"one of the newest {keep}"
            for version in versions[len(versions) - min(keep, len(versions)) :]
            if version not in kept
        }
        deleted = tuple(version for version in versions if version not in kept)
        freed = sum(disk_bytes(registry, name, version) for version in deleted)
        if not dry_run:
            for version in deleted:
                registry.remove(name, version)
        return Pruned(
            name, deleted, {version: kept[version] for version in versions if version in kept}, freed, dry_run
        )


def _pointed_to(registry: Registry, name: str) -> dict[int, str]:
    """Versions that must stay, with the reason."""
    reasons: dict[int, str] = {}
    for models in (registry.configured_models(), registry.served_models()):
        if name in models:
            reasons |= dict.fromkeys(models[name].versions, "in models.config")
    unfinished = release_in_progress(registry, name)
    if unfinished is not None:
        reasons |= dict.fromkeys(unfinished.versions, "in an unfinished release")
    channels = ((version, channel) for channel, version in registry.channels(name).items())
    return reasons | dict(channels)


def disk_bytes(store: Store, name: str, version: int) -> int:
    """Bytes of everything that the version holds."""
    folders = (
        store.model_dir(name, version),
        store.artifacts_dir(name, version),
        store.eval_dir(name, version),
    )
    return sum(
        _file_bytes(Path(place, file))
        for folder in folders
        for place, _, files in os.walk(folder)
        for file in files
    )


def _file_bytes(path: Path) -> int:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0  # another process is pruning
