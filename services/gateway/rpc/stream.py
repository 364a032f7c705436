"""Video over gRPC: frames in, answers out, as fast as the gateway can and no frame older than it must be."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

from google.protobuf.message import DecodeError

from detector.errors import (
    DetectorError,
    InternalError,
    InvalidRequestError,
    ModelUnavailableError,
    OverloadedError,
    RequestTimeoutError,
)
from detector.v1 import detector_pb2 as pb
from services.gateway.gateway import Gateway
from services.gateway.observer import Observer
from services.gateway.rpc.calls import Call, Frame, abort
from services.gateway.rpc.newest import Newest

ROUTE = "/detector.v1.DetectorService/DetectStream"
_CANCELLATION_COMES_S = 0.05
"""gRPC ends the frames of a cancelled call as it ends those of a finished one, and may do so before it cancels."""

Detect = Callable[[pb.DetectRequest, Call], Awaitable[pb.DetectResponse]]
Frames = Newest[pb.DetectStreamRequest]


class DetectStream:
    """Answers each frame as `detect` answers a photo: the same limits, errors and metrics; the stream is one event
    of the log."""

    def __init__(self, gateway: Gateway, detect: Detect, observer: Observer) -> None:
        self._gateway = gateway
        self._detect = detect
        self._observer = observer

    async def answers(
        self, requests: AsyncIterator[pb.DetectStreamRequest], call: Call
    ) -> AsyncGenerator[pb.DetectStreamResponse, None]:
        """Until the client ends the stream, says nothing for the longest deadline, or the gateway goes down."""
        outcomes: Counter[str] = Counter()
        replaced, stream = 0, self._observer.watch(ROUTE, call.request_id)
        try:
            call.check_key(self._gateway.keys)
            async with Newest(requests) as frames:
                while (taken := await self._next(frames)) is not None:
                    replaced += taken[1]
                    response = await self._answer(taken[0], taken[1], Frame(call))
                    outcomes[response.problem.code or "ok"] += 1
                    yield response
            await asyncio.sleep(_CANCELLATION_COMES_S)
            stream.code = "ok"
        except Exception as error:
            public = stream.failed(error)
            if not outcomes or isinstance(public, InternalError):
                # Frames are counted, streams are not, except where no frame's count would show the error.
                stream.count()
            await abort(call, public)
        finally:
            stream.log(frames=dict(outcomes), replaced=replaced)

    async def _next(self, frames: Frames) -> tuple[pb.DetectStreamRequest, int] | None:
        if self._gateway.readiness.draining:
            raise ModelUnavailableError("The gateway is going down.")
        patience_s = self._gateway.settings.max_timeout_ms / 1e3
        try:
            async with asyncio.timeout(patience_s):
                return await frames.take()
        except DecodeError as error:
            raise InvalidRequestError("A frame is not a DetectStreamRequest message.") from error
        except TimeoutError:
            raise RequestTimeoutError(f"No frame came for {patience_s:g} seconds.") from None

    async def _answer(
        self, request: pb.DetectStreamRequest, replaced: int, frame: Frame
    ) -> pb.DetectStreamResponse:
        response = pb.DetectStreamResponse(frame=request.frame, replaced=replaced)
        seen = self._observer.enter(ROUTE, frame.request_id)
        try:
            response.answer.CopyFrom(await self._detect(request.request, frame))
            seen.code = "ok"
        except Exception as error:
            response.problem.CopyFrom(_problem(seen.failed(error)))
        finally:
            seen.leave()
            seen.count()
        return response


def _problem(error: DetectorError) -> pb.Problem:
    again = error.retry_after_s if isinstance(error, OverloadedError | ModelUnavailableError) else None
    return pb.Problem(code=error.code, message=error.message, retry_after_s=again)
