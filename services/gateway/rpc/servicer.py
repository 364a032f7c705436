"""The gRPC adapter: converts requests to the core's options, and responses and errors back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from detector.detections import MAX_DETECTIONS
from detector.errors import BodyTooLargeError, InvalidRequestError
from detector.manifest import read_manifest
from detector.response import to_proto_fields
from detector.v1 import detector_pb2 as pb
from services.gateway.core import DetectOptions
from services.gateway.gateway import Gateway
from services.gateway.observer import Observation, Observer
from services.gateway.rpc.calls import Call, abort
from services.gateway.rpc.stream import DetectStream

SERVICE = "/detector.v1.DetectorService"
Response = TypeVar("Response")


class Servicer:
    """Implements detector.v1.DetectorService."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._observer = Observer(gateway.metrics, protocol="grpc")
        self._stream = DetectStream(gateway, self._detect, self._observer)

    @property
    def in_flight(self) -> int:
        """Calls and frames of streams being handled."""
        return self._observer.in_flight

    async def Detect(self, request: pb.DetectRequest, context: Any) -> pb.DetectResponse:  # noqa: N802
        """Called by gRPC by this name."""
        return await self._observed("Detect", context, lambda call: self._detect(request, call))

    async def GetManifest(  # noqa: N802
        self, request: pb.GetManifestRequest, context: Any
    ) -> pb.GetManifestResponse:
        """Called by gRPC by this name."""
        return await self._observed("GetManifest", context, lambda call: self._manifest(request, call))

    async def DetectStream(  # noqa: N802
        self, requests: AsyncIterator[pb.DetectStreamRequest], context: Any
    ) -> AsyncIterator[pb.DetectStreamResponse]:
        """Called by gRPC by this name."""
        async with contextlib.aclosing(self._stream.answers(requests, Call(context))) as answers:
            async for answer in answers:
                yield answer

    async def _detect(self, request: pb.DetectRequest, call: Call) -> pb.DetectResponse:
        settings = self._gateway.settings
        deadline = call.deadline(settings.default_timeout_ms / 1e3, settings.max_timeout_ms / 1e3)
        options = _options(request, call)
        if not request.image:
            raise InvalidRequestError("The image is empty; it must be a photo.")
        if len(request.image) > settings.max_image_bytes:
            raise BodyTooLargeError(f"At most {settings.max_image_bytes} bytes are taken.")
        with self._gateway.core.admission.admit() as upload:
            upload.grow(len(request.image))
            upload.finish()
            response = await self._gateway.core.detect(request.image, options, deadline)
        call.log.update(
            version=response.model.version,
            channel=response.model.channel,
            detections=len(response.detections),
        )
        return pb.DetectResponse(**to_proto_fields(response.with_total(call.seconds * 1e3)))

    async def _manifest(self, request: pb.GetManifestRequest, call: Call) -> pb.GetManifestResponse:
        name = request.name if request.HasField("name") else self._gateway.settings.model
        channel = request.channel if request.HasField("channel") else "stable"
        path = await asyncio.to_thread(self._gateway.files.manifest, name, channel)
        return pb.GetManifestResponse(manifest=await asyncio.to_thread(read_manifest, path))

    async def _observed(
        self, method: str, context: Any, handle: Callable[[Call], Awaitable[Response]]
    ) -> Response:
        """Check the API key, observe the call and turn errors into statuses."""
        call = Call(context)
        seen = self._observer.enter(f"{SERVICE}/{method}", call.request_id)
        try:
            call.check_key(self._gateway.keys)
            response = await handle(call)
            seen.code = "ok"
            return response
        except Exception as error:
            await abort(call, seen.failed(error))
        finally:
            seen.leave()
            # After the response has been sent.
            asyncio.get_running_loop().call_soon(_record, seen, call)


def _record(seen: Observation, call: Call) -> None:
    seen.count()
    seen.log(**call.log)


def _options(request: pb.DetectRequest, call: Call) -> DetectOptions:
    min_score = request.min_score if request.HasField("min_score") else None
    if min_score is not None and not 0.0 <= min_score <= 1.0:
        raise InvalidRequestError("min_score must be a number from 0 to 1.")
    limit = request.max_detections if request.HasField("max_detections") else MAX_DETECTIONS
    if not 1 <= limit <= MAX_DETECTIONS:
        raise InvalidRequestError(f"max_detections must be a whole number from 1 to {MAX_DETECTIONS}.")
    return DetectOptions(
        channel=request.channel if request.HasField("channel") else None,
        version=request.version if request.HasField("version") else None,
        min_score=min_score,
        max_detections=limit,
        client_id=call.metadata.get("x-client-id"),
        request_id=call.request_id,
    )
