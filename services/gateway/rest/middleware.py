"""ASGI middleware: a request id, metrics, one log event and problem documents for errors."""

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from detector.errors import InternalError
from services.gateway.observer import CLIENT_GONE, Observer, TruncatedResponseError, request_id
from services.gateway.rest.parameters import header
from services.gateway.rest.problems import problem_response
from services.gateway.versions import Readiness


class Observed:
    """Observes each request and turns errors into problem documents.

    Inner applications read `request_id` and `started` in `scope["state"]`, and set `route` (a template, never a path),
    `code` and `log` (extra fields of the log event) there.
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
                    # So that clients send their next request to another replica, not into a closed connection.
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
                raise TruncatedResponseError from error
            await problem_response(public, request_id=seen.request_id)(scope, receive, observed_send)
        finally:
            seen.leave()
            seen.route, seen.code = state["route"], state["code"]
            seen.count()
            seen.log(method=scope["method"], status=status, **state["log"])
