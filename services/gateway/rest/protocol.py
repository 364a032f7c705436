"""Uvicorn's HTTP/1.1 protocol with the bounds that it lacks: on headers, and on bodies that were refused.

A body whose request is answered already is read and thrown away without being parsed, for a bounded time:
closing at once would reset the connection, and a client still sending would never see the answer.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade
from starlette.types import ASGIApp, Message, Receive, Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from detector.errors import InvalidRequestError
from services.gateway.observer import Observer, TruncatedResponseError, request_id
from services.gateway.rest.problems import problem_response

REFUSED_BODY_GRACE_S = 0.25
"""How long a refused client has to see its answer and stop, before its body is read to be thrown away."""

IDLE_GRACE_S = 0.2
"""How long an idle connection is still listened to when the server stops."""

TLS_CLOSE_TIMEOUT_S = 5.0
"""How long a client has to answer the end of TLS when the server stops: browsers do not look at idle connections,
and uvloop would wait for them for half a minute."""

_FRAMING = (b"content-length", b"transfer-encoding")
"""The headers that say where a body ends."""


def guarded_protocol(
    *, header_timeout_s: float, max_header_bytes: int, observer: Observer
) -> type[asyncio.Protocol]:
    """A protocol that closes connections which drip or flood headers, or go on sending a refused body."""

    class GuardedProtocol(HttpToolsProtocol):
        """One connection."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.app: Any = _CloseAfterEarlyAnswer(self.app)
            self.parser: Any = _Parser(self.parser, self._body_of_upgrade, self._refuse_unreadable)
            self._repeating_head = False
            self._guard: asyncio.TimerHandle | None = None
            self._header_bytes = 0
            self._unfinished_bytes = 0
            self._in_headers = False
            self._refused = False
            self._stopping = False

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
            super().connection_made(transport)
            self._arm()

        def connection_lost(self, exc: Exception | None) -> None:
            self._disarm()
            super().connection_lost(exc)

        def eof_received(self) -> bool | None:  # type: ignore[override]  # uvicorn has None, asyncio both
            """The client sends nothing more. One whose request is whole may still wait for the answer, as netcat
            does; whoever has left altogether resets the connection when it comes."""
            cycle = self.cycle
            if self._is_tls or cycle is None or cycle.more_body or cycle.response_complete:
                return None
            cycle.keep_alive = False
            return True

        def shutdown(self) -> None:
            """Called when the server stops: a request may be on its way on a connection that looks idle."""
            self._stopping = True
            if self.cycle is None or self.cycle.response_complete:
                self.loop.call_later(IDLE_GRACE_S, self._shutdown_now)
            else:
                super().shutdown()

        def _shutdown_now(self) -> None:
            if not self.transport.is_closing():
                super().shutdown()
            self._end_soon()

        def data_received(self, data: bytes) -> None:
            if self._refused:
                return
            super().data_received(data)
            if self._in_headers:
                # The parser tells of a header when it is whole, and keeps what it has of it until then.
                if self._unfinished_bytes > max_header_bytes:
                    self.transport.abort()
                self._unfinished_bytes += len(data)

        def _body_of_upgrade(self) -> bytes:
            """A head after which the parser reads the body of the request that it has just ended.

            It ends a request at its head if that asks for another protocol. This server speaks no other, so the request
            is one like any (RFC 9110, section 7.8), and its body must not be taken for the next request.
            """
            self.cycle.more_body = True
            self._repeating_head = True
            framing = [header for header in self.headers if header[0] in _FRAMING]
            return b"".join([b"POST / HTTP/1.1\r\n", *map(b"%s: %s\r\n".__mod__, framing), b"\r\n"])

        def _refuse_unreadable(self) -> None:
            """Answer a malformed request, and observe it as any other; except while one before it waits for its own
            answer, into which this one would be written."""
            self._disarm()
            self._refused = True
            cycle = self.cycle
            if cycle is not None and not cycle.response_complete and not cycle.more_body:
                cycle.keep_alive = False
                return
            if self.transport.is_closing():
                return
            seen = observer.enter("other", request_id(None))
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

        def on_message_begin(self) -> None:
            if self._repeating_head:
                return
            super().on_message_begin()
            self._header_bytes = self._unfinished_bytes = 0
            self._in_headers = True
            self._arm()

        def on_url(self, url: bytes) -> None:
            if self._repeating_head:
                return
            self._count(len(url))
            super().on_url(url)

        def on_header(self, name: bytes, value: bytes) -> None:
            if self._repeating_head:
                return
            self._count(len(name) + len(value))
            super().on_header(name, value)

        def on_headers_complete(self) -> None:
            if self._repeating_head:
                self._repeating_head = False
                return
            self._disarm()
            self._in_headers = False
            if not self.transport.is_closing():
                super().on_headers_complete()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            cycle = self.cycle
            # With requests sent ahead of their answers, `cycle` may be a later one than that just answered.
            if cycle.response_complete and cycle.more_body and not self.transport.is_closing():
                self._linger()
            if self._stopping:
                self._end_soon()

        def _end_soon(self) -> None:
            if self._is_tls:
                self.loop.call_later(TLS_CLOSE_TIMEOUT_S, self.transport.abort)

        @property
        def _is_tls(self) -> bool:
            return not self.transport.can_write_eof()

        def _linger(self) -> None:
            """The answer is out and the body is not in: say that nothing more comes, wait for the client."""
            if self._is_tls:
                # It says so by closing, and throws away what still comes.
                self._arm()
                self.transport.close()
                return
            self._refused = True
            self._unset_keepalive_if_required()
            self._arm()
            self.transport.pause_reading()
            self.loop.call_later(REFUSED_BODY_GRACE_S, self._discard)
            self.transport.write_eof()

        def _discard(self) -> None:
            if not self.transport.is_closing():
                self.transport.resume_reading()

        def _count(self, size: int) -> None:
            self._header_bytes += size
            if self._header_bytes > max_header_bytes:
                self.transport.abort()

        def _arm(self) -> None:
            self._disarm()
            self._guard = self.loop.call_later(header_timeout_s, self._expire)

        def _disarm(self) -> None:
            if self._guard is not None:
                self._guard.cancel()
                self._guard = None

        def _expire(self) -> None:
            self.transport.abort()

    return GuardedProtocol


class _Parser:
    """httptools' parser, which goes on where that stops because a request asks for another protocol, and tells
    `unreadable` where it cannot go on."""

    def __init__(
        self, parser: Any, body_of_upgrade: Callable[[], bytes], unreadable: Callable[[], None]
    ) -> None:
        self._parser = parser
        self._body_of_upgrade = body_of_upgrade
        self._unreadable = unreadable
        self.get_http_version: Callable[[], str] = parser.get_http_version
        self.get_method: Callable[[], bytes] = parser.get_method
        self.should_keep_alive: Callable[[], bool] = parser.should_keep_alive

    def feed_data(self, data: bytes) -> None:
        while True:
            try:
                self._parser.feed_data(data)
                return
            except HttpParserUpgrade as upgrade:
                data = self._body_of_upgrade() + data[upgrade.args[0] :]
            except HttpParserError:
                self._unreadable()
                return

    def should_upgrade(self) -> bool:
        return False


class _CloseAfterEarlyAnswer:
    """Runs `app` so that an answer that comes before its request's body is in ends the connection, and says so.

    Head and first bytes of an answer leave together: the client is woken once.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Any) -> None:
        cycle: RequestResponseCycle = send.__self__

        async def watching_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                if cycle.more_body:
                    cycle.keep_alive = False
                # Of an answer to HEAD nothing more would come.
                answer_transport.holding = scope["method"] != "HEAD"
            await send(message)

        transport = cycle.transport
        answer_transport = _AnswerTransport(transport, cycle)
        cycle.transport = answer_transport  # type: ignore[assignment]  # it has what a cycle calls
        try:
            await self._app(scope, receive, watching_send)
        except TruncatedResponseError:
            # The log has the cause. Uvicorn would log this exception too, without the request's id.
            answer_transport.flush()
            cycle.disconnected = True
            transport.close()
        finally:
            answer_transport.flush()
            # Else each request would be kept, with what it holds, until the collector of cycles comes by.
            cycle.transport = transport


class _AnswerTransport:
    """What a request's answer is written to: closing waits where the body is still on its way.

    Closing with bytes unread would reset the connection of a client that asked for it to be closed after the answer.
    """

    def __init__(self, transport: asyncio.Transport, cycle: RequestResponseCycle) -> None:
        self._transport = transport
        self._cycle = cycle
        self._held = b""
        self.holding = False
        """Whether the next write waits for the one after it."""

    def write(self, data: bytes) -> None:
        if self.holding:
            self.holding = False
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
