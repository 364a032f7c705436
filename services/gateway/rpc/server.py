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
from services.gateway.settings import Settings
from services.gateway.tls import Tls

ENVELOPE_BYTES = 65_536
"""Room for what a request holds beside the photo."""
HEALTH_POLL_S = 0.2
STOP_POLL_S = 0.05
LAST_ANSWERS_S = 1.0
SERVICE_NAME = detector_pb2.DESCRIPTOR.services_by_name["DetectorService"].full_name


class RpcServer:
    """Listens from `start` to `stop`; both belong to the event loop of the gateway."""

    def __init__(self, gateway: Gateway, *, tls: Tls | None = None) -> None:
        """`tls`: what clients are shown; without it calls come in the clear."""
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
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._tell(serving=False)
        await self._server.start()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self, grace_s: float) -> None:
        """Refuse new calls, let those in work end within `grace_s`; who only watches our health is not waited for."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
        await self._tell(serving=False)
        stopping = asyncio.create_task(self._server.stop(grace_s))
        while self._servicer.in_flight and not stopping.done():
            await asyncio.sleep(STOP_POLL_S)
        # The last answers are still on their way.
        await self._server.stop(min(LAST_ANSWERS_S, grace_s))
        await stopping

    async def _watch(self) -> None:
        told = False
        while True:
            if self._gateway.readiness.ready != told:
                told = not told
                await self._tell(serving=told)
            await asyncio.sleep(HEALTH_POLL_S)

    async def _tell(self, *, serving: bool) -> None:
        statuses = health_pb2.HealthCheckResponse
        status = statuses.SERVING if serving else statuses.NOT_SERVING
        for service in ("", SERVICE_NAME):
            await self._health.set(service, status)


def _listen(server: Any, settings: Settings, tls: Tls | None) -> int:
    # gRPC's core writes a line of its own to the log for a port that is taken; whoever starts us needs one, of ours.
    listen(settings.host, settings.grpc_port, "DETECTOR_GRPC_PORT").close()
    address = f"[{settings.host}]" if ":" in settings.host else settings.host
    place = f"{address}:{settings.grpc_port}"
    try:
        if tls is None:
            return int(server.add_insecure_port(place))
        return int(server.add_secure_port(place, tls.rpc_credentials()))
    except RuntimeError as error:
        raise InvalidRequestError(
            f"Cannot listen on {place}: set DETECTOR_GRPC_PORT to a free port, or DETECTOR_GRPC=false."
        ) from error
