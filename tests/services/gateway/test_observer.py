"""What no handler foresaw is logged, counted and answered alike, whichever way the request came."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import grpc
import httpx
import pytest
from PIL import Image
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from detector.errors import ImageUnreadableError, InternalError, StoreError
from detector.store import Store
from detector.v1 import detector_pb2 as pb
from services.gateway.gateway import Gateway
from services.gateway.observer import CLIENT_GONE, INTERNAL_MESSAGE, Observer, public_error
from services.gateway.rest.middleware import Observed
from services.gateway.rpc import detector_pb2_grpc
from services.gateway.rpc.servicer import Servicer
from services.gateway.settings import Settings
from tests.detector.pictures import encode
from tests.faults.test_versions import metric
from tests.services.gateway.breaking_gateway import FAULT
from tests.services.gateway.rest.test_protocol import answered
from tests.services.gateway.running import Running, poll, running_gateway
from tests.services.gateway.test_core import FakeEngine

KEY = "very-secret"
MARK = b"bytes-of-the-photo"
BLACK = encode(Image.new("RGB", (32, 32))) + MARK
REQUEST_ID = "trip-7"
GRPC = "/detector.v1.DetectorService"
GET = b"GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: trip-7\r\n\r\n"


@pytest.fixture(scope="module")
def breaking(tiny_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_gateway(
        tiny_store.root,
        tmp_path_factory.mktemp("breaking"),
        module="tests.services.gateway.breaking_gateway",
        api_keys=KEY,
        cors_origins="https://elsewhere.example",
    ) as running:
        yield running


def over_rest(running: Running, request_id: str) -> str:
    headers = {"x-request-id": request_id, "x-api-key": KEY, "origin": "https://elsewhere.example"}
    answer = httpx.post(f"{running.url}/detect", content=BLACK, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == request_id
    # Also a page of another origin may read under which id it went wrong.
    assert answer.headers["access-control-allow-origin"] == "https://elsewhere.example"
    return str(answer.json()["detail"])


def over_grpc(running: Running, request_id: str) -> str:
    with grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel:
        stub = detector_pb2_grpc.DetectorServiceStub(channel)
        with pytest.raises(grpc.RpcError) as error:
            stub.Detect(pb.DetectRequest(image=BLACK), metadata=metadata(request_id))
    call: Any = error.value
    assert call.code() == grpc.StatusCode.INTERNAL
    assert dict(call.trailing_metadata())["x-request-id"] == request_id
    return str(call.details())


def over_a_stream(running: Running, request_id: str) -> str:
    with grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel:
        stub = detector_pb2_grpc.DetectorServiceStub(channel)
        request = pb.DetectStreamRequest(frame=1, request=pb.DetectRequest(image=BLACK))
        (response,) = stub.DetectStream(iter([request]), metadata=metadata(request_id))
    assert response.problem.code == "internal"
    return str(response.problem.message)


def metadata(request_id: str) -> tuple[tuple[str, str], ...]:
    return (("x-request-id", request_id), ("x-api-key", KEY))


@pytest.mark.parametrize(
    ("ask", "protocol", "route"),
    [
        (over_rest, "rest", "/detect"),
        (over_grpc, "grpc", f"{GRPC}/Detect"),
        (over_a_stream, "grpc", f"{GRPC}/DetectStream"),
    ],
)
def test_a_fault_is_logged_once_with_its_trace_under_the_id_that_the_client_got(
    breaking: Running, ask: Callable[[Running, str], str], protocol: str, route: str
) -> None:
    request_id = f"id-of-{ask.__name__}"
    assert ask(breaking, request_id) == INTERNAL_MESSAGE
    poll(lambda: [event for event in events_of(breaking, request_id) if event["event"] == "request"])
    faults = [event for event in events_of(breaking, request_id) if "exception" in event]
    assert [event["event"] for event in faults] == ["internal_error"]
    trace = faults[0]["exception"][-1]
    assert (trace["exc_type"], trace["exc_value"]) == ("ZeroDivisionError", FAULT)
    assert trace["frames"][-1]["filename"].endswith("breaking_gateway.py")
    internal = f'{{code="internal",protocol="{protocol}",route="{route}"}}'
    assert metric(breaking, "detector_requests_total")[internal] == 1.0
    # No other line of the log tells of it, and none tells what the request carried.
    assert breaking.log.read_text().count(FAULT) == len(
        [event for event in breaking.events() if event["event"] == "internal_error"]
    )
    assert KEY not in breaking.log.read_text()
    assert MARK.decode() not in breaking.log.read_text()


def events_of(running: Running, request_id: str) -> list[dict[str, Any]]:
    return [event for event in running.events() if event.get("request_id") == request_id]


@pytest.fixture
def gateway(own_store: Store) -> Iterator[Gateway]:
    gateway = Gateway(Settings(store=own_store.root, workers=1, grpc_port=0), engine=FakeEngine())
    gateway.versions.refresh()
    yield gateway
    gateway.core.close()


def counted(gateway: Gateway, route: str, code: str) -> float:
    for family in gateway.metrics.requests.collect():
        for sample in family.samples:
            if sample.name.endswith("_total") and (sample.labels["route"], sample.labels["code"]) == (
                route,
                code,
            ):
                return sample.value
    return 0.0


async def breaks_at_once(scope: Scope, receive: Receive, send: Send) -> None:
    raise ZeroDivisionError(FAULT)


async def breaks_midway(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise ZeroDivisionError(FAULT)


async def refuses_midway(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise ImageUnreadableError("The rest cannot be read.")


def test_a_fault_before_the_answer_is_a_problem_document(gateway: Gateway) -> None:
    wire, logs = over_the_wire(gateway, breaks_at_once)
    head, _, body = wire.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 500 ")
    assert json.loads(body)["detail"] == INTERNAL_MESSAGE
    assert json.loads(body)["request_id"] == REQUEST_ID
    assert FAULT.encode() not in wire
    assert kinds(logs) == ["internal_error", "request"]
    assert (logs[1]["status"], logs[1]["code"]) == (500, "internal")


def test_a_fault_in_the_middle_of_an_answer_cuts_it_off(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    """The client must not take the half for the whole, nor the text of a fault for its rest."""
    with caplog.at_level(logging.ERROR):
        wire, logs = over_the_wire(gateway, breaks_midway)
    assert wire.startswith(b"HTTP/1.1 200 OK\r\n")
    assert wire.endswith(b"\r\n\r\nhalf")
    assert kinds(logs) == ["internal_error", "request"]
    assert isinstance(logs[0]["exc_info"], ZeroDivisionError)
    assert (logs[1]["status"], logs[1]["code"], logs[1]["request_id"]) == (200, "internal", REQUEST_ID)
    assert counted(gateway, "other", "internal") == 1.0
    assert caplog.records == []


def test_an_answer_whose_length_is_unknown_is_cut_off_without_its_last_chunk(gateway: Gateway) -> None:
    wire, logs = over_the_wire(gateway, refuses_midway)
    assert wire.endswith(b"4\r\nhalf\r\n")
    assert kinds(logs) == ["request"]
    assert logs[0]["code"] == "image_unreadable"


def over_the_wire(gateway: Gateway, app: Any) -> tuple[bytes, list[Any]]:
    """What leaves the server, which then closes the connection, and what the log has of it."""
    observed = Observed(app, Observer(gateway.metrics, protocol="rest"), gateway.readiness)
    with capture_logs() as logs:
        wire = answered(observed, GET)
    assert wire.closed == (app is not breaks_at_once)
    return b"".join(wire.written), list(logs)


def kinds(logs: list[Any]) -> list[str]:
    return [entry["event"] for entry in logs]


class Context:
    """What gRPC gives to a call's handler."""

    def __init__(self) -> None:
        self.ended: tuple[grpc.StatusCode, str] | None = None
        self.trailing: dict[str, Any] = {}

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        return (("x-request-id", REQUEST_ID),)

    def time_remaining(self) -> None:
        """The client has set no deadline."""

    async def abort(self, code: grpc.StatusCode, message: str, *, trailing_metadata: Any) -> None:
        self.ended, self.trailing = (code, message), dict(trailing_metadata)
        raise grpc.aio.AbortError


def test_a_fault_of_the_stream_itself_ends_it_after_its_answers(gateway: Gateway) -> None:
    async def frames() -> AsyncIterator[pb.DetectStreamRequest]:
        yield pb.DetectStreamRequest(frame=1, request=pb.DetectRequest(image=BLACK))
        await answered_once.wait()
        raise ZeroDivisionError(FAULT)

    async def take_answers() -> None:
        async for answer in Servicer(gateway).DetectStream(frames(), context):
            answers.append(answer.frame)
            answered_once.set()

    answered_once, answers, context = asyncio.Event(), list[int](), Context()
    with capture_logs() as logs, pytest.raises(grpc.aio.AbortError):
        asyncio.run(take_answers())
    assert answers == [1]
    assert context.ended == (grpc.StatusCode.INTERNAL, INTERNAL_MESSAGE)
    assert context.trailing["x-request-id"] == REQUEST_ID
    assert [(entry["event"], entry["request_id"]) for entry in logs] == [
        ("internal_error", REQUEST_ID),
        ("request", REQUEST_ID),
    ]
    assert isinstance(logs[0]["exc_info"], ZeroDivisionError)
    assert (logs[1]["code"], logs[1]["frames"]) == ("internal", {"ok": 1})
    assert counted(gateway, f"{GRPC}/DetectStream", "internal") == 1.0


def test_a_frame_that_is_no_message_is_the_clients_mistake(breaking: Running) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{breaking.grpc_port}") as channel:
        answers = channel.stream_stream(f"{GRPC}/DetectStream")(
            iter([b"\xff"]), metadata=metadata("broken-frame")
        )
        with pytest.raises(grpc.RpcError) as error:
            next(answers)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    (event,) = poll(lambda: events_of(breaking, "broken-frame"))
    assert (event["event"], event["code"]) == ("request", "invalid_request")


def test_a_caller_that_leaves_is_gone_and_no_fault(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = asyncio.Event()

    async def waits(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def scenario() -> None:
        servicer = Servicer(gateway)
        call = asyncio.create_task(servicer.Detect(pb.DetectRequest(image=BLACK), Context()))
        await begun.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert servicer.in_flight == 0

    monkeypatch.setattr(gateway.core, "detect", waits)
    with capture_logs() as logs:
        asyncio.run(scenario())
    assert [(entry["event"], entry["code"]) for entry in logs] == [("request", CLIENT_GONE)]
    assert counted(gateway, f"{GRPC}/Detect", CLIENT_GONE) == 1.0


def test_a_client_that_leaves_while_it_sends_is_gone_and_no_fault(gateway: Gateway) -> None:
    async def leaves(scope: Scope, receive: Receive, send: Send) -> None:
        raise ClientDisconnect

    observed = Observed(leaves, Observer(gateway.metrics, protocol="rest"), gateway.readiness)
    with capture_logs() as logs:
        answered(observed, GET)
    assert [(entry["event"], entry["code"], entry["status"]) for entry in logs] == [
        ("request", CLIENT_GONE, 0)
    ]


def test_a_malformed_request_is_counted_too(gateway: Gateway) -> None:
    observer = Observer(gateway.metrics, protocol="rest")
    answered(breaks_at_once, b"\x16\x03\x01", observer=observer)
    assert counted(gateway, "other", "invalid_request") == 1.0
    assert observer.in_flight == 0


def test_faults_of_ours_are_internal_and_name_no_files() -> None:
    for fault in (StoreError("/store/channels/detector.json is not JSON"), MemoryError(), KeyError("secret")):
        assert isinstance(public_error(fault), InternalError)
        assert public_error(fault).message == INTERNAL_MESSAGE


def test_what_the_client_can_mend_is_told_as_it_is() -> None:
    error = ImageUnreadableError("The JPEG cannot be decoded.")
    assert public_error(error) is error
