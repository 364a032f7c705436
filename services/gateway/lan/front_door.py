"""One port for TLS and plain http, told apart by the first byte of a connection.

So an address typed without https:// works, http://localhost stays a secure origin on this machine, and the firewall
needs one open port. Browsers treat the two as separate origins.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Coroutine
from typing import cast

from services.gateway.security import Tls

_TLS_HANDSHAKE = b"\x16"
"""The first byte of a TLS handshake record (RFC 8446, section 5.1); no HTTP request begins with it."""

_ACCEPT_RETRY_S = 0.5
"""Pause after a failed accept, for example when the process is out of file descriptors."""


class FrontDoor:
    """Accepts connections from `listener` until closed, and passes each to a new `protocol`."""

    def __init__(
        self,
        listener: socket.socket,
        *,
        protocol: Callable[[], asyncio.Protocol],
        tls: Tls,
        greeting_s: float,
    ) -> None:
        """`greeting_s`: time limit for the first byte and the TLS handshake together."""
        listener.setblocking(False)
        self._listener = listener
        self._protocol = protocol
        self._tls = tls
        self._greeting_s = greeting_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[None]] = set()
        """Tasks whose connection has not sent its first byte."""
        self._start(self._accept())

    def close(self) -> None:
        """Stop accepting. Handshakes in progress may finish; connections passed on stay open."""
        for task in self._waiting:
            task.cancel()

    async def wait_closed(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        for tasks in (self._tasks, self._waiting):
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._listener)
            except OSError:
                await asyncio.sleep(_ACCEPT_RETRY_S)
                continue
            self._start(self._greet(connection))

    async def _greet(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        handed_over = False
        # Untrusted certificate, no TLS, time-out, disconnect: none of these is an error of the server.
        with contextlib.suppress(OSError, TimeoutError):
            try:
                async with asyncio.timeout(self._greeting_s):
                    first = await _first_byte(connection)
                    self._waiting.discard(cast(asyncio.Task[None], asyncio.current_task()))
                    if first:
                        context = self._tls.context if first == _TLS_HANDSHAKE else None
                        await loop.connect_accepted_socket(self._protocol, connection, ssl=context)
                        handed_over = True
            finally:
                if not handed_over:
                    connection.close()


async def _first_byte(connection: socket.socket) -> bytes:
    """Peek at the first byte without consuming it; empty if the client has disconnected."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(connection)
    return connection.recv(1, socket.MSG_PEEK)
