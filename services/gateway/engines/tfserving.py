"""TensorFlow Serving over gRPC: one uint8 tensor in, four float32 tensors out."""

import json
from typing import Any

import grpc
import numpy as np
import structlog
from google.protobuf.wrappers_pb2 import Int64Value

from detector.detections import OUTPUT_NAMES
from detector.errors import (
    DeadlineExceededError,
    DetectorError,
    ModelUnavailableError,
    OverloadedError,
)
from detector.images import Pixels
from detector.outputs import Floats, raw_detections
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import Inference, OnUp, VersionFiles
from services.serving.prediction_pb2 import (
    DT_FLOAT,
    DT_UINT8,
    ModelSpec,
    PredictRequest,
    PredictResponse,
    Tensor,
    TensorShape,
)

log = structlog.get_logger("gateway.engine")

PREDICT = "/tensorflow.serving.PredictionService/Predict"
INPUT_NAME = "image"
SIGNATURE = "serving_default"
RECEIVE_LIMIT_BYTES = 1_000_000
"""Four small tensors; more is not an answer of this contract."""

OVERTIME_S = 30.0
"""How long a call is waited for past its deadline, when its client has been answered already.

TensorFlow Serving goes on with the work all the same; a worker that gave up sooner would send it the next photo on top.
"""

_SERVICE_CONFIG = json.dumps(
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
_OPTIONS = (
    ("grpc.service_config", _SERVICE_CONFIG),
    ("grpc.max_receive_message_length", RECEIVE_LIMIT_BYTES),
    # Back within two seconds of the server's return.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.dns_min_time_between_resolutions_ms", 1000),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.use_local_subchannel_pool", 1),
)
# What the server answers when it does not know the label, or (NOT_FOUND) has not loaded the version that it points to.
_LABEL_STATUSES = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.NOT_FOUND,
)


class TfServingEngine:
    """One channel to every replica that `target` resolves to."""

    name = "tfserving"
    by_label = True

    def __init__(self, target: str) -> None:
        self._channel: Any = grpc.insecure_channel(target, options=_OPTIONS)
        self._predict: Any = self._channel.unary_unary(
            PREDICT,
            request_serializer=PredictRequest.SerializeToString,
            response_deserializer=PredictResponse.FromString,
        )

    def load(self, files: VersionFiles) -> "TfServingRunner":
        """Nothing is loaded here; the probe that follows finds out whether the server has the version."""
        return TfServingRunner(self._predict, files)

    def watch(self, on_up: OnUp) -> None:
        """Tell when the connection is there or lost, and keep connecting meanwhile."""
        up = {grpc.ChannelConnectivity.READY: True, grpc.ChannelConnectivity.TRANSIENT_FAILURE: False}

        def changed(state: Any) -> None:
            if state in up:
                on_up(up[state])

        self._channel.subscribe(changed, try_to_connect=True)

    def close(self) -> None:
        self._channel.close()


class TfServingRunner:
    """Calls one version, by the channel's label where that is safe, else by its number."""

    def __init__(self, predict: Any, files: VersionFiles) -> None:
        self._predict = predict
        self._name = files.name
        self._version = files.version

    def run(self, pixels: Pixels, *, channel: str | None, deadline: Deadline) -> Inference:
        try:
            if channel is not None:
                try:
                    return self._call(self._spec(label=channel), pixels, deadline)
                except grpc.RpcError as error:
                    if error.code() not in _LABEL_STATUSES:
                        raise
            return self._call(self._spec(label=None), pixels, deadline)
        except grpc.RpcError as error:
            raise _translated(error) from error

    def _spec(self, *, label: str | None) -> ModelSpec:
        if label is not None:
            return ModelSpec(name=self._name, version_label=label, signature_name=SIGNATURE)
        return ModelSpec(name=self._name, version=Int64Value(value=self._version), signature_name=SIGNATURE)

    def _call(self, spec: ModelSpec, pixels: Pixels, deadline: Deadline) -> Inference:
        deadline.check()
        request = PredictRequest(model_spec=spec, inputs={INPUT_NAME: encode_pixels(pixels)})
        response = self._predict(request, timeout=deadline.remaining_s + OVERTIME_S)
        outputs = [decode_floats(response, name) for name in OUTPUT_NAMES]
        version = response.model_spec.version.value or self._version
        return Inference(raw_detections(*outputs), version)


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
