"""Who may come in: bounds on bodies being read, photos waiting and photos in work.

Refusals happen when the headers have been read and before the body is: a full gateway says so at once. What
was let in is not thrown out again for lack of room; only its deadline ends its waiting. For the event loop
only.
"""

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from detector.errors import DeadlineExceededError, OverloadedError
from services.gateway.deadline import Deadline
from services.gateway.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Bounds:
    """Photos in work, photos waiting for that, bodies being read, and bytes that all bodies hold."""

    workers: int
    queue: int
    uploads: int
    buffered_bytes: int


class Admission:
    """Counts what is going on and hands out the workers' slots in order of arrival."""

    def __init__(self, bounds: Bounds, metrics: Metrics) -> None:
        self._bounds = bounds
        self._metrics = metrics
        self._slots = asyncio.Semaphore(bounds.workers)
        self._waiting = 0
        self.uploads = 0
        self.buffered_bytes = 0

    def admit(self) -> "Upload":
        """Let a request send its body. Raises OverloadedError."""
        if self._slots.locked() and self._waiting >= self._bounds.queue:
            raise self._refusal("queue_full", "Too many photos are waiting.")
        if self.uploads >= self._bounds.uploads:
            raise self._refusal("too_many_uploads", "Too many photos are being sent.")
        return Upload(self)

    def hold(self, size_bytes: int) -> None:
        """Count bytes of a body before they are kept. Raises OverloadedError."""
        if self.buffered_bytes + size_bytes > self._bounds.buffered_bytes:
            raise self._refusal("too_many_bytes", "Photos being sent hold too much memory.")
        self.buffered_bytes += size_bytes

    async def take_slot(self, deadline: Deadline) -> None:
        """Wait for a worker; `release_slot` gives it back. Raises DeadlineExceededError."""
        if not self._slots.locked():
            await self._slots.acquire()
            return
        self._waiting += 1
        try:
            async with asyncio.timeout(deadline.remaining_s):
                await self._slots.acquire()
        except TimeoutError:
            raise DeadlineExceededError("The deadline passed while the photo waited for a worker.") from None
        finally:
            self._waiting -= 1

    def release_slot(self) -> None:
        self._slots.release()

    def _refusal(self, reason: str, message: str) -> OverloadedError:
        self._metrics.rejected.labels(reason).inc()
        return OverloadedError(f"{message} Try again in a moment.")


class Upload:
    """One body, from its first byte to the end of the request: a context manager."""

    __slots__ = ("_admission", "_held_bytes", "_reading")

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._held_bytes = 0
        self._reading = False

    def grow(self, size_bytes: int) -> None:
        """Count bytes before they are kept. Raises OverloadedError."""
        self._admission.hold(size_bytes)
        self._held_bytes += size_bytes

    def finish(self) -> None:
        """The body is there whole; its bytes still count until the request is over."""
        if self._reading:
            self._reading = False
            self._admission.uploads -= 1

    def __enter__(self) -> Self:
        self._reading = True
        self._admission.uploads += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()
        self._admission.buffered_bytes -= self._held_bytes
