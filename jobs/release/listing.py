"""`detector release list`: what is in the store, what points to it, who moved what, what is half done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from detector.errors import DetectorError
from detector.manifest import Manifest, artifact_bytes
from detector.store import Channels, Store
from detector.store.layout import version_folders
from jobs.registry.history import LoggedMove, read_history
from jobs.registry.record import ReleaseRecord
from jobs.release.journal import release_in_progress
from jobs.release.lock import require_store
from jobs.release.prune import disk_bytes
from services.serving.model_config import read_serving_config

LOGGED = 10
"""Moves shown, the latest ones."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version. `problem` says what is wrong on disk, None when it is complete; unmeasured numbers are None."""

    version: int
    channels: tuple[str, ...]
    is_configured: bool
    created: str | None
    ap50: float | None
    false_positives_per_empty_photo: float | None
    size_bytes: int
    kinds: dict[str, int]
    problem: str | None

    def to_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "channels": list(self.channels),
            "in_models_config": self.is_configured,
            "created": self.created,
            "ap50": self.ap50,
            "false_positives_per_empty_photo": self.false_positives_per_empty_photo,
            "size_bytes": self.size_bytes,
            "kinds": self.kinds,
            "complete": self.problem is None,
            "problem": self.problem,
        }


@dataclass(frozen=True, slots=True)
class Listing:
    """All versions in ascending order, the channels, the latest moves, and a release that is not finished."""

    name: str
    channels: Channels
    versions: tuple[VersionRow, ...]
    moves: tuple[LoggedMove, ...]
    unfinished: ReleaseRecord | None

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.name,
            "channels": dict(self.channels.items()),
            "versions": [row.to_json() for row in self.versions],
            "unfinished": None if self.unfinished is None else unfinished_to_json(self.unfinished),
            "log": [dict(move.fields) for move in self.moves],
        }


def list_versions(store: Store, name: str, *, moves: int = LOGGED) -> Listing:
    """Everything that a release concerns; writes nothing.

    Raises NotFoundError for a store that is not there, StoreError for one that cannot be read.
    """
    require_store(store)
    channels = store.channels(name)
    models = read_serving_config(store.serving_config_path)
    configured = models[name].versions if name in models else ()
    rows = tuple(_row(store, name, version, channels, configured) for version in _all_versions(store, name))
    history = read_history(store.channel_log_path(name))
    return Listing(name, channels, rows, history[-moves:] if moves else (), release_in_progress(store, name))


def unfinished_to_json(record: ReleaseRecord) -> dict[str, Any]:
    return {
        "action": record.action,
        "by": record.by,
        "started": record.started,
        "phase": record.phase,
        "moves": [{"channel": m.channel, "from": m.old, "to": m.new} for m in record.moves],
        "serving": list(record.serving),
    }


def _all_versions(store: Store, name: str) -> list[int]:
    """Also those of which only a part is there."""
    folders = (store.model_dir(name, 1).parent, store.artifacts_dir(name, 1).parent)
    return sorted(set().union(*map(version_folders, folders)))


def _row(
    store: Store, name: str, version: int, channels: Channels, configured: tuple[int, ...]
) -> VersionRow:
    pointing = tuple(channel for channel, target in channels.items() if target == version)
    is_configured = version in configured
    size_bytes = disk_bytes(store, name, version)
    try:
        manifest = store.manifest(name, version)
    except DetectorError as error:
        problem = _incomplete(store, name, version) or error.message
        return VersionRow(version, pointing, is_configured, None, None, None, size_bytes, {}, problem)
    metrics = manifest.metrics
    has_false_positives = metrics.HasField("false_positives_per_empty_photo")
    return VersionRow(
        version=version,
        channels=pointing,
        is_configured=is_configured,
        created=manifest.created.ToDatetime(UTC).isoformat(timespec="seconds"),
        ap50=metrics.ap50 if metrics.HasField("ap50") else None,
        false_positives_per_empty_photo=metrics.false_positives_per_empty_photo
        if has_false_positives
        else None,
        size_bytes=size_bytes,
        kinds={artifact.kind: artifact_bytes(artifact) for artifact in manifest.artifacts},
        problem=next(_problems(store, manifest), None),
    )


def _incomplete(store: Store, name: str, version: int) -> str | None:
    if version in store.versions(name):
        return None
    there = store.model_dir(name, version).is_dir()
    return "its manifest is missing" if there else "its SavedModel is missing"


def _problems(store: Store, manifest: Manifest) -> Iterator[str]:
    """By name and size alone: checksums of everything would take seconds a version."""
    artifacts = store.artifacts_dir(manifest.name, manifest.version)
    model = store.model_dir(manifest.name, manifest.version)
    for artifact in manifest.artifacts:
        folder = model if artifact.kind == "saved_model" else artifacts
        for file in artifact.files:
            yield from _file_problem(folder / file.path, file.size_bytes, shown=file.path)
    for file in manifest.samples:
        yield from _file_problem(artifacts / file.path, file.size_bytes, shown=file.path)


def _file_problem(path: Path, size_bytes: int, *, shown: str) -> Iterator[str]:
    if not path.is_file():
        yield f"{shown} is missing"
    elif path.stat().st_size != size_bytes:
        yield f"{shown} has another size than the manifest says"
