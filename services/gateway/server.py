"""Runs HTTP, gRPC and the admin port in one process, until SIGTERM or Ctrl-C."""

import asyncio
import contextlib
import functools
import signal
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import structlog
import uvloop
from prometheus_client import disable_created_metrics

from services.gateway.engines.engine import Engine
from services.gateway.gateway import Gateway
from services.gateway.http_server import http_server, listen
from services.gateway.logs import configure_logs
from services.gateway.observer import Observer
from services.gateway.rest.app import admin_app, rest_app
from services.gateway.rpc.server import RpcServer
from services.gateway.security import Tls
from services.gateway.settings import Settings

if TYPE_CHECKING:
    from services.gateway.lan.lan import Lan

log = structlog.get_logger("gateway")


def serve(settings: Settings, *, engine: Engine | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C, then drain and return. `engine` overrides the one in the settings.

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
    public = listen(settings.host, settings.http_port, "DETECTOR_HTTP_PORT")
    lan = _open_lan(settings, port=public.getsockname()[1])
    tls = _own_tls(settings) if lan is None else lan.tls
    observer = Observer(gateway.metrics, protocol="rest")
    listeners = [(http_server(settings, rest_app(gateway, lan=lan), observer=observer, tls=tls), public)]
    if settings.admin_port is not None:
        admin = listen(settings.host, settings.admin_port, "DETECTOR_ADMIN_PORT")
        listeners.append((http_server(settings, admin_app(gateway), observer=observer, tls=tls), admin))
    rpc = RpcServer(gateway, tls=tls) if settings.grpc else None
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
    async with _announced(lan, settings, grpc_port=None if rpc is None else rpc.port):
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


def _own_tls(settings: Settings) -> Tls | None:
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return Tls(settings.tls_cert, settings.tls_key)


def _open_lan(settings: Settings, *, port: int) -> "Lan | None":
    if not settings.lan:
        return None
    # Imported here because cryptography costs memory that other gateways do not need.
    from services.gateway.lan.lan import Lan

    return Lan(settings, port=port)


@contextlib.asynccontextmanager
async def _announced(lan: "Lan | None", settings: Settings, *, grpc_port: int | None) -> AsyncIterator[None]:
    """Print where phones reach the gateway, again whenever the machine's addresses change."""
    if lan is None:
        yield
        return
    from services.gateway.lan.lan import follow
    from services.gateway.lan.terminal import announce

    tell = functools.partial(announce, lan, grpc_port=grpc_port, open_to_all=not settings.api_keys)
    tell()
    following = asyncio.create_task(follow(lan, moved=tell))
    try:
        yield
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
