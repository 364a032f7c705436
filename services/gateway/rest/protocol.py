"""Uvicorn's HTTP/1.1 protocol with the bounds that it lacks: on headers, and on bodies that were rejected.

A rejected body is read and discarded for a limited time (lingering close): closing at once would reset the connection,
and a client that is still sending would never see the response.
"""

import asyncio
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from httptools import HttpParserError, HttpParserUpgrade
from starlette.types import ASGIApp, Message, Receive, Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from detector.errors import InvalidRequestError
from services.gateway.observer import Observer, TruncatedResponseError, request_id
from services.gateway.rest.problems import problem_response

LINGER_S = 0.25
"""How long a rejected client has to see the response and stop sending, before its body is read and discarded."""

IDLE_GRACE_S = 0.2
"""How long the server still accepts requests on idle connections when it stops."""

TLS_CLOSE_TIMEOUT_S = 5.0
"""How long a client has to answer the closure alert when the server stops. Browsers ignore it on idle connections, and
uvloop would wait for half a minute."""

_FRAMING = (b"content-length", b"transfer-encoding")
"""The headers that delimit a body."""


@dataclass(frozen=True, slots=True)
class HeaderLimits:
    """Bounds on the headers of one request: seconds until they are complete, and bytes."""

    timeout_s: float
    size_bytes: int


def bounded_protocol(limits: HeaderLimits, observer: Observer) -> type[asyncio.Protocol]:
    """For uvicorn's `http` option. `observer` records malformed requests, which never reach the application."""
    return cast(type[asyncio.Protocol], functools.partial(BoundedProtocol, limits=limits, observer=observer))


class HeaderGuard:
    """Aborts a connection whose headers exceed the limits. Also limits how long a connection may linger."""

    def __init__(
        self, limits: HeaderLimits, loop: asyncio.AbstractEventLoop, abort: Callable[[], None]
    ) -> None:
        self._limits = limits
        self._loop = loop
        self._abort = abort
        self._timer: asyncio.TimerHandle | None = None
        self._in_headers = False
        self._parsed_bytes = 0
        self._received_bytes = 0

    def start_timer(self) -> None:
        self.stop_timer()
        self._timer = self._loop.call_later(self._limits.timeout_s, self._abort)

    def stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def begin_headers(self) -> None:
        self._parsed_bytes = self._received_bytes = 0
        self._in_headers = True
        self.start_timer()

    def end_headers(self) -> None:
        self._in_headers = False
        self.stop_timer()

    def count_parsed(self, size_bytes: int) -> None:
        """Count a URL or header that the parser has reported."""
        self._parsed_bytes += size_bytes
        if self._parsed_bytes > self._limits.size_bytes:
            self._abort()

    def count_received(self, size_bytes: int) -> None:
        """Count raw data: the parser buffers a header, of any size, until it is complete."""
        if self._in_headers:
            if self._received_bytes > self._limits.size_bytes:
                self._abort()
            self._received_bytes += size_bytes


class BoundedProtocol(HttpToolsProtocol):
    """One connection. Aborts those that drip or flood headers or keep sending a rejected body."""

    def __init__(self, *args: Any, limits: HeaderLimits, observer: Observer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app: Any = _LingeringApp(self.app)
        self.parser: Any = _Parser(self.parser, self._head_for_upgrade_body, self._reject_malformed)
        self._observer = observer
        self._limits = limits
        self._skipping_head = False
        self._discarding = False
        self._stopping = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        # `self.transport.abort` in a closure would be a reference cycle, which keeps closed connections in memory.
        self._guard = HeaderGuard(self._limits, self.loop, transport.abort)
        self._guard.start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._guard.stop_timer()
        super().connection_lost(exc)

    def eof_received(self) -> bool | None:  # type: ignore[override]  # uvicorn has None, asyncio both
        """The client has closed its side. If its request is complete, it may still wait for the response, as netcat
        does; a client that is gone resets the connection when the response arrives."""
        cycle = self.cycle
        if self._is_tls or cycle is None or cycle.more_body or cycle.response_complete:
            return None
        cycle.keep_alive = False
        return True

    def shutdown(self) -> None:
        """Called when the server stops. A request may be on its way on a connection that looks idle."""
        self._stopping = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(IDLE_GRACE_S, self._shutdown_now)
        else:
            super().shutdown()

    def data_received(self, data: bytes) -> None:
        if self._discarding:
            return
        super().data_received(data)
        self._guard.count_received(len(data))

    def on_message_begin(self) -> None:
        if not self._skipping_head:
            super().on_message_begin()
            self._guard.begin_headers()

    def on_url(self, url: bytes) -> None:
        if not self._skipping_head:
            self._guard.count_parsed(len(url))
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._skipping_head:
            self._guard.count_parsed(len(name) + len(value))
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._skipping_head:
            self._skipping_head = False
            return
        self._guard.end_headers()
        if not self.transport.is_closing():
            super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        cycle = self.cycle
        # With pipelined requests, `cycle` may be a later one than the one just answered.
        if cycle.response_complete and cycle.more_body and not self.transport.is_closing():
            self._linger()
        if self._stopping:
            self._limit_tls_closure()

    @property
    def _is_tls(self) -> bool:
        return not self.transport.can_write_eof()

    def _shutdown_now(self) -> None:
        if not self.transport.is_closing():
            super().shutdown()
        self._limit_tls_closure()

    def _limit_tls_closure(self) -> None:
        if self._is_tls:
            self.loop.call_later(TLS_CLOSE_TIMEOUT_S, self.transport.abort)

    def _linger(self) -> None:
        """The response is sent and the body is not complete: close the sending side and wait for the client."""
        if self._is_tls:
            # Closing TLS sends an alert and discards what still arrives.
            self._guard.start_timer()
            self.transport.close()
            return
        self._discarding = True
        self._unset_keepalive_if_required()
        self._guard.start_timer()
        self.transport.pause_reading()
        self.loop.call_later(LINGER_S, self._discard)
        self.transport.write_eof()

    def _discard(self) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def _head_for_upgrade_body(self) -> bytes:
        """A head that makes the parser read the body of the request that it has just ended.

        The parser ends a request after its head if that asks to upgrade, as curl --http2 and Java's HttpClient do with
        every request. This server supports no upgrade, so the request is an ordinary one (RFC 9110, section 7.8), and
        its body must not be parsed as the next request.
        """
        self.cycle.more_body = True
        self._skipping_head = True
        framing = [header for header in self.headers if header[0] in _FRAMING]
        return b"".join([b"POST / HTTP/1.1\r\n", *map(b"%s: %s\r\n".__mod__, framing), b"\r\n"])

    def _reject_malformed(self) -> None:
        """Answer a malformed request and observe it like any other.

        If a request before it still waits for its response, only close after that one: a second response would be
        written into the first.
        """
        self._guard.stop_timer()
        self._discarding = True
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete and not cycle.more_body:
            cycle.keep_alive = False
            return
        if self.transport.is_closing():
            return
        seen = self._observer.enter("other", request_id(None))
        error = seen.failed(InvalidRequestError("This is not HTTP/1.1 as RFC 9112 has it."))
        response = problem_response(error, request_id=seen.request_id)
        fields = [
            *self.server_state.default_headers,
            *response.raw_headers,
            (b"x-request-id", seen.request_id.encode()),
            (b"connection", b"close"),
        ]
        head = b"".join([STATUS_LINE[error.http_status], *map(b"%s: %s\r\n".__mod__, fields), b"\r\n"])
        self.transport.write(head + bytes(response.body))
        self.transport.close()
        seen.leave()
        seen.count()
        seen.log(status=error.http_status)


class _Parser:
    """httptools' parser, which continues after a request to upgrade, and calls `malformed` where it cannot go on."""

    def __init__(
        self, parser: Any, head_for_upgrade_body: Callable[[], bytes], malformed: Callable[[], None]
    ) -> None:
        self._parser = parser
        self._head_for_upgrade_body = head_for_upgrade_body
        self._malformed = malformed
        self.get_http_version: Callable[[], str] = parser.get_http_version
        self.get_method: Callable[[], bytes] = parser.get_method
        self.should_keep_alive: Callable[[], bool] = parser.should_keep_alive

    def feed_data(self, data: bytes) -> None:
        while True:
            try:
                self._parser.feed_data(data)
                return
            except HttpParserUpgrade as upgrade:
                data = self._head_for_upgrade_body() + data[upgrade.args[0] :]
            except HttpParserError:
                self._malformed()
                return

    def should_upgrade(self) -> bool:
        return False


class _LingeringApp:
    """Runs `app` so that a response before the end of its request's body announces and causes a lingering close."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Any) -> None:
        cycle: RequestResponseCycle = send.__self__

        async def watching_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                if cycle.more_body:
                    cycle.keep_alive = False
                # A response to HEAD consists of its head only.
                response_transport.hold_next = scope["method"] != "HEAD"
            await send(message)

        transport = cycle.transport
        response_transport = _ResponseTransport(transport, cycle)
        cycle.transport = response_transport  # type: ignore[assignment]  # it has what a cycle calls
        try:
            await self._app(scope, receive, watching_send)
        except TruncatedResponseError:
            # The cause has been logged with the request id; uvicorn would log this exception without it.
            response_transport.flush()
            cycle.disconnected = True
            transport.close()
        finally:
            response_transport.flush()
            # Breaks a reference cycle, which would keep each request alive until the garbage collector runs.
            cycle.transport = transport


class _ResponseTransport:
    """The transport of one response: joins its head with the first part of its body, and lingers.

    It is not closed while the body of the request is incomplete: that would reset the connection of a client that asked
    for it to be closed after the response. Joining saves a system call and wakes the client once.
    """

    def __init__(self, transport: asyncio.Transport, cycle: RequestResponseCycle) -> None:
        self._transport = transport
        self._cycle = cycle
        self._held = b""
        self.hold_next = False
        """Whether the next write waits for the one after it."""

    def write(self, data: bytes) -> None:
        if self.hold_next:
            self.hold_next = False
            self._held = data
        else:
            self._transport.write(self._held + data)
            self._held = b""

    def flush(self) -> None:
        if self._held:
            self.write(b"")

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        if not (self._cycle.response_complete and self._cycle.more_body):
            self.flush()
            self._transport.close()
