"""Uvicorn's HTTP/1.1 protocol with the bounds that it lacks: on headers, and on bodies that were refused.

A body whose request is answered already is read and thrown away without being parsed, for a bounded time:
closing at once would reset the connection, and a client still sending would never see the answer.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PATIENCE_S = 0.25
"""How long a refused client has to see its answer and stop, before its body is read to be thrown away."""

FAREWELL_S = 0.2
"""How long an idle connection is still listened to when the server stops."""


def guarded_protocol(*, header_timeout_s: float, max_header_bytes: int) -> type[asyncio.Protocol]:
    """A protocol that closes connections which drip or flood headers, or go on sending a refused body."""

    class GuardedProtocol(HttpToolsProtocol):
        """One connection."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._guard: asyncio.TimerHandle | None = None
            self._header_bytes = 0
            self._refused = False

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._arm()

        def connection_lost(self, exc: Exception | None) -> None:
            self._disarm()
            super().connection_lost(exc)

        def shutdown(self) -> None:
            """Called when the server stops: a request may be on its way on a connection that looks idle."""
            if self.cycle is None or self.cycle.response_complete:
                self.loop.call_later(FAREWELL_S, self._shutdown_now)
            else:
                super().shutdown()

        def _shutdown_now(self) -> None:
            if not self.transport.is_closing():
                super().shutdown()

        def data_received(self, data: bytes) -> None:
            if not self._refused:
                super().data_received(data)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._header_bytes = 0
            self._arm()

        def on_url(self, url: bytes) -> None:
            self._count(len(url))
            super().on_url(url)

        def on_header(self, name: bytes, value: bytes) -> None:
            self._count(len(name) + len(value))
            super().on_header(name, value)

        def on_headers_complete(self) -> None:
            self._disarm()
            if not self.transport.is_closing():
                super().on_headers_complete()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            if self.cycle.more_body and not self.transport.is_closing():
                self._linger()

        def _linger(self) -> None:
            """The answer is out and the body is not in: say that nothing more comes, wait for the client."""
            self._refused = True
            self._unset_keepalive_if_required()
            self._arm()
            self.transport.pause_reading()
            self.loop.call_later(PATIENCE_S, self._discard)
            if self.transport.can_write_eof():
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
            if not self.transport.is_closing():
                self.transport.abort()

    return GuardedProtocol
