"""DetectStream over a real connection: the newest frame is answered, and a bad one ends nothing."""

import asyncio
import queue
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from detector.store import Store
from detector.v1 import detector_pb2 as pb
from services.gateway.rpc import detector_pb2_grpc
from services.gateway.rpc.stream import ROUTE, LatestItem
from tests.detector.pictures import encode, noise
from tests.faults.test_versions import metric
from tests.services.gateway.rest.test_detect import red_top_left
from tests.services.gateway.running import Running, poll, running_gateway

PHOTO = encode(red_top_left())
LARGE = encode(noise(3000, 2000), progressive=True)


@pytest.fixture
def stub(gateway: Running) -> Iterator[Any]:
    with grpc.insecure_channel(f"127.0.0.1:{gateway.grpc_port}") as channel:
        yield detector_pb2_grpc.DetectorServiceStub(channel)


def frame(number: int, photo: bytes = PHOTO, **fields: Any) -> pb.DetectStreamRequest:
    return pb.DetectStreamRequest(frame=number, request=pb.DetectRequest(image=photo, **fields))


class Camera:
    """Frames that are sent when the test says so."""

    def __init__(self) -> None:
        self._frames: queue.SimpleQueue[pb.DetectStreamRequest | None] = queue.SimpleQueue()

    def show(self, request: pb.DetectStreamRequest | None) -> None:
        self._frames.put(request)

    def __iter__(self) -> Iterator[pb.DetectStreamRequest]:
        return iter(self._frames.get, None)


def play(camera: Camera, answers: Iterator[pb.DetectStreamResponse]) -> None:
    """Frames one after another, until the stream ends or this was long enough."""
    for number in range(2000):
        camera.show(frame(number))
        next(answers)


def test_a_frame_is_answered_as_a_photo_is(stub: Any) -> None:
    camera = Camera()
    answers = stub.DetectStream(iter(camera), metadata=(("x-request-id", "film-1"),))
    photo = stub.Detect(pb.DetectRequest(image=PHOTO, min_score=0.1))
    for number in (7, 8):
        camera.show(frame(number, min_score=0.1))
        response = next(answers)
        assert (response.frame, response.replaced, response.WhichOneof("outcome")) == (number, 0, "answer")
        assert response.answer.detections == photo.detections
        assert response.answer.request_id == "film-1"
    camera.show(None)
    assert list(answers) == []
    assert answers.code() == grpc.StatusCode.OK


def test_while_a_frame_is_in_work_only_the_newest_waits(stub: Any) -> None:
    sent = 30
    responses = list(stub.DetectStream(frame(number, LARGE) for number in range(sent)))
    numbers = [response.frame for response in responses]
    assert numbers == sorted(numbers)
    assert numbers[-1] == sent - 1
    assert len(numbers) < sent
    assert len(numbers) + sum(response.replaced for response in responses) == sent


def test_a_bad_frame_has_its_problem_and_the_next_is_answered(stub: Any) -> None:
    camera = Camera()
    answers = stub.DetectStream(iter(camera))
    for request, code in (
        (frame(1, PHOTO[:-900]), "image_unreadable"),
        (frame(2, b""), "invalid_request"),
        (frame(3, version=9), "not_found"),
        (frame(4, max_detections=0), "invalid_request"),
        (pb.DetectStreamRequest(frame=5), "invalid_request"),
        (frame(6, bytes(25_000_001)), "body_too_large"),
    ):
        camera.show(request)
        response = next(answers)
        assert (response.frame, response.problem.code) == (request.frame, code)
        assert response.problem.message
        assert not response.problem.HasField("retry_after_s")
    camera.show(frame(7))
    assert next(answers).WhichOneof("outcome") == "answer"
    answers.cancel()


def test_each_frame_is_counted_and_the_stream_is_one_event(tiny_store: Store, tmp_path: Path) -> None:
    with (
        running_gateway(tiny_store.root, tmp_path) as running,
        grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel,
    ):
        camera = Camera()
        answers = detector_pb2_grpc.DetectorServiceStub(channel).DetectStream(iter(camera))
        for photo in (PHOTO, b"x", PHOTO):
            camera.show(frame(0, photo))
            next(answers)
        answers.cancel()
        (event,) = poll(lambda: [event for event in running.events() if event.get("route") == ROUTE])
        assert event["code"] == "client_gone"
        assert event["frames"] == {"ok": 2, "unsupported_media_type": 1}
        counts = {
            labels: count
            for labels, count in metric(running, "detector_requests_total").items()
            if ROUTE in labels
        }
        assert sorted(counts.values()) == [1.0, 2.0]
        assert metric(running, "detector_requests_in_flight") == {"": 1.0}


def test_a_stream_that_is_cancelled_is_never_taken_for_one_that_ended(
    tiny_store: Store, tmp_path: Path
) -> None:
    streams = 40
    with (
        running_gateway(tiny_store.root, tmp_path) as running,
        grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel,
    ):
        for _ in range(streams):
            camera = Camera()
            answers = detector_pb2_grpc.DetectorServiceStub(channel).DetectStream(iter(camera))
            camera.show(frame(0))
            next(answers)
            answers.cancel()
            camera.show(None)

        def ended() -> list[str] | None:
            codes = [event["code"] for event in running.events() if event.get("route") == ROUTE]
            return codes if len(codes) == streams else None

        assert poll(ended) == ["client_gone"] * streams


def test_a_stream_asks_for_a_key_and_does_not_wait_for_ever(tiny_store: Store, tmp_path: Path) -> None:
    with (
        running_gateway(tiny_store.root, tmp_path, api_keys="alpha", max_timeout_ms=300) as running,
        grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel,
    ):
        stub = detector_pb2_grpc.DetectorServiceStub(channel)
        for metadata, status in (
            ((), grpc.StatusCode.UNAUTHENTICATED),
            ((("x-api-key", "alpha"),), grpc.StatusCode.DEADLINE_EXCEEDED),
        ):
            with pytest.raises(grpc.RpcError) as error:
                next(stub.DetectStream(iter(Camera()), metadata=metadata))
            assert error.value.code() == status


def test_a_gateway_that_goes_down_ends_its_streams(tiny_store: Store, tmp_path: Path) -> None:
    """One that is busy is told to go elsewhere; one that says nothing is not waited for."""
    with (
        running_gateway(tiny_store.root, tmp_path, drain_seconds=1) as running,
        grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel,
    ):
        stub = detector_pb2_grpc.DetectorServiceStub(channel)
        busy, idle = Camera(), Camera()
        answers, _ = stub.DetectStream(iter(busy)), stub.DetectStream(iter(idle))
        busy.show(frame(1))
        assert next(answers).frame == 1
        running.process.send_signal(signal.SIGTERM)
        with pytest.raises(grpc.RpcError) as error:
            play(busy, answers)
        assert error.value.code() == grpc.StatusCode.UNAVAILABLE
        assert running.process.wait(10) == 0


async def coming(queue: "asyncio.Queue[int | None]") -> AsyncIterator[int]:
    while (item := await queue.get()) is not None:
        yield item


async def handed_over(queue: "asyncio.Queue[int | None]", *items: int | None) -> None:
    """Put, and read to the last."""
    for item in items:
        queue.put_nowait(item)
    while not queue.empty():
        await asyncio.sleep(0)
    await asyncio.sleep(0)


def test_a_newer_one_takes_the_place_of_the_one_that_waits() -> None:
    async def scene() -> None:
        queue: asyncio.Queue[int | None] = asyncio.Queue()
        async with LatestItem(coming(queue)) as newest:
            await handed_over(queue, 1)
            assert await newest.take() == (1, 0)
            await handed_over(queue, 2, 3, 4)
            assert await newest.take() == (4, 2)
            await handed_over(queue, 5)
            assert await newest.take() == (5, 0)

    asyncio.run(scene())


def test_who_waits_is_woken_and_the_last_is_taken_before_the_end() -> None:
    async def scene() -> None:
        queue: asyncio.Queue[int | None] = asyncio.Queue()
        async with LatestItem(coming(queue)) as newest:
            taking = asyncio.create_task(newest.take())
            await handed_over(queue, 1)
            assert await taking == (1, 0)
            await handed_over(queue, 2, None)
            assert await newest.take() == (2, 0)
            assert await newest.take() is None

    asyncio.run(scene())


def test_what_breaks_the_reading_is_told_and_leaving_ends_it() -> None:
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise OSError("gone")

    async def scene() -> None:
        async with LatestItem(broken()) as newest:
            assert await newest.take() == (1, 0)
            with pytest.raises(OSError, match="gone"):
                await newest.take()
        async with LatestItem(coming(asyncio.Queue())):
            pass
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scene())
