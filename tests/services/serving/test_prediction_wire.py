"""Our messages and the official ones are the same bytes, in both directions."""

from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2

from detector.detections import OUTPUT_NAMES
from services.serving import client
from services.serving.prediction_pb2 import ModelSpec, PredictRequest, PredictResponse
from tests.detector.pictures import noise


def test_the_official_server_reads_our_request() -> None:
    pixels = noise(32, 32)
    spec = ModelSpec(name="detector", version_label="canary", signature_name="serving_default")
    ours = PredictRequest(model_spec=spec, inputs={"image": client.encode_pixels(pixels)})
    official = predict_pb2.PredictRequest.FromString(ours.SerializeToString())
    assert official.model_spec.name == "detector"
    assert official.model_spec.version_label == "canary"
    assert official.model_spec.signature_name == "serving_default"
    np.testing.assert_array_equal(tf.make_ndarray(official.inputs["image"])[0], pixels)


def test_a_version_number_survives() -> None:
    ours = PredictRequest(model_spec=ModelSpec(name="detector", version={"value": 7}))
    official = predict_pb2.PredictRequest.FromString(ours.SerializeToString())
    assert official.model_spec.WhichOneof("version_choice") == "version"
    assert official.model_spec.version.value == 7


def test_we_read_the_official_answer_with_typed_fields_or_bytes() -> None:
    boxes = np.random.default_rng(0).random((1, 50, 4), np.float32)
    official = predict_pb2.PredictResponse()
    official.model_spec.version.value = 3
    official.outputs["detection_boxes"].CopyFrom(tf.make_tensor_proto(boxes))
    official.outputs["detection_scores"].CopyFrom(tf.make_tensor_proto(boxes[..., 0]))
    typed = official.outputs["detection_scores"]
    typed.ClearField("tensor_content")
    typed.float_val.extend(boxes[..., 0].ravel().tolist())
    ours = PredictResponse.FromString(official.SerializeToString())
    assert ours.model_spec.version.value == 3
    np.testing.assert_array_equal(client.decode_floats(ours, OUTPUT_NAMES[0]), boxes)
    np.testing.assert_array_equal(client.decode_floats(ours, OUTPUT_NAMES[2]), boxes[..., 0])


def test_nothing_of_ours_is_unknown_to_the_official_messages() -> None:
    """Every field we set has the same number, type and label there."""
    for name in ("PredictRequest", "PredictResponse"):
        ours = (PredictRequest if name == "PredictRequest" else PredictResponse).DESCRIPTOR
        official = getattr(predict_pb2, name).DESCRIPTOR
        _assert_subset(ours, official)


def _assert_subset(ours: Any, official: Any) -> None:
    theirs = {field.number: field for field in official.fields}
    for field in ours.fields:
        twin = theirs[field.number]
        assert (field.name, field.type, field.label) == (twin.name, twin.type, twin.label)
        if field.message_type is not None and not field.message_type.full_name.startswith("google."):
            _assert_subset(field.message_type, twin.message_type)
