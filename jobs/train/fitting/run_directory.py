"""Where a run keeps its checkpoint while it trains: one folder a run under the store's `.staging`.

A killed run leaves its folder, so that the same command goes on from it. One that nobody went on with is removed
by a later run.
"""

import hashlib
import json
import shutil
import time
from pathlib import Path

from detector.errors import StoreError
from detector.store.locks import FileLock, try_lock
from jobs.train.config import TrainConfig
from jobs.train.data.photos import Split

KEPT_DAYS = 14
"""How long a killed run can be gone on with."""
_PREFIX = "run-"
_LOCK = "lock"
# How long it may take and how much is exported do not change what was trained so far.
_WITHOUT_EFFECT = ("max_minutes", "samples", "tfjs", "strict")


def run_directory(config: TrainConfig, *, data_fingerprint: str, split: Split) -> Path:
    """The folder of the run: the same options on the same photos, on the same sides, share it."""
    options = {k: v for k, v in config.to_json().items() if k not in _WITHOUT_EFFECT}
    sides = [sorted(photo.sha256 for photo in side) for side in (split.train, split.val)]
    text = json.dumps([options, data_fingerprint, sides], sort_keys=True, default=str)
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    return config.store / ".staging" / config.name / f"{_PREFIX}{key}"


def lock_run(directory: Path) -> FileLock:
    """Hold the run's folder, which is made if need be. Raises StoreError when the same run is going on already."""
    lock = try_lock(directory / _LOCK)
    if lock is None:
        raise StoreError(
            f"The same training is running already (it holds {directory}). Wait for it, or use another --seed."
        )
    return lock


def forget(directory: Path) -> None:
    """Remove a finished run's folder."""
    shutil.rmtree(directory, ignore_errors=True)


def forget_abandoned_runs(beside: Path, *, now: float | None = None) -> None:
    """Remove the folders beside this one that no process holds and nothing was written to for KEPT_DAYS."""
    oldest_kept = (time.time() if now is None else now) - KEPT_DAYS * 86_400
    for directory in beside.parent.glob(f"{_PREFIX}*"):
        if directory == beside:
            continue
        try:
            last_written = _last_written(directory)
        except FileNotFoundError:
            continue  # its run has just finished, or replaced its checkpoint: not abandoned
        if last_written >= oldest_kept:
            continue
        lock = try_lock(directory / _LOCK)
        if lock is not None:
            forget(directory)
            lock.release()


def _last_written(directory: Path) -> float:
    """Seconds since 1970. Raises FileNotFoundError where a file goes away meanwhile."""
    return max(path.stat().st_mtime for path in (directory, *directory.iterdir()))
