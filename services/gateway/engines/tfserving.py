"""TensorFlow Serving as an engine: whom it is asked for, and what is made of its refusals."""

from typing import Any, Protocol

import grpc
import structlog

from detector.errors import (
    DeadlineExceededError,
    DetectorError,
    ModelUnavailableError,
    OverloadedError,
)
from detector.images import Pixels
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import Inference, OnUp, VersionFiles
from services.serving.client import ALL_REPLICAS, Prediction, ServingClient

log = structlog.get_logger("gateway.engine")

OVERTIME_S = 30.0
"""How long a call is waited for past its deadline, when its client has been answered already.

TensorFlow Serving goes on with the work all the same; a worker that gave up sooner would send it the next photo on top.
"""

# What the server answers when it does not know the label, or (NOT_FOUND) has not loaded the version that it points to.
_LABEL_STATUSES = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.NOT_FOUND,
)


class Predictor(Protocol):
    """What the engine needs of a client. Raises grpc.RpcError."""

    def predict(self, name: str, asked: int | str, pixels: Pixels, *, timeout_s: float) -> Prediction: ...


class TfServingEngine:
    """One client of every replica that `target` resolves to."""

    name = "tfserving"
    by_label = True

    def __init__(self, target: str) -> None:
        self._client = ServingClient(target, options=ALL_REPLICAS)

    def load(self, files: VersionFiles) -> "TfServingRunner":
        """Nothing is loaded here; the probe that follows finds out whether the server has the version."""
        return TfServingRunner(self._client, files)

    def watch(self, on_up: OnUp) -> None:
        """Tell when the connection is there or lost, and keep connecting meanwhile."""
        self._client.watch(on_up)

    def close(self) -> None:
        self._client.close()


class TfServingRunner:
    """Calls one version, by the channel's label where that is safe, else by its number."""

    def __init__(self, client: Predictor, files: VersionFiles) -> None:
        self._client = client
        self._name = files.name
        self._version = files.version

    def run(self, pixels: Pixels, *, channel: str | None, deadline: Deadline) -> Inference:
        try:
            if channel is not None:
                try:
                    return self._call(channel, pixels, deadline)
                except grpc.RpcError as error:
                    if error.code() not in _LABEL_STATUSES:
                        raise
            return self._call(self._version, pixels, deadline)
        except grpc.RpcError as error:
            raise _translated(error) from error

    def _call(self, asked: int | str, pixels: Pixels, deadline: Deadline) -> Inference:
        deadline.check()
        timeout_s = deadline.remaining_s + OVERTIME_S
        prediction = self._client.predict(self._name, asked, pixels, timeout_s=timeout_s)
        return Inference(prediction.outputs(), prediction.version or self._version)


def _translated(error: Any) -> DetectorError:
    """The server's refusal in terms of the tree; whose fault it is, the gateway's client cannot tell.

    What the server says of it may name addresses and files: that is for the log.
    """
    if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlineExceededError("The deadline passed before TensorFlow Serving answered.")
    if error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED:
        return OverloadedError("TensorFlow Serving is full.")
    log.warning("engine_refused", status=error.code().name, details=str(error.details())[:500])
    return ModelUnavailableError(f"TensorFlow Serving does not answer ({error.code().name}).")
