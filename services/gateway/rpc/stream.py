"""Video over gRPC: each frame is answered unless a newer one has arrived before its turn."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

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

Item = TypeVar("Item")

ROUTE = "/detector.v1.DetectorService/DetectStream"
_CANCELLATION_DELAY_S = 0.05
"""grpc.aio ends the requests of a cancelled call like those of a finished one, possibly before it cancels the task."""

Detect = Callable[[pb.DetectRequest, Call], Awaitable[pb.DetectResponse]]


class LatestItem(Generic[Item]):
    """A queue with one slot that drops stale items: while the consumer is busy, only the latest of `incoming` waits.

    A context manager, for one event loop.
    """

    def __init__(self, incoming: AsyncIterable[Item]) -> None:
        self._incoming = incoming
        self._waiting: list[Item] = []
        self._changed = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._replaced = 0

    async def take(self) -> tuple[Item, int] | None:
        """Wait for an item; returns it with the number of items dropped before it, or None at the end of `incoming`.

        Raises what `incoming` raised.
        """
        assert self._reading is not None, "Used outside of its context."
        while not self._waiting:
            if self._reading.done():
                self._reading.result()
                return None
            self._changed.clear()
            await self._changed.wait()
        replaced, self._replaced = self._replaced, 0
        return self._waiting.pop(), replaced

    async def _read(self) -> None:
        async for item in self._incoming:
            self._replaced += len(self._waiting)
            self._waiting[:] = [item]
            self._changed.set()

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read())
        self._reading.add_done_callback(lambda _: self._changed.set())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._reading is not None
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await self._reading


class DetectStream:
    """Answers each frame as `detect` does a photo, with its limits, errors and metrics. A stream is one log event."""

    def __init__(self, gateway: Gateway, detect: Detect, observer: Observer) -> None:
        self._gateway = gateway
        self._detect = detect
        self._observer = observer

    async def answers(
        self, requests: AsyncIterator[pb.DetectStreamRequest], call: Call
    ) -> AsyncGenerator[pb.DetectStreamResponse, None]:
        """Until the client ends the stream or is silent for the longest deadline, or the gateway drains."""
        outcomes: Counter[str] = Counter()
        replaced, stream = 0, self._observer.watch(ROUTE, call.request_id)
        try:
            call.check_key(self._gateway.keys)
            async with LatestItem(requests) as frames:
                while (taken := await self._next(frames)) is not None:
                    replaced += taken[1]
                    response = await self._answer(taken[0], taken[1], Frame(call))
                    outcomes[response.problem.code or "ok"] += 1
                    yield response
            await asyncio.sleep(_CANCELLATION_DELAY_S)
            stream.code = "ok"
        except Exception as error:
            public = stream.failed(error)
            if not outcomes or isinstance(public, InternalError):
                # Frames are counted, not streams, unless no frame would show the error.
                stream.count()
            await abort(call, public)
        finally:
            stream.log(frames=dict(outcomes), replaced=replaced)

    async def _next(
        self, frames: LatestItem[pb.DetectStreamRequest]
    ) -> tuple[pb.DetectStreamRequest, int] | None:
        if self._gateway.readiness.draining:
            raise ModelUnavailableError("The gateway is going down.")
        timeout_s = self._gateway.settings.max_timeout_ms / 1e3
        try:
            async with asyncio.timeout(timeout_s):
                return await frames.take()
        except DecodeError as error:
            raise InvalidRequestError("A frame is not a DetectStreamRequest message.") from error
        except TimeoutError:
            raise RequestTimeoutError(f"No frame came for {timeout_s:g} seconds.") from None

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
