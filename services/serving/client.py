"""A client of TensorFlow Serving over gRPC: predictions, and the state of versions."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import numpy as np
from google.protobuf.wrappers_pb2 import Int64Value

from detector.detections import OUTPUT_NAMES
from detector.errors import ModelUnavailableError
from detector.images import Pixels
from detector.outputs import Floats, RawDetections, raw_detections
from services.serving.model_status_pb2 import (
    GetModelStatusRequest,
    GetModelStatusResponse,
    ModelVersionStatus,
)
from services.serving.prediction_pb2 import (
    DT_FLOAT,
    DT_UINT8,
    ModelSpec,
    PredictRequest,
    PredictResponse,
    Tensor,
    TensorShape,
)

PREDICT = "/tensorflow.serving.PredictionService/Predict"
GET_MODEL_STATUS = "/tensorflow.serving.ModelService/GetModelStatus"
INPUT_NAME = "image"
SIGNATURE = "serving_default"
RECEIVE_LIMIT_BYTES = 1_000_000
"""Four small tensors; more is not an answer of this contract."""

ChannelOptions = Sequence[tuple[str, str | int]]

_COMMON_OPTIONS: ChannelOptions = (
    ("grpc.max_receive_message_length", RECEIVE_LIMIT_BYTES),
    # Back within two seconds of the server's return.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.use_local_subchannel_pool", 1),
)
_RETRY_ON_ANOTHER_REPLICA = json.dumps(
    {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [
            {
                "name": [{}],
                # A replica that goes down drops what is in flight; another one can still answer.
                "retryPolicy": {
                    "maxAttempts": 3,
                    "initialBackoff": "0.05s",
                    "maxBackoff": "0.2s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
    }
)
ALL_REPLICAS: ChannelOptions = (
    *_COMMON_OPTIONS,
    ("grpc.service_config", _RETRY_ON_ANOTHER_REPLICA),
    ("grpc.dns_min_time_between_resolutions_ms", 1000),
    ("grpc.keepalive_time_ms", 20_000),
)
"""Calls go round every replica behind a name, and again to another one when a replica goes down."""

ONE_REPLICA: ChannelOptions = (
    *_COMMON_OPTIONS,
    # A replica is asked at its own address; a proxy for the web has no way to it.
    ("grpc.enable_http_proxy", 0),
)
"""Calls go to one address, and each failure is told."""


@dataclass(frozen=True, slots=True)
class VersionState:
    """What a server says of a version; `error` is the reason of one that failed, else empty."""

    available: bool
    state: str
    error: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a server answered to one photo."""

    response: PredictResponse

    @property
    def version(self) -> int:
        """The version that answered; 0 where the server does not say."""
        return int(self.response.model_spec.version.value)

    def outputs(self) -> RawDetections:
        """The four outputs. Raises ModelUnavailableError where they break the contract."""
        return raw_detections(*(decode_floats(self.response, name) for name in OUTPUT_NAMES))


class ServingClient:
    """One gRPC channel to `target`. Every call raises grpc.RpcError when the server refuses or does not answer."""

    def __init__(self, target: str, *, options: ChannelOptions) -> None:
        self._channel: Any = grpc.insecure_channel(target, options=options)
        self._predict: Any = self._channel.unary_unary(
            PREDICT,
            request_serializer=PredictRequest.SerializeToString,
            response_deserializer=PredictResponse.FromString,
        )
        self._status: Any = self._channel.unary_unary(
            GET_MODEL_STATUS,
            request_serializer=GetModelStatusRequest.SerializeToString,
            response_deserializer=GetModelStatusResponse.FromString,
        )

    def predict(self, name: str, asked: int | str, pixels: Pixels, *, timeout_s: float) -> Prediction:
        """Run uint8 `[S, S, 3]` through the version of that number, or behind that label."""
        request = PredictRequest(
            model_spec=model_spec(name, asked), inputs={INPUT_NAME: encode_pixels(pixels)}
        )
        return Prediction(self._predict(request, timeout=timeout_s))

    def version_states(self, name: str, *, timeout_s: float) -> dict[int, VersionState]:
        """Every version of the model that the server has known since it started."""
        request = GetModelStatusRequest(model_spec=ModelSpec(name=name))
        response = self._status(request, timeout=timeout_s)
        return {entry.version: _version_state(entry) for entry in response.model_version_status}

    def watch(self, on_up: Callable[[bool], None]) -> None:
        """Tell, from any thread, when the connection is there or lost, and keep connecting meanwhile."""
        up = {grpc.ChannelConnectivity.READY: True, grpc.ChannelConnectivity.TRANSIENT_FAILURE: False}

        def changed(state: Any) -> None:
            if state in up:
                on_up(up[state])

        self._channel.subscribe(changed, try_to_connect=True)

    def close(self) -> None:
        self._channel.close()


def model_spec(name: str, asked: int | str) -> ModelSpec:
    """The version of that number, or behind that label."""
    if isinstance(asked, str):
        return ModelSpec(name=name, version_label=asked, signature_name=SIGNATURE)
    return ModelSpec(name=name, version=Int64Value(value=asked), signature_name=SIGNATURE)


def encode_pixels(pixels: Pixels) -> Tensor:
    """Uint8 `[S, S, 3]` as a tensor `[1, S, S, 3]`."""
    dimensions = [TensorShape.Dim(size=size) for size in (1, *pixels.shape)]
    return Tensor(dtype=DT_UINT8, tensor_shape=TensorShape(dim=dimensions), tensor_content=pixels.tobytes())


def decode_floats(response: PredictResponse, name: str) -> Floats:
    """The output `name` as float32. Raises ModelUnavailableError when it is missing or of another kind."""
    if name not in response.outputs or response.outputs[name].dtype != DT_FLOAT:
        raise ModelUnavailableError(f"TensorFlow Serving's answer has no float32 output {name!r}.")
    tensor = response.outputs[name]
    shape = [dimension.size for dimension in tensor.tensor_shape.dim]
    try:
        # The server fills the typed field; other implementations may send the bytes.
        if tensor.tensor_content:
            return np.frombuffer(tensor.tensor_content, "<f4").astype(np.float32).reshape(shape)
        return np.array(tensor.float_val, np.float32).reshape(shape)
    except ValueError as error:
        raise ModelUnavailableError(f"Output {name!r} does not fit its own shape.") from error


def _version_state(entry: ModelVersionStatus) -> VersionState:
    states = {number: name for name, number in ModelVersionStatus.State.items()}
    return VersionState(
        available=entry.state == ModelVersionStatus.AVAILABLE,
        state=states.get(entry.state, str(entry.state)),
        error=entry.status.error_message or f"code {entry.status.error_code}"
        if entry.status.error_code
        else "",
    )
