"""Whom TensorFlow Serving is asked for, and what is made of its refusals."""

from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest

from detector.detections import MAX_DETECTIONS, OUTPUT_NAMES
from detector.errors import ModelUnavailableError
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import VersionFiles
from services.gateway.engines.tfserving import TfServingRunner
from services.serving.prediction_pb2 import DT_FLOAT, PredictRequest, PredictResponse

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


class FakePredict:
    """Refuses what is asked for by label with one status, and by number with another or not at all."""

    def __init__(self, by_label: grpc.StatusCode, by_number: grpc.StatusCode | None = None) -> None:
        self._by_label = by_label
        self._by_number = by_number
        self.asked: list[str | int] = []

    def __call__(self, request: PredictRequest, timeout: float) -> PredictResponse:
        spec = request.model_spec
        self.asked.append(spec.version_label or spec.version.value)
        status = self._by_label if spec.version_label else self._by_number
        if status is not None:
            raise Refusal(status)
        return empty_answer(spec.version.value)


def empty_answer(version: int) -> PredictResponse:
    response = PredictResponse()
    response.model_spec.version.value = version
    for name, shape in zip(OUTPUT_NAMES, SHAPES, strict=True):
        response.outputs[name].dtype = DT_FLOAT
        for size in shape:
            response.outputs[name].tensor_shape.dim.add(size=size)
        response.outputs[name].float_val.extend(np.zeros(int(np.prod(shape))).tolist())
    return response


def run(predict: Any) -> int:
    """The version that answered for stable, which is number 7 to the gateway."""
    runner = TfServingRunner(predict, VersionFiles("detector", 7, 32, Path()))
    return runner.run(PIXELS, channel="stable", deadline=Deadline.after(1)).version


@pytest.mark.parametrize("status", [Status.INVALID_ARGUMENT, Status.FAILED_PRECONDITION, Status.NOT_FOUND])
def test_a_label_that_leads_nowhere_is_asked_for_again_by_its_number(status: grpc.StatusCode) -> None:
    predict = FakePredict(by_label=status)
    assert run(predict) == 7
    assert predict.asked == ["stable", 7]


def test_a_version_that_is_not_there_by_its_number_either_is_unavailable() -> None:
    with pytest.raises(ModelUnavailableError, match="NOT_FOUND"):
        run(FakePredict(by_label=Status.NOT_FOUND, by_number=Status.NOT_FOUND))


def test_a_server_that_is_down_is_not_asked_twice() -> None:
    predict = FakePredict(by_label=Status.UNAVAILABLE)
    with pytest.raises(ModelUnavailableError):
        run(predict)
    assert predict.asked == ["stable"]
