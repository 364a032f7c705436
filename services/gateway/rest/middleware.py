"""Around every request: an id, one metric, one log event, errors as problem documents."""

import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from detector.errors import DetectorError, InternalError
from services.gateway.metrics import Metrics
from services.gateway.readiness import Readiness
from services.gateway.requests import CLIENT_GONE, public_error, request_id
from services.gateway.rest.problems import problem_response

log = structlog.get_logger("gateway.requests")


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this lower-case name, without the blanks around it, which are not part of it (RFC 9110,
    section 5.5) and which the parser leaves at its end."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1").strip(" \t"))
    return None


class Observed:
    """Counts, times and logs each request; `scope["state"]` holds what the inner parts add to the log event.

    They set `route` (a template, never a path), `code` and `log` (extra fields) there, and read `request_id`.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, readiness: Readiness) -> None:
        self._app = app
        self._metrics = metrics
        self._readiness = readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        state = scope.setdefault("state", {})
        given_id = request_id(header(scope, b"x-request-id"))
        state.update(request_id=given_id, route="other", code="internal", log={}, started=started)
        status = 0

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if status < 400:
                    state["code"] = "ok"
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = given_id
                if self._readiness.draining:
                    # The next request goes elsewhere, instead of meeting a closed connection.
                    headers["Connection"] = "close"
            await send(message)

        self._metrics.in_flight.inc()
        try:
            await self._app(scope, receive, observed_send)
        except ClientDisconnect:
            state["code"] = CLIENT_GONE
        except DetectorError as error:
            public = public_error(error)
            state["code"] = public.code
            if isinstance(public, InternalError):
                log.exception("internal_error", request_id=given_id)
            if status == 0:
                await problem_response(public, request_id=given_id)(scope, receive, observed_send)
        finally:
            self._metrics.in_flight.dec()
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        state = scope["state"]
        self._metrics.requests.labels(state["route"], "rest", state["code"]).inc()
        self._metrics.request_duration.labels(state["route"], "rest").observe(seconds)
        log.info(
            "request",
            protocol="rest",
            method=scope["method"],
            route=state["route"],
            status=status,
            code=state["code"],
            ms=round(seconds * 1e3, 2),
            request_id=state["request_id"],
            **state["log"],
        )
