"""A bound on the memory that photos take while they are decoded, over all threads.

A photo's bytes say little about it: two hundred kilobytes of PNG or WebP can need a gigabyte for a moment.
"""

import ctypes
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from detector.errors import DeadlineExceededError

_M_MMAP_THRESHOLD = -3
_LARGE_BYTES = 8_000_000
"""Pillow holds large pictures in blocks of 16 MB."""


class DecodeMemory:
    """Bytes that are handed out in order of arrival; who finds too few left waits. Thread-safe.

    The first one has this process give large blocks back to the system as soon as they are freed, without which the
    bound would not hold: glibc keeps them for each thread that ever had some.
    """

    def __init__(self, limit_bytes: int) -> None:
        _give_back_large_blocks()
        self.limit_bytes = limit_bytes
        self._free = limit_bytes
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        """How many wait for memory."""
        return len(self._waiting)

    @contextmanager
    def reserved(self, size_bytes: int, *, timeout_s: float | None = None) -> Iterator[None]:
        """Hold so many bytes. Raises DeadlineExceededError when they are not free in time, and ValueError when there
        are never so many.
        """
        if size_bytes > self.limit_bytes:
            raise ValueError(f"{size_bytes} bytes are more than the limit of {self.limit_bytes}")
        self._take(size_bytes, timeout_s)
        try:
            yield
        finally:
            with self._changed:
                self._free += size_bytes
                self._changed.notify_all()

    def _take(self, size_bytes: int, timeout_s: float | None) -> None:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                # In order of arrival: small photos would keep a large one waiting for ever.
                if not self._changed.wait_for(
                    lambda: self._waiting[0] is ticket and self._free >= size_bytes, timeout_s
                ):
                    raise DeadlineExceededError("The deadline passed while the photo waited for memory.")
                self._free -= size_bytes
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()


def _give_back_large_blocks() -> None:
    """On glibc; elsewhere nothing is done."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
