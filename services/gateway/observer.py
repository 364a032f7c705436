"""Counts, times and logs requests, whatever transport they come by."""

import functools
import time
from typing import Any

import structlog

from detector.errors import DetectorError, InternalError
from services.gateway.metrics import Metrics
from services.gateway.requests import CLIENT_GONE, public_error

log = structlog.get_logger("gateway.requests")


class Observer:
    """Observes the requests of one transport. For one event loop."""

    def __init__(self, metrics: Metrics, *, protocol: str) -> None:
        """`protocol` is the label of metrics and the field of log events."""
        self.metrics = metrics
        self.protocol = protocol
        self.in_flight = 0
        """Requests that have entered and not left."""
        # Looking up a metric by its labels costs more than counting; routes and codes are few.
        self.requests = functools.cache(lambda route, code: metrics.requests.labels(route, protocol, code))
        self.duration = functools.cache(lambda route: metrics.request_duration.labels(route, protocol))

    def enter(self, route: str, request_id: str) -> "Observation":
        """Observe a request that is in flight until `leave` is called."""
        self.in_flight += 1
        self.metrics.in_flight.inc()
        return Observation(self, route, request_id)

    def watch(self, route: str, request_id: str) -> "Observation":
        """Observe a connection that carries requests of its own: it is not in flight itself, so never leaves."""
        return Observation(self, route, request_id)


class Observation:
    """One request, from the end of its headers to the end of its answer.

    `code` is what metrics and logs say of how it ended; it is `client_gone` until something else is set.
    """

    __slots__ = ("_observer", "code", "request_id", "route", "seconds", "started")

    def __init__(self, observer: Observer, route: str, request_id: str) -> None:
        """`route` is a template, never a path: it becomes a label."""
        self._observer = observer
        self.started = time.perf_counter()
        """On the clock of `time.perf_counter`."""
        self.route = route
        self.request_id = request_id
        self.code = CLIENT_GONE
        self.seconds: float | None = None
        """How long it took; set by `leave`."""

    def failed(self, error: Exception) -> DetectorError:
        """Take note of an error; returns what the client is told. An unexpected one is logged with its traceback."""
        public = public_error(error)
        self.code = public.code
        if isinstance(public, InternalError):
            log.error("internal_error", request_id=self.request_id, exc_info=error)
        return public

    def leave(self) -> None:
        """The answer is on its way: the request is no longer in flight, and its time ends."""
        self.seconds = time.perf_counter() - self.started
        self._observer.in_flight -= 1
        self._observer.metrics.in_flight.dec()

    def count(self) -> None:
        """Add the request to the metrics."""
        self._observer.requests(self.route, self.code).inc()
        self._observer.duration(self.route).observe(self._taken_s())

    def log(self, **fields: Any) -> None:
        """Write the request's one event, with what the transport and the handler know beside."""
        log.info(
            "request",
            protocol=self._observer.protocol,
            route=self.route,
            code=self.code,
            ms=round(self._taken_s() * 1e3, 2),
            request_id=self.request_id,
            **fields,
        )

    def _taken_s(self) -> float:
        return time.perf_counter() - self.started if self.seconds is None else self.seconds
