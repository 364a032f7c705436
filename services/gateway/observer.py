"""Counts, times and logs the requests of every transport, with their ids and public errors."""

import functools
import re
import secrets
import time
from typing import Any

import structlog

from detector.errors import DetectorError, InternalError
from services.gateway.metrics import Metrics

log = structlog.get_logger("gateway.requests")

INTERNAL_MESSAGE = "Something went wrong inside the gateway; its log has more under this request_id."

CLIENT_GONE = "client_gone"
"""In metrics and logs, the code of a request whose client disconnected before the response."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


class TruncatedResponseError(Exception):
    """A response that has started cannot be completed. The cause has been logged; the server closes the connection, so
    that the client notices that the response is incomplete."""


def request_id(given: str | None) -> str:
    """The client's id if it is safe to echo, otherwise a new one."""
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return secrets.token_hex(8)


def public_error(error: Exception) -> DetectorError:
    """The error that the client sees. Unexpected errors are hidden: their text may contain paths."""
    if isinstance(error, DetectorError) and (isinstance(error, InternalError) or error.http_status != 500):
        return error
    return InternalError(INTERNAL_MESSAGE)


class Observer:
    """Observes the requests of one transport. For one event loop."""

    def __init__(self, metrics: Metrics, *, protocol: str) -> None:
        """`protocol` is the label of metrics and the field of log events."""
        self.metrics = metrics
        self.protocol = protocol
        self.in_flight = 0
        """Requests being handled."""
        # Looking up a metric by its labels costs more than counting; routes and codes are few.
        self.requests = functools.cache(lambda route, code: metrics.requests.labels(route, protocol, code))
        self.duration = functools.cache(lambda route: metrics.request_duration.labels(route, protocol))

    def enter(self, route: str, request_id: str) -> "Observation":
        """Observe a request that is in flight until `leave` is called."""
        self.in_flight += 1
        self.metrics.in_flight.inc()
        return Observation(self, route, request_id)

    def watch(self, route: str, request_id: str) -> "Observation":
        """Observe a stream whose messages are observed one by one: it is not in flight itself, so never leaves."""
        return Observation(self, route, request_id)


class Observation:
    """One request, from the end of its headers to the end of its response.

    `code` is how it ended, in metrics and logs; it is `client_gone` until something else is set.
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
        """Record an error and return what the client sees. An unexpected error is logged with its traceback."""
        public = public_error(error)
        self.code = public.code
        if isinstance(public, InternalError):
            log.error("internal_error", request_id=self.request_id, exc_info=error)
        return public

    def leave(self) -> None:
        """The response has been sent: the request is no longer in flight, and its time ends."""
        self.seconds = time.perf_counter() - self.started
        self._observer.in_flight -= 1
        self._observer.metrics.in_flight.dec()

    def count(self) -> None:
        """Add the request to the metrics."""
        self._observer.requests(self.route, self.code).inc()
        self._observer.duration(self.route).observe(self._elapsed_s())

    def log(self, **fields: Any) -> None:
        """Write the request's one log event, with additional fields of the transport and the handler."""
        log.info(
            "request",
            protocol=self._observer.protocol,
            route=self.route,
            code=self.code,
            ms=round(self._elapsed_s() * 1e3, 2),
            request_id=self.request_id,
            **fields,
        )

    def _elapsed_s(self) -> float:
        return time.perf_counter() - self.started if self.seconds is None else self.seconds
