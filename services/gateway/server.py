"""Runs the gateway: HTTP, gRPC and the admin port in one process, until SIGTERM or Ctrl-C."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import structlog
import uvicorn
import uvloop
from prometheus_client import disable_created_metrics
from starlette.applications import Starlette

from detector.errors import InvalidRequestError
from services.gateway.engines.engine import Engine
from services.gateway.gateway import Gateway
from services.gateway.logs import configure_logs
from services.gateway.rest.app import admin_app, rest_app
from services.gateway.rest.protocol import guarded_protocol
from services.gateway.rpc.server import RpcServer
from services.gateway.settings import Settings

log = structlog.get_logger("gateway")

BACKLOG = 2048


class _Server(uvicorn.Server):
    """A uvicorn that leaves signals to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(settings: Settings, *, engine: Engine | None = None) -> None:
    """Answer until SIGTERM or Ctrl-C; then drain and return. `engine`: in place of the one in the settings.

    Raises InvalidRequestError for a port in use.
    """
    configure_logs(settings.log_level)
    no_creation_times: Callable[[], None] = disable_created_metrics  # they would double the number of series
    no_creation_times()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, engine))


async def _serve(settings: Settings, engine: Engine | None) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    gateway = Gateway(settings, engine=engine)
    public = _listen(settings.host, settings.http_port, "DETECTOR_HTTP_PORT")
    listeners = [(_server(settings, rest_app(gateway)), public)]
    if settings.admin_port is not None:
        admin = _listen(settings.host, settings.admin_port, "DETECTOR_ADMIN_PORT")
        listeners.append((_server(settings, admin_app(gateway)), admin))
    rpc = RpcServer(gateway) if settings.grpc else None
    await gateway.start()
    if rpc is not None:
        await rpc.start()
    running = [asyncio.create_task(server.serve(sockets=[listener])) for server, listener in listeners]
    log.info(
        "listening",
        host=settings.host,
        ports=[listener.getsockname()[1] for _, listener in listeners],
        grpc_port=None if rpc is None else rpc.port,
    )
    await stopping.wait()
    log.info("draining", seconds=settings.drain_seconds)
    gateway.readiness.draining = True
    await asyncio.sleep(settings.drain_seconds)
    for server, _ in listeners:
        server.should_exit = True
    if rpc is not None:
        await rpc.stop(settings.shutdown_seconds)
    await asyncio.gather(*running)
    await gateway.stop()
    log.info("stopped")


def _listen(host: str, port: int, variable: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise InvalidRequestError(
            f"Cannot listen on {host} port {port} ({error.strerror}): set {variable} to a free port."
        ) from error
    # Inherited by connections; asyncio would set it only on a socket that names its protocol.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _server(settings: Settings, app: Starlette) -> _Server:
    protocol = guarded_protocol(
        header_timeout_s=settings.header_timeout_s, max_header_bytes=settings.max_header_bytes
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
        timeout_graceful_shutdown=int(settings.shutdown_seconds),
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )
    return _Server(config)
