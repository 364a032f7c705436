"""Whom TensorFlow Serving is asked for, and what is made of its refusals."""

from pathlib import Path

import grpc
import numpy as np
import pytest

from detector.detections import MAX_DETECTIONS, OUTPUT_NAMES
from detector.errors import ModelUnavailableError
from detector.images import Pixels
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import VersionFiles
from services.gateway.engines.tfserving import TfServingRunner
from services.serving.client import Prediction
from services.serving.prediction_pb2 import DT_FLOAT, PredictResponse

PIXELS = np.zeros((32, 32, 3), np.uint8)
SHAPES = ((1, MAX_DETECTIONS, 4), (1, MAX_DETECTIONS), (1, MAX_DETECTIONS), (1,))
Status = grpc.StatusCode


class Refusal(grpc.RpcError):  # type: ignore[misc]  # grpc ships no types
    def __init__(self, status: grpc.StatusCode) -> None:
        super().__init__()
        self._status = status

    def code(self) -> grpc.StatusCode:
        return self._status

    def details(self) -> str:
        return ""


class FakeClient:
    """Refuses what is asked for by label with one status, and by number with another or not at all."""

    def __init__(self, by_label: grpc.StatusCode, by_number: grpc.StatusCode | None = None) -> None:
        self._by_label = by_label
        self._by_number = by_number
        self.asked: list[str | int] = []

    def predict(self, name: str, asked: int | str, pixels: Pixels, *, timeout_s: float) -> Prediction:
        self.asked.append(asked)
        status = self._by_label if isinstance(asked, str) else self._by_number
        if status is not None:
            raise Refusal(status)
        assert isinstance(asked, int)
        return Prediction(empty_answer(asked))


def empty_answer(version: int) -> PredictResponse:
    response = PredictResponse()
    response.model_spec.version.value = version
    for name, shape in zip(OUTPUT_NAMES, SHAPES, strict=True):
        response.outputs[name].dtype = DT_FLOAT
        for size in shape:
            response.outputs[name].tensor_shape.dim.add(size=size)
        response.outputs[name].float_val.extend(np.zeros(int(np.prod(shape))).tolist())
    return response


def run(client: FakeClient) -> int:
    """The version that answered for stable, which is number 7 to the gateway."""
    runner = TfServingRunner(client, VersionFiles("detector", 7, 32, Path()))
    return runner.run(PIXELS, channel="stable", deadline=Deadline.after(1)).version


@pytest.mark.parametrize("status", [Status.INVALID_ARGUMENT, Status.FAILED_PRECONDITION, Status.NOT_FOUND])
def test_a_label_that_leads_nowhere_is_asked_for_again_by_its_number(status: grpc.StatusCode) -> None:
    client = FakeClient(by_label=status)
    assert run(client) == 7
    assert client.asked == ["stable", 7]


def test_a_version_that_is_not_there_by_its_number_either_is_unavailable() -> None:
    with pytest.raises(ModelUnavailableError, match="NOT_FOUND"):
        run(FakeClient(by_label=Status.NOT_FOUND, by_number=Status.NOT_FOUND))


def test_a_server_that_is_down_is_not_asked_twice() -> None:
    client = FakeClient(by_label=Status.UNAVAILABLE)
    with pytest.raises(ModelUnavailableError):
        run(client)
    assert client.asked == ["stable"]
