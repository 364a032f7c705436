"""The gRPC adapter: requests into the core's values, answers and errors back."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeVar

import structlog

from detector.detections import MAX_DETECTIONS
from detector.errors import BodyTooLargeError, DetectorError, InternalError, InvalidRequestError
from detector.manifest import read_manifest
from detector.v1 import detector_pb2 as pb
from services.gateway.answer import Answer, DetectOptions
from services.gateway.deadline import Deadline
from services.gateway.gateway import Gateway
from services.gateway.requests import CLIENT_GONE, request_id, told
from services.gateway.rpc.statuses import DETAILS_KEY, status_code, status_details

log = structlog.get_logger("gateway.requests")

SERVICE = "/detector.v1.DetectorService"
Response = TypeVar("Response")


class Servicer:
    """Implements detector.v1.DetectorService."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.in_flight = 0

    async def Detect(self, request: pb.DetectRequest, context: Any) -> pb.DetectResponse:  # noqa: N802
        """Called by gRPC by this name."""
        return await self._observed("Detect", context, lambda call: self._detect(request, call))

    async def GetManifest(  # noqa: N802
        self, request: pb.GetManifestRequest, context: Any
    ) -> pb.GetManifestResponse:
        """Called by gRPC by this name."""
        return await self._observed("GetManifest", context, lambda call: self._manifest(request, call))

    async def _detect(self, request: pb.DetectRequest, call: "_Call") -> pb.DetectResponse:
        settings = self._gateway.settings
        deadline = call.deadline(settings.default_timeout_ms / 1e3, settings.max_timeout_ms / 1e3)
        options = _options(request, call.metadata.get("x-client-id"))
        if len(request.image) > settings.max_image_bytes:
            raise BodyTooLargeError(f"At most {settings.max_image_bytes} bytes are taken.")
        with self._gateway.core.admission.admit() as upload:
            upload.grow(len(request.image))
            upload.finish()
            answer = await self._gateway.core.detect(request.image, options, deadline)
        call.log.update(version=answer.version, channel=answer.channel, detections=len(answer.detections))
        return _response(answer, call)

    async def _manifest(self, request: pb.GetManifestRequest, call: "_Call") -> pb.GetManifestResponse:
        name = request.name if request.HasField("name") else self._gateway.settings.model
        channel = request.channel if request.HasField("channel") else "stable"
        path = await asyncio.to_thread(self._gateway.files.manifest, name, channel)
        return pb.GetManifestResponse(manifest=await asyncio.to_thread(read_manifest, path))

    async def _observed(
        self, method: str, context: Any, handle: Callable[["_Call"], Awaitable[Response]]
    ) -> Response:
        """Check the key, count, time and log; errors of the tree become statuses."""
        metrics, call, code = self._gateway.metrics, _Call(context), InternalError.code
        metrics.in_flight.inc()
        self.in_flight += 1
        try:
            self._gateway.keys.check(
                authorization=call.metadata.get("authorization"), api_key=call.metadata.get("x-api-key")
            )
            response = await handle(call)
            code = "ok"
            return response
        except asyncio.CancelledError:
            code = CLIENT_GONE
            raise
        except Exception as error:
            public = told(error)
            code = public.code
            if isinstance(public, InternalError):
                log.exception("internal_error", request_id=call.request_id)
            await _abort(context, public)
        finally:
            metrics.in_flight.dec()
            self.in_flight -= 1
            # When the answer is on its way.
            asyncio.get_running_loop().call_soon(self._note, f"{SERVICE}/{method}", call, code, call.seconds)

    def _note(self, route: str, call: "_Call", code: str, seconds: float) -> None:
        self._gateway.metrics.requests.labels(route, "grpc", code).inc()
        self._gateway.metrics.request_duration.labels(route, "grpc").observe(seconds)
        log.info(
            "request",
            protocol="grpc",
            route=route,
            code=code,
            ms=round(seconds * 1e3, 2),
            request_id=call.request_id,
            **call.log,
        )


class _Call:
    """What the core needs to know of one call beside its message."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self.started = time.perf_counter()
        self.metadata = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
        self.request_id = request_id(self.metadata.get("x-request-id"))
        self.log: dict[str, Any] = {}

    @property
    def seconds(self) -> float:
        """Since it came."""
        return time.perf_counter() - self.started

    def deadline(self, default_s: float, longest_s: float) -> Deadline:
        """The call's own deadline within bounds."""
        remaining: float | None = self._context.time_remaining()
        return Deadline.after(default_s if remaining is None else min(remaining, longest_s))


async def _abort(context: Any, error: DetectorError) -> NoReturn:
    await context.abort(
        status_code(error), error.message, trailing_metadata=((DETAILS_KEY, status_details(error)),)
    )
    raise AssertionError("gRPC ends an aborted call by raising.")


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


def _response(answer: Answer, call: _Call) -> pb.DetectResponse:
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
