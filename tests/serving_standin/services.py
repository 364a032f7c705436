"""The gRPC services of the stand-in, on the official stubs."""

import threading
import time
from typing import Any

import grpc
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from tests.serving_standin.versions import FAILED_PRECONDITION, Manager, Refused

_CODES = {code.value[0]: code for code in grpc.StatusCode}
DEFAULT_SIGNATURE = "serving_default"


def add_services(server: Any, prediction: "PredictionService", model: "ModelService") -> None:
    """Register both; what they do not implement answers UNIMPLEMENTED."""
    predictions: Any = prediction_service_pb2_grpc.PredictionServiceServicer()
    predictions.Predict = prediction.Predict
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(predictions, server)
    models: Any = model_service_pb2_grpc.ModelServiceServicer()
    models.GetModelStatus = model.GetModelStatus
    models.HandleReloadConfigRequest = model.HandleReloadConfigRequest
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(models, server)


class PredictionService:
    """Predict on the real SavedModel. `threads` calls at once; more are refused, as the real server does."""

    def __init__(self, manager: Manager, *, threads: int, delay_s: float) -> None:
        self._manager = manager
        self._threads = threading.BoundedSemaphore(threads)
        self._delay_s = delay_s

    def Predict(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Called by gRPC by this name."""
        if not self._threads.acquire(blocking=False):
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "Server Threadpool Exhausted")
        try:
            return self._predict(request)
        except Refused as refused:
            context.abort(_CODES[refused.code], refused.message)
        finally:
            self._threads.release()

    def _predict(self, request: Any) -> Any:
        if not request.HasField("model_spec"):
            raise Refused(3, "Missing ModelSpec")
        version = self._manager.resolve(request.model_spec)
        name = request.model_spec.signature_name or DEFAULT_SIGNATURE
        if name not in version.signatures:
            raise Refused(FAILED_PRECONDITION, f'Serving signature key "{name}" not found.')
        _, signature = version.signatures[name]
        outputs = signature(**_inputs(request, signature))
        if self._delay_s:
            time.sleep(self._delay_s)
        response = predict_pb2.PredictResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = version.number
        response.model_spec.signature_name = name
        for key, value in outputs.items():
            response.outputs[key].CopyFrom(_typed(value))
        return response


def _inputs(request: Any, signature: Any) -> dict[str, Any]:
    """The tensors by name; shapes are not checked, as the real server does not."""
    expected = signature.structured_input_signature[1]
    if set(request.inputs) != set(expected):
        raise Refused(3, f"input keys are {sorted(expected)}, got {sorted(request.inputs)}")
    tensors = {}
    for name, spec in expected.items():
        try:
            array = tf.make_ndarray(request.inputs[name])
        except (ValueError, TypeError) as error:
            raise Refused(3, str(error)) from error
        if tf.as_dtype(array.dtype) != spec.dtype:
            raise Refused(3, f"Expects arg[0] to be {spec.dtype.name} but {array.dtype} is provided")
        tensors[name] = tf.constant(array)
    return tensors


def _typed(value: Any) -> Any:
    """A TensorProto with the typed field filled, never tensor_content."""
    array = value.numpy()
    proto = tf.make_tensor_proto(array.flat[:0], dtype=value.dtype, shape=[0])
    proto.ClearField("tensor_shape")
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    proto.float_val.extend(array.astype("float32").ravel().tolist())
    return proto


class ModelService:
    """Status and reload."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    def GetModelStatus(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Called by gRPC by this name."""
        response = get_model_status_pb2.GetModelStatusResponse()
        try:
            versions = self._manager.status(request.model_spec)
        except Refused as refused:
            context.abort(_CODES[refused.code], refused.message)
        for version in versions:
            entry = response.model_version_status.add(version=version.number, state=version.state)
            entry.status.error_code = version.error_code
            entry.status.error_message = version.error_message
        return response

    def HandleReloadConfigRequest(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Called by gRPC by this name."""
        response = model_management_pb2.ReloadConfigResponse()
        try:
            self._manager.configure(request.config)
        except Refused as refused:
            response.status.error_code = refused.code
            response.status.error_message = refused.message
        return response
