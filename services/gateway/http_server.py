"""Uvicorn as the gateway runs it: sockets that are open already, signals left alone, TLS or both on one port."""

import asyncio
import contextlib
import errno
import math
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from detector.errors import InvalidRequestError
from services.gateway.lan.front_door import FrontDoor
from services.gateway.observer import Observer
from services.gateway.rest.protocol import guarded_protocol
from services.gateway.settings import Settings
from services.gateway.tls import Tls

BACKLOG = 2048

KEEP_ALIVE_S = 75
"""Longer than the 60 seconds of most load balancers and clients: whoever may send the next request closes the
connection, so that none arrives as it is being closed."""

HANDSHAKE_GRACE_S = 1.0
"""How long those who connected just before the server stopped have for the handshake of TLS."""


def listen(host: str, port: int, variable: str) -> socket.socket:
    """A listening socket. Raises InvalidRequestError, which names `variable` if the port is taken, else DETECTOR_HOST
    if the address is none of this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        # Python appends the address that the message has already.
        reason = (error.strerror or str(error)).partition(" (while ")[0]
        of_port = error.errno in (errno.EADDRINUSE, errno.EACCES)
        advice = f"{variable} to a free port" if of_port else "DETECTOR_HOST to an address of this machine"
        raise InvalidRequestError(f"Cannot listen on {host} port {port} ({reason}): set {advice}.") from error
    # Inherited by connections; asyncio would set it only on a socket that names its protocol.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def http_server(settings: Settings, app: Starlette, *, observer: Observer, tls: Tls | None) -> uvicorn.Server:
    """A server for `app`, to be run with `serve(sockets=[...])`. For phones in the same network it answers plain
    http beside TLS. `observer`: of requests that are too malformed to reach `app`."""
    protocol = guarded_protocol(
        header_timeout_s=settings.header_timeout_s,
        max_header_bytes=settings.max_header_bytes,
        observer=observer,
    )
    config = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=math.ceil(settings.shutdown_seconds),
        timeout_keep_alive=KEEP_ALIVE_S,
        ssl_context_factory=None if tls is None or settings.lan else lambda _config, _default: tls.context,
    )
    if tls is None or not settings.lan:
        return _PortServer(config)
    return _LanServer(config, tls=tls, greeting_s=settings.header_timeout_s)


class _Server(uvicorn.Server):
    """A uvicorn that leaves signals to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def connection(self) -> asyncio.Protocol:
        """The protocol of one new connection."""
        return self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )


class _PortServer(_Server):
    """One that listens on its sockets itself."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, but not before whoever connected is let in: closing would reset those still in the queue."""
        queues = [listener.dup() for listener in sockets or []]
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        entering = [
            loop.create_task(loop.connect_accepted_socket(self.connection, waiting, ssl=self.config.ssl))
            for queue in queues
            for waiting in _all_of(queue)
        ]
        if entering:
            await asyncio.wait(entering, timeout=HANDSHAKE_GRACE_S)
        for late in entering:
            late.cancel()
        # Of who left meanwhile nothing is to be told.
        await asyncio.gather(*entering, return_exceptions=True)
        await super().shutdown(sockets)


def _all_of(queue: socket.socket) -> list[socket.socket]:
    """Whoever waits in the queue of a listening socket, which is closed then."""
    queue.setblocking(False)
    waiting = []
    with queue, contextlib.suppress(OSError):  # raised when nobody is left
        while True:
            waiting.append(queue.accept()[0])
    return waiting


class _LanServer(_Server):
    """One that opens each of its sockets by a front door."""

    def __init__(self, config: uvicorn.Config, *, tls: Tls, greeting_s: float) -> None:
        super().__init__(config)
        self._tls = tls
        self._greeting_s = greeting_s

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])
        doors = [
            FrontDoor(listener, protocol=self.connection, tls=self._tls, greeting_s=self._greeting_s)
            for listener in sockets or []
        ]
        # When it stops, uvicorn closes its servers and waits for them; of these it needs no more than that.
        self.servers = doors  # type: ignore[assignment]
