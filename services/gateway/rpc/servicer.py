"""The gRPC adapter: requests into the core's values, answers and errors back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from detector.detections import MAX_DETECTIONS
from detector.errors import BodyTooLargeError, InvalidRequestError
from detector.manifest import read_manifest
from detector.v1 import detector_pb2 as pb
from services.gateway.answer import Answer, DetectOptions
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
        """Calls and frames of streams that are being answered."""
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
        options = _options(request, call.metadata.get("x-client-id"))
        if not request.image:
            raise InvalidRequestError("The image is empty; it must be a photo.")
        if len(request.image) > settings.max_image_bytes:
            raise BodyTooLargeError(f"At most {settings.max_image_bytes} bytes are taken.")
        with self._gateway.core.admission.admit() as upload:
            upload.grow(len(request.image))
            upload.finish()
            answer = await self._gateway.core.detect(request.image, options, deadline)
        call.log.update(version=answer.version, channel=answer.channel, detections=len(answer.detections))
        return _response(answer, call)

    async def _manifest(self, request: pb.GetManifestRequest, call: Call) -> pb.GetManifestResponse:
        name = request.name if request.HasField("name") else self._gateway.settings.model
        channel = request.channel if request.HasField("channel") else "stable"
        path = await asyncio.to_thread(self._gateway.files.manifest, name, channel)
        return pb.GetManifestResponse(manifest=await asyncio.to_thread(read_manifest, path))

    async def _observed(
        self, method: str, context: Any, handle: Callable[[Call], Awaitable[Response]]
    ) -> Response:
        """Check the key and observe; errors of the tree become statuses."""
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
            # When the answer is on its way.
            asyncio.get_running_loop().call_soon(_note, seen, call)


def _note(seen: Observation, call: Call) -> None:
    seen.count()
    seen.log(**call.log)


def _options(request: pb.DetectRequest, client_id: str | None) -> DetectOptions:
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
        client_id=client_id,
    )


def _response(answer: Answer, call: Call) -> pb.DetectResponse:
    timing = answer.timing
    return pb.DetectResponse(
        model=pb.Model(name=answer.model, version=answer.version, channel=answer.channel),
        image=pb.Image(width=answer.width, height=answer.height),
        detections=[
            pb.Detection(
                label=answer.labels[found.class_id],
                class_id=found.class_id,
                score=found.score,
                box=_box((found.box.ymin, found.box.xmin, found.box.ymax, found.box.xmax)),
                box_px=_box(found.box.to_pixels(width=answer.width, height=answer.height)),
            )
            for found in answer.detections
        ],
        timing_ms=pb.Timing(
            decode=timing.decode_ms,
            queue=timing.queue_ms,
            inference=timing.inference_ms,
            total=call.seconds * 1e3,
        ),
        request_id=call.request_id,
    )


def _box(edges: tuple[float, float, float, float]) -> pb.Box:
    ymin, xmin, ymax, xmax = edges
    return pb.Box(ymin=ymin, xmin=xmin, ymax=ymax, xmax=xmax)
