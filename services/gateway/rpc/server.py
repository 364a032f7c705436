"""The gRPC server: the detector's service, standard health and reflection."""

import asyncio
import contextlib
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from detector.errors import InvalidRequestError
from detector.v1 import detector_pb2
from services.gateway.gateway import Gateway
from services.gateway.http_server import listen
from services.gateway.rpc import detector_pb2_grpc
from services.gateway.rpc.servicer import Servicer
from services.gateway.security import Tls
from services.gateway.settings import Settings

ENVELOPE_BYTES = 65_536
"""Allowance for the fields of a request beside the photo."""
HEALTH_POLL_S = 0.2
STOP_POLL_S = 0.05
FLUSH_S = 1.0
SERVICE_NAME = detector_pb2.DESCRIPTOR.services_by_name["DetectorService"].full_name


class RpcServer:
    """Serves from `start` to `stop`, both in the event loop of the gateway."""

    def __init__(self, gateway: Gateway, *, tls: Tls | None = None) -> None:
        """Without `tls`, calls are not encrypted."""
        self._gateway = gateway
        self._health = health.aio.HealthServicer()
        settings = gateway.settings
        self._server: Any = grpc.aio.server(
            options=(
                ("grpc.max_receive_message_length", settings.max_image_bytes + ENVELOPE_BYTES),
                ("grpc.so_reuseport", 0),
            ),
            maximum_concurrent_rpcs=settings.worker_count + settings.max_queue + settings.max_uploads,
        )
        self._servicer = Servicer(gateway)
        detector_pb2_grpc.add_DetectorServiceServicer_to_server(self._servicer, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(
            (SERVICE_NAME, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server
        )
        self.port = _listen(self._server, settings, tls)
        self._health_task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._set_health(serving=False)
        await self._server.start()
        self._health_task = asyncio.create_task(self._follow_readiness())

    async def stop(self, grace_s: float) -> None:
        """Reject new calls and wait up to `grace_s` for those in progress, but not for watchers of the health."""
        if self._health_task is not None:
            self._health_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._health_task
        await self._set_health(serving=False)
        stopping = asyncio.create_task(self._server.stop(grace_s))
        while self._servicer.in_flight and not stopping.done():
            await asyncio.sleep(STOP_POLL_S)
        # Time to flush the last responses.
        await self._server.stop(min(FLUSH_S, grace_s))
        await stopping

    async def _follow_readiness(self) -> None:
        serving = False
        while True:
            if self._gateway.readiness.ready != serving:
                serving = not serving
                await self._set_health(serving=serving)
            await asyncio.sleep(HEALTH_POLL_S)

    async def _set_health(self, *, serving: bool) -> None:
        statuses = health_pb2.HealthCheckResponse
        status = statuses.SERVING if serving else statuses.NOT_SERVING
        for service in ("", SERVICE_NAME):
            await self._health.set(service, status)


def _listen(server: Any, settings: Settings, tls: Tls | None) -> int:
    # Fails with our own message if the port is in use; gRPC's core would print another one.
    listen(settings.host, settings.grpc_port, "DETECTOR_GRPC_PORT").close()
    address = f"[{settings.host}]" if ":" in settings.host else settings.host
    target = f"{address}:{settings.grpc_port}"
    try:
        if tls is None:
            return int(server.add_insecure_port(target))
        return int(server.add_secure_port(target, tls.rpc_credentials()))
    except RuntimeError as error:
        raise InvalidRequestError(
            f"Cannot listen on {target}: set DETECTOR_GRPC_PORT to a free port, or DETECTOR_GRPC=false."
        ) from error
