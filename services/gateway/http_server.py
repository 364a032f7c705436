"""Uvicorn as the gateway runs it: on open sockets, without signal handlers, with TLS and plain http on one port."""

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
from services.gateway.rest.protocol import HeaderLimits, bounded_protocol
from services.gateway.security import Tls
from services.gateway.settings import Settings

BACKLOG = 2048

KEEP_ALIVE_S = 75
"""Longer than common idle timeouts, so that the client closes first and no request meets a closing connection."""

MAX_HANDSHAKE_S = 1.0
"""Time for the TLS handshake of connections that arrived just before the server stopped."""


def listen(host: str, port: int, variable: str) -> socket.socket:
    """A listening socket.

    Raises InvalidRequestError, which names `variable` if the port is in use, and DETECTOR_HOST if the address is not
    one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        # Python appends the address, which our message has already.
        reason = (error.strerror or str(error)).partition(" (while ")[0]
        of_port = error.errno in (errno.EADDRINUSE, errno.EACCES)
        advice = f"{variable} to a free port" if of_port else "DETECTOR_HOST to an address of this machine"
        raise InvalidRequestError(f"Cannot listen on {host} port {port} ({reason}): set {advice}.") from error
    # Inherited by connections; asyncio would set it only on a socket that names its protocol.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def http_server(settings: Settings, app: Starlette, *, observer: Observer, tls: Tls | None) -> uvicorn.Server:
    """A server for `app`, to be run with `serve(sockets=[...])`. A `lan` gateway accepts plain http beside TLS.

    `observer` records malformed requests, which never reach `app`.
    """
    limits = HeaderLimits(settings.header_timeout_s, settings.max_header_bytes)
    config = uvicorn.Config(
        app,
        http=bounded_protocol(limits, observer),
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
    """Uvicorn without signal handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def connection(self) -> asyncio.Protocol:
        """The protocol of one new connection."""
        return self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )


class _PortServer(_Server):
    """Accepts connections itself."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept what waits in the backlog before the sockets are closed, which would reset those connections."""
        listeners = [listener.dup() for listener in sockets or []]
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        handshakes = [
            loop.create_task(loop.connect_accepted_socket(self.connection, connection, ssl=self.config.ssl))
            for listener in listeners
            for connection in _drain_backlog(listener)
        ]
        if handshakes:
            await asyncio.wait(handshakes, timeout=MAX_HANDSHAKE_S)
        for handshake in handshakes:
            handshake.cancel()
        # Clients that have left meanwhile are no error.
        await asyncio.gather(*handshakes, return_exceptions=True)
        await super().shutdown(sockets)


def _drain_backlog(listener: socket.socket) -> list[socket.socket]:
    """The connections that wait in the backlog of `listener`, which is then closed."""
    listener.setblocking(False)
    connections = []
    with listener, contextlib.suppress(OSError):  # raised when the backlog is empty
        while True:
            connections.append(listener.accept()[0])
    return connections


class _LanServer(_Server):
    """Accepts connections through a front door on each socket."""

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
        # All that uvicorn calls of its servers is `close` and `wait_closed`, when it stops.
        self.servers = doors  # type: ignore[assignment]
