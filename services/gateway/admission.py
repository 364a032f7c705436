"""Admission control: bounds on the bodies being read and on the photos that wait for a worker.

A request is rejected after its headers and before its body, so that a full gateway says so at once. An admitted request
is never dropped for lack of room; only its deadline ends the waiting. For the event loop only.
"""

from dataclasses import dataclass
from types import TracebackType
from typing import Self

from detector.errors import OverloadedError
from services.gateway.metrics import Metrics
from services.gateway.workers import Workers


@dataclass(frozen=True, slots=True)
class Bounds:
    """Photos waiting for a worker, bodies being read, and bytes of all bodies held."""

    queue: int
    uploads: int
    buffered_bytes: int


class Admission:
    """Counts uploads and their bytes, and rejects what exceeds the bounds."""

    def __init__(self, bounds: Bounds, workers: Workers, metrics: Metrics) -> None:
        self._bounds = bounds
        self._workers = workers
        self._metrics = metrics
        self.uploads = 0
        self.buffered_bytes = 0

    def admit(self) -> "Upload":
        """Admit a request, which then reads its body. Raises OverloadedError."""
        if self._workers.busy and self._workers.waiting >= self._bounds.queue:
            raise self._overloaded("queue_full", "Too many photos are waiting.")
        if self.uploads >= self._bounds.uploads:
            raise self._overloaded("too_many_uploads", "Too many photos are being sent.")
        return Upload(self)

    def hold(self, size_bytes: int) -> None:
        """Count bytes of a body before they are buffered. Raises OverloadedError."""
        if self.buffered_bytes + size_bytes > self._bounds.buffered_bytes:
            raise self._overloaded("too_many_bytes", "Photos being sent hold too much memory.")
        self.buffered_bytes += size_bytes

    def _overloaded(self, reason: str, message: str) -> OverloadedError:
        self._metrics.rejected.labels(reason).inc()
        return OverloadedError(f"{message} Try again in a moment.")


class Upload:
    """The body of one request, as a context manager that lasts as long as the request."""

    __slots__ = ("_admission", "_held_bytes", "_reading")

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._held_bytes = 0
        self._reading = False

    def grow(self, size_bytes: int) -> None:
        """Count bytes before they are buffered. Raises OverloadedError."""
        self._admission.hold(size_bytes)
        self._held_bytes += size_bytes

    def finish(self) -> None:
        """The body is complete; its bytes count until the end of the request."""
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
