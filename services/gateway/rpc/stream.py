"""Video over gRPC: frames in, answers out, as fast as the gateway can and no frame older than it must be."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

import structlog

from detector.errors import (
    DetectorError,
    InternalError,
    ModelUnavailableError,
    OverloadedError,
    RequestTimeoutError,
)
from detector.v1 import detector_pb2 as pb
from services.gateway.gateway import Gateway
from services.gateway.requests import CLIENT_GONE, public_error
from services.gateway.rpc.calls import Call, Frame, abort
from services.gateway.rpc.newest import Newest

log = structlog.get_logger("gateway.requests")

ROUTE = "/detector.v1.DetectorService/DetectStream"
_CANCELLATION_COMES_S = 0.05
"""gRPC ends the frames of a cancelled call as it ends those of a finished one, and may do so before it cancels."""

Detect = Callable[[pb.DetectRequest, Call], Awaitable[pb.DetectResponse]]
Frames = Newest[pb.DetectStreamRequest]


class DetectStream:
    """Answers each frame as `detect` answers a photo: the same limits, errors and metrics; the stream is one event
    of the log."""

    def __init__(self, gateway: Gateway, detect: Detect) -> None:
        self._gateway = gateway
        self._detect = detect
        self.in_flight = 0

    async def answers(
        self, requests: AsyncIterator[pb.DetectStreamRequest], call: Call
    ) -> AsyncGenerator[pb.DetectStreamResponse, None]:
        """Until the client ends the stream, says nothing for the longest deadline, or the gateway goes down."""
        outcomes: Counter[str] = Counter()
        replaced, code = 0, CLIENT_GONE
        try:
            call.check_key(self._gateway.keys)
            async with Newest(requests) as frames:
                while (taken := await self._next(frames)) is not None:
                    replaced += taken[1]
                    response = await self._answer(taken[0], taken[1], Frame(call))
                    outcomes[response.problem.code or "ok"] += 1
                    yield response
            await asyncio.sleep(_CANCELLATION_COMES_S)
            code = "ok"
        except DetectorError as error:
            code = error.code
            if not outcomes:
                # Counted although it had no frame to be counted by.
                self._count(code, call.seconds)
            await abort(call, error)
        finally:
            log.info(
                "request",
                protocol="grpc",
                route=ROUTE,
                code=code,
                ms=round(call.seconds * 1e3, 2),
                request_id=call.request_id,
                frames=dict(outcomes),
                replaced=replaced,
            )

    async def _next(self, frames: Frames) -> tuple[pb.DetectStreamRequest, int] | None:
        if self._gateway.readiness.draining:
            raise ModelUnavailableError("The gateway is going down.")
        patience_s = self._gateway.settings.max_timeout_ms / 1e3
        try:
            async with asyncio.timeout(patience_s):
                return await frames.take()
        except TimeoutError:
            raise RequestTimeoutError(f"No frame came for {patience_s:g} seconds.") from None

    async def _answer(
        self, request: pb.DetectStreamRequest, replaced: int, frame: Frame
    ) -> pb.DetectStreamResponse:
        response = pb.DetectStreamResponse(frame=request.frame, replaced=replaced)
        code = CLIENT_GONE
        self._gateway.metrics.in_flight.inc()
        self.in_flight += 1
        try:
            response.answer.CopyFrom(await self._detect(request.request, frame))
            code = "ok"
        except Exception as error:
            public = public_error(error)
            code = public.code
            if isinstance(public, InternalError):
                log.exception("internal_error", request_id=frame.request_id)
            response.problem.CopyFrom(_problem(public))
        finally:
            self._gateway.metrics.in_flight.dec()
            self.in_flight -= 1
            self._count(code, frame.seconds)
        return response

    def _count(self, code: str, seconds: float) -> None:
        self._gateway.metrics.requests.labels(ROUTE, "grpc", code).inc()
        self._gateway.metrics.request_duration.labels(ROUTE, "grpc").observe(seconds)


def _problem(error: DetectorError) -> pb.Problem:
    again = error.retry_after_s if isinstance(error, OverloadedError | ModelUnavailableError) else None
    return pb.Problem(code=error.code, message=error.message, retry_after_s=again)
