"""Around every request: an id, one metric, one log event, errors as problem documents."""

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from detector.errors import InternalError
from services.gateway.observer import Observer
from services.gateway.readiness import Readiness
from services.gateway.requests import CLIENT_GONE, AnswerCutShortError, request_id
from services.gateway.rest.problems import problem_response


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this lower-case name, without the blanks around it, which are not part of it (RFC 9110,
    section 5.5) and which the parser leaves at its end."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1").strip(" \t"))
    return None


class Observed:
    """Observes each request and answers its errors; `scope["state"]` holds what the inner parts add to the log event.

    They set `route` (a template, never a path), `code` and `log` (extra fields) there, and read `request_id`.
    """

    def __init__(self, app: ASGIApp, observer: Observer, readiness: Readiness) -> None:
        self._app = app
        self._observer = observer
        self._readiness = readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        seen = self._observer.enter("other", request_id(header(scope, b"x-request-id")))
        state.update(
            request_id=seen.request_id,
            route=seen.route,
            code=InternalError.code,
            log={},
            started=seen.started,
        )
        status = 0

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if status < 400:
                    state["code"] = "ok"
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = seen.request_id
                if self._readiness.draining:
                    # The next request goes elsewhere, instead of meeting a closed connection.
                    headers["Connection"] = "close"
            await send(message)

        try:
            await self._app(scope, receive, observed_send)
        except ClientDisconnect:
            state["code"] = CLIENT_GONE
        except Exception as error:
            public = seen.failed(error)
            state["code"] = public.code
            if status:
                raise AnswerCutShortError from error
            await problem_response(public, request_id=seen.request_id)(scope, receive, observed_send)
        finally:
            seen.leave()
            seen.route, seen.code = state["route"], state["code"]
            seen.count()
            seen.log(method=scope["method"], status=status, **state["log"])
