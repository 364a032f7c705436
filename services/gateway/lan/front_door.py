"""One port for TLS and plain http: the first byte of a connection says which of the two it is.

So an address that somebody types without https:// is answered, this machine keeps its http://localhost, and phones need
one port in the firewall. Browsers keep the two apart as origins; what needs HTTPS gets it over HTTPS.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Coroutine
from typing import cast

from services.gateway.tls import Tls

_HANDSHAKE = b"\x16"
"""A TLS record of type handshake (RFC 8446, section 5.1); no HTTP request begins with it."""

_OUT_OF_DESCRIPTORS_S = 0.5
"""How long to wait before the next connection when one could not be accepted."""


class FrontDoor:
    """Accepts from `listener` until it is closed, and hands each connection to a new `protocol`."""

    def __init__(
        self,
        listener: socket.socket,
        *,
        protocol: Callable[[], asyncio.Protocol],
        tls: Tls,
        greeting_s: float,
    ) -> None:
        """`greeting_s`: how long a connection may take to begin, its TLS handshake included."""
        listener.setblocking(False)
        self._listener = listener
        self._protocol = protocol
        self._tls = tls
        self._greeting_s = greeting_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[None]] = set()
        """Those of the tasks that nobody has sent a byte for."""
        self._start(self._accept())

    def close(self) -> None:
        """Accept nothing more. Who is shaking hands may finish, and connections that were handed over live on."""
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
                await asyncio.sleep(_OUT_OF_DESCRIPTORS_S)
                continue
            self._start(self._greet(connection))

    async def _greet(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        handed_over = False
        # Not trusted, not spoken, too slow, gone: nothing that a server could do about it.
        with contextlib.suppress(OSError, TimeoutError):
            try:
                async with asyncio.timeout(self._greeting_s):
                    first = await _first_byte(connection)
                    self._waiting.discard(cast(asyncio.Task[None], asyncio.current_task()))
                    if first:
                        context = self._tls.context if first == _HANDSHAKE else None
                        await loop.connect_accepted_socket(self._protocol, connection, ssl=context)
                        handed_over = True
            finally:
                if not handed_over:
                    connection.close()


async def _first_byte(connection: socket.socket) -> bytes:
    """Left where it is, for whoever reads next; empty if the other side has closed."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(connection)
    return connection.recv(1, socket.MSG_PEEK)
