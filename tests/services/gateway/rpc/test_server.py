"""The gRPC API over a real connection: the same answers and refusals as REST."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from detector.store import Store
from detector.v1 import detector_pb2 as pb
from services.gateway.rpc import detector_pb2_grpc
from services.gateway.rpc.details_pb2 import ErrorInfo, Status
from services.gateway.rpc.server import ENVELOPE_BYTES
from tests.detector.pictures import encode
from tests.services.gateway.rest.test_detect import red_top_left
from tests.services.gateway.running import Running, poll, running_gateway

PHOTO = encode(red_top_left())


@pytest.fixture
def channel(gateway: Running) -> Iterator[Any]:
    with grpc.insecure_channel(f"127.0.0.1:{gateway.grpc_port}") as channel:
        yield channel


@pytest.fixture
def stub(channel: Any) -> Any:
    return detector_pb2_grpc.DetectorServiceStub(channel)


def refusal(error: pytest.ExceptionInfo[grpc.RpcError]) -> tuple[str, list[str]]:
    """Status, then the reason and the types of all details."""
    call: Any = error.value
    details = dict(call.trailing_metadata())["grpc-status-details-bin"]
    status = Status.FromString(details)
    assert status.code == call.code().value[0]
    reasons = [ErrorInfo.FromString(status.details[0].value).reason]
    return call.code().name, reasons + [detail.type_url.rpartition(".")[2] for detail in status.details[1:]]


def test_the_answer_is_that_of_rest(stub: Any, client: httpx.Client) -> None:
    rest = client.post("/detect?min_score=0.1", content=PHOTO, headers={"x-request-id": "a"}).json()
    answer = stub.Detect(pb.DetectRequest(image=PHOTO, min_score=0.1), metadata=(("x-request-id", "a"),))
    assert (answer.model.name, answer.model.version, answer.model.channel) == tuple(rest["model"].values())
    assert (answer.image.width, answer.image.height) == (400, 300)
    assert answer.request_id == "a"
    assert len(answer.detections) == len(rest["detections"]) == 1
    mine, theirs = answer.detections[0], rest["detections"][0]
    assert (mine.label, mine.class_id) == (theirs["label"], theirs["class_id"])
    assert mine.score == pytest.approx(theirs["score"], abs=1e-6)
    assert mine.box_px.xmax == pytest.approx(theirs["box_px"]["xmax"])


@pytest.mark.parametrize("letter", ["x", "é", "\U0001f98a"])
def test_a_channel_of_any_length_is_not_found(stub: Any, letter: str) -> None:
    channel = letter * 100_000
    calls: tuple[tuple[Any, Any], ...] = (
        (stub.Detect, pb.DetectRequest(image=PHOTO, channel=channel)),
        (stub.GetManifest, pb.GetManifestRequest(channel=channel)),
    )
    for method, request in calls:
        with pytest.raises(grpc.RpcError) as error:
            method(request)
        assert refusal(error) == ("NOT_FOUND", ["not_found"])


def test_channel_and_version_choose(stub: Any) -> None:
    assert stub.Detect(pb.DetectRequest(image=PHOTO, channel="canary")).model.version == 2
    assert stub.Detect(pb.DetectRequest(image=PHOTO, version=2)).model.channel == "canary"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"image": b""}, ("INVALID_ARGUMENT", ["invalid_request"])),
        ({"image": b"x"}, ("INVALID_ARGUMENT", ["unsupported_media_type"])),
        ({"image": PHOTO[:-900]}, ("INVALID_ARGUMENT", ["image_unreadable"])),
        ({"image": bytes(25_000_001)}, ("INVALID_ARGUMENT", ["body_too_large"])),
        ({"image": PHOTO, "version": 9}, ("NOT_FOUND", ["not_found"])),
        ({"image": PHOTO, "channel": "beta"}, ("NOT_FOUND", ["not_found"])),
        ({"image": PHOTO, "min_score": float("nan")}, ("INVALID_ARGUMENT", ["invalid_request"])),
        ({"image": PHOTO, "max_detections": 0}, ("INVALID_ARGUMENT", ["invalid_request"])),
    ],
)
def test_refusals_carry_the_codes_of_rest(stub: Any, fields: Any, expected: Any) -> None:
    with pytest.raises(grpc.RpcError) as error:
        stub.Detect(pb.DetectRequest(**fields))
    assert refusal(error) == expected


def test_what_grpc_itself_refuses_unread_leaves_the_connection_usable(stub: Any) -> None:
    """Above the receive limit no code of ours runs: the status is gRPC's own, for which no details exist."""
    with pytest.raises(grpc.RpcError) as error:
        stub.Detect(pb.DetectRequest(image=bytes(25_000_000 + 2 * ENVELOPE_BYTES)))
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert stub.Detect(pb.DetectRequest(image=PHOTO)).model.version == 1


def test_a_refusal_says_under_which_id_the_log_has_it(stub: Any) -> None:
    with pytest.raises(grpc.RpcError) as error:
        stub.Detect(pb.DetectRequest(image=b""), metadata=(("x-request-id", "trip-7"),))
    call: Any = error.value
    assert dict(call.trailing_metadata())["x-request-id"] == "trip-7"


def test_a_deadline_that_passes_is_said(stub: Any) -> None:
    with pytest.raises(grpc.RpcError) as error:
        stub.Detect(pb.DetectRequest(image=PHOTO), timeout=0.000_1)
    assert error.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_the_manifest_is_that_of_the_store(stub: Any, tiny_store: Store) -> None:
    assert stub.GetManifest(pb.GetManifestRequest()).manifest == tiny_store.manifest("detector", 1)
    canary = stub.GetManifest(pb.GetManifestRequest(channel="canary", name="detector"))
    assert canary.manifest == tiny_store.manifest("detector", 2)
    with pytest.raises(grpc.RpcError) as error:
        stub.GetManifest(pb.GetManifestRequest(name="../detector"))
    assert refusal(error) == ("NOT_FOUND", ["not_found"])


def test_health_and_reflection_are_standard(channel: Any) -> None:
    health = health_pb2_grpc.HealthStub(channel)
    for service in ("", "detector.v1.DetectorService"):
        # It follows /readyz a moment later.
        poll(partial(_is_serving, health, service))
    assert "detector.v1.DetectorService" in ProtoReflectionDescriptorDatabase(channel).get_services()


def _is_serving(health: Any, service: str) -> bool:
    answer = health.Check(health_pb2.HealthCheckRequest(service=service))
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def test_a_gateway_without_a_version_is_unavailable(tmp_path: Any) -> None:
    with (
        running_gateway(tmp_path / "empty", tmp_path, wait_ready=False) as running,
        grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel,
    ):
        health = health_pb2_grpc.HealthStub(channel)
        answer = health.Check(health_pb2.HealthCheckRequest())
        assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING
        with pytest.raises(grpc.RpcError) as error:
            detector_pb2_grpc.DetectorServiceStub(channel).Detect(pb.DetectRequest(image=PHOTO))
        assert refusal(error) == ("UNAVAILABLE", ["model_unavailable", "RetryInfo"])
        rest = httpx.post(f"{running.url}/detect", content=PHOTO)
        assert (rest.status_code, rest.headers["retry-after"]) == (503, "1")
        assert httpx.get(f"{running.url}/livez").status_code == 200
        assert httpx.get(f"{running.url}/readyz").status_code == 503
