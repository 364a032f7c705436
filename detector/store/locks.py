"""Locks between processes: held by the kernel, so that a killed process holds none."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from detector.errors import StoreError
from detector.files import writing

_POLL_SECONDS = 0.05


class FileLock:
    """An exclusive lock on a file, from `try_lock` until `release` or the end of the process."""

    __slots__ = ("_descriptor", "path")

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Let others have it; calling it again does nothing."""
        if self._descriptor is not None:
            # Closing alone would leave it to child processes that inherited the descriptor.
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)
            self._descriptor = None


def try_lock(path: Path) -> FileLock | None:
    """The lock on `path`, or None while another holds it. The file and its folder are created if need be.

    Nothing is written into it: a full disk must not keep anyone from cleaning up. Raises StoreError.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno in (errno.EAGAIN, errno.EACCES):
                return None
            raise
    return FileLock(path, descriptor)


@contextmanager
def locked(path: Path, *, timeout_s: float = 30.0) -> Iterator[None]:
    """Hold the lock on `path`; wait for it up to `timeout_s` seconds, then raise StoreError."""
    lock = _wait_for(path, timeout_s)
    try:
        yield
    finally:
        lock.release()


def _wait_for(path: Path, timeout_s: float) -> FileLock:
    deadline = time.monotonic() + timeout_s
    while True:
        lock = try_lock(path)
        if lock is not None:
            return lock
        if time.monotonic() >= deadline:
            raise StoreError(
                f"Another process has held {path} for {timeout_s:.0f} seconds: wait for it to end, or end it."
            )
        time.sleep(_POLL_SECONDS)
