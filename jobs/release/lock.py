"""One release at a time for each model, and who it is."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from detector.errors import NotFoundError, ReleaseBusyError
from detector.files import reading
from detector.store import Store, current_actor
from detector.store.locks import try_lock


@contextmanager
def releasing(store: Store, name: str, *, doing: str) -> Iterator[None]:
    """Hold the model's release lock; `doing` is what others are told.

    Raises ReleaseBusyError, which says who holds it, at once, and NotFoundError where there is no store. The kernel
    holds the lock, so that it ends with its process however that ends.
    """
    require_store(store)
    lock = try_lock(store.release_lock_path(name))
    if lock is None:
        raise ReleaseBusyError(
            f"Another release of {name!r} is running: {_holder(store.release_lock_path(name))}. Wait for it to end, or "
            "end it; then run this command again."
        )
    try:
        _tell(lock.path, doing)
        yield
    finally:
        lock.release()


def require_store(store: Store) -> None:
    """Raises NotFoundError for a folder that is not there: a slip in its name must not leave one behind.

    StoreError for one that this user may not look at.
    """
    with reading(store.root):
        found = store.root.exists()
    if not found:
        raise NotFoundError(
            f"There is no store at {store.root}: `detector train` makes one, --store or DETECTOR_STORE names another."
        )


def require_model(store: Store, name: str) -> None:
    """Raises NotFoundError for a model without any version, before a lock for it is made."""
    require_store(store)
    if not store.versions(name):
        there = ", ".join(store.names()) or "none"
        raise NotFoundError(
            f"There is no version of {name!r} in {store.root}; models there: {there}. --model names another."
        )


def _tell(path: Path, doing: str) -> None:
    fields = {
        "by": current_actor(),
        "process": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "doing": doing,
    }
    try:
        path.write_text(json.dumps(fields), "utf-8")
    except OSError:
        # The lock is held all the same: a disk that is full must not keep anyone from rolling back.
        return


def _holder(path: Path) -> str:
    try:
        fields = json.loads(path.read_text("utf-8"))
        return f"{fields['doing']}, by {fields['by']}, process {fields['process']}, since {fields['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it has not said who it is"
