"""What a release asks one replica of TensorFlow Serving: which versions it has, and which one answers."""

from dataclasses import dataclass
from typing import Any

import grpc
import numpy as np
from google.protobuf.wrappers_pb2 import Int64Value

from detector.detections import OUTPUT_NAMES
from detector.errors import ModelUnavailableError, ServingError
from detector.outputs import raw_detections
from jobs.release.replicas import Replica
from services.gateway.engines.tfserving import (
    INPUT_NAME,
    PREDICT,
    RECEIVE_LIMIT_BYTES,
    SIGNATURE,
    decode_floats,
    encode_pixels,
)
from services.serving.model_status_pb2 import (
    GetModelStatusRequest,
    GetModelStatusResponse,
    ModelVersionStatus,
)
from services.serving.prediction_pb2 import ModelSpec, PredictRequest, PredictResponse

GET_MODEL_STATUS = "/tensorflow.serving.ModelService/GetModelStatus"
STATUS_TIMEOUT_S = 5.0
PREDICT_TIMEOUT_S = 30.0

_OPTIONS = (
    ("grpc.max_receive_message_length", RECEIVE_LIMIT_BYTES),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.use_local_subchannel_pool", 1),
    # A replica is asked at its own address; a proxy for the web has no way to it.
    ("grpc.enable_http_proxy", 0),
)


@dataclass(frozen=True, slots=True)
class VersionState:
    """What a replica says of a version; `error` is the reason of one that failed, else empty."""

    available: bool
    state: str
    error: str


class NotYetError(Exception):
    """What a replica cannot do now and may be able to do later; the text is for people."""


class ReplicaClient:
    """A connection to one replica. Every method raises NotYetError when it does not answer now."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self._channel: Any = grpc.insecure_channel(replica.target, options=_OPTIONS)
        self._status: Any = self._channel.unary_unary(
            GET_MODEL_STATUS,
            request_serializer=GetModelStatusRequest.SerializeToString,
            response_deserializer=GetModelStatusResponse.FromString,
        )
        self._predict: Any = self._channel.unary_unary(
            PREDICT,
            request_serializer=PredictRequest.SerializeToString,
            response_deserializer=PredictResponse.FromString,
        )

    def states(self, name: str) -> dict[int, VersionState]:
        """Every version of the model that the replica has known since it started; none for a model unknown to it."""
        request = GetModelStatusRequest(model_spec=ModelSpec(name=name))
        try:
            response = self._status(request, timeout=STATUS_TIMEOUT_S)
        except grpc.RpcError as error:
            if _code(error) == grpc.StatusCode.NOT_FOUND:
                return {}
            raise _not_yet(error) from error
        return {entry.version: _state(entry) for entry in response.model_version_status}

    def check_answer(self, name: str, version: int, *, size: int) -> None:
        """Ask `version` by its number about a black picture of `size` pixels.

        Raises ServingError when it answers what is no answer.
        """
        response = self._ask(
            ModelSpec(name=name, version=Int64Value(value=version), signature_name=SIGNATURE), size
        )
        try:
            raw_detections(*(decode_floats(response, output) for output in OUTPUT_NAMES))
        except ModelUnavailableError as error:
            raise ServingError(
                f"{self.replica.address}: version {version} is loaded but unusable. {error.message}"
            ) from error

    def version_behind(self, name: str, label: str, *, size: int) -> int:
        """The version that answers to `label`."""
        response = self._ask(ModelSpec(name=name, version_label=label, signature_name=SIGNATURE), size)
        return int(response.model_spec.version.value)

    def close(self) -> None:
        self._channel.close()

    def _ask(self, spec: ModelSpec, size: int) -> PredictResponse:
        black = np.zeros((size, size, 3), np.uint8)
        request = PredictRequest(model_spec=spec, inputs={INPUT_NAME: encode_pixels(black)})
        try:
            answer: PredictResponse = self._predict(request, timeout=PREDICT_TIMEOUT_S)
        except grpc.RpcError as error:
            raise _not_yet(error) from error
        return answer


def _state(entry: ModelVersionStatus) -> VersionState:
    states = {number: name for name, number in ModelVersionStatus.State.items()}
    return VersionState(
        available=entry.state == ModelVersionStatus.AVAILABLE,
        state=states.get(entry.state, str(entry.state)),
        error=entry.status.error_message or f"code {entry.status.error_code}"
        if entry.status.error_code
        else "",
    )


def _code(error: Any) -> Any:
    return error.code()


def _not_yet(error: Any) -> NotYetError:
    details = " ".join(str(error.details()).split())[:300]
    return NotYetError(f"{error.code().name}: {details}")
