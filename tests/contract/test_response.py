"""One definition of the response: REST, OpenAPI, gRPC and `detector predict` agree with it field by field."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import MessageToDict
from PIL import Image

from detector.boxes import Box
from detector.detections import Detection
from detector.images import load_image
from detector.response import (
    DetectOut,
    ImageOut,
    ModelOut,
    TimingOut,
    describe_detection,
    to_json,
    to_proto_fields,
)
from detector.v1 import detector_pb2 as pb
from jobs.train.data.loading import PHOTO_LIMITS
from jobs.train.predict_photo import Prediction
from services.gateway.rest.openapi import openapi_document
from tests.detector.pictures import encode

IMAGE = ImageOut(600, 400)
FOUND = Detection(1, 0.123456789, Box(0.1234567, 0.0, 1 / 3, 1.0))
RESPONSE = DetectOut(
    model=ModelOut("detector", 3, "stable"),
    image=IMAGE,
    detections=[describe_detection(FOUND, ("cat", "dog"), IMAGE)],
    timing_ms=TimingOut(1.23456, 0.0, 2.0, 0.5),
    request_id="trip-7",
)


def proto_shape(message: Descriptor) -> dict[str, Any]:
    """Field names and types of a message, nested ones included."""
    return {field.name: proto_field(field) for field in message.fields}


def proto_field(field: FieldDescriptor) -> Any:
    if field.message_type is not None:
        shape = proto_shape(field.message_type)
        return [shape] if field.label == FieldDescriptor.LABEL_REPEATED else shape
    kinds = {
        FieldDescriptor.CPPTYPE_STRING: "string",
        FieldDescriptor.CPPTYPE_UINT32: "integer",
        FieldDescriptor.CPPTYPE_DOUBLE: "number",
    }
    return kinds[field.cpp_type]


def schema_shape(name: str, schemas: dict[str, Any]) -> dict[str, Any]:
    """The same of a schema, which must require all of its fields and allow no other."""
    schema = schemas[name]
    assert schema["required"] == list(schema["properties"])
    assert schema["additionalProperties"] is False
    return {key: schema_field(value, schemas) for key, value in schema["properties"].items()}


def schema_field(field: dict[str, Any], schemas: dict[str, Any]) -> Any:
    if "$ref" in field:
        return schema_shape(field["$ref"].rpartition("/")[2], schemas)
    return [schema_field(field["items"], schemas)] if field["type"] == "array" else field["type"]


def json_shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: json_shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [json_shape(value[0])]
    return {str: "string", int: "integer", float: "number"}[type(value)]


def test_rest_openapi_and_grpc_have_the_same_fields_in_the_same_order() -> None:
    rest = json.dumps(json_shape(to_json(RESPONSE)))
    schemas = openapi_document("1")["components"]["schemas"]
    assert json.dumps(schema_shape("DetectOut", schemas)) == rest
    assert json.dumps(proto_shape(pb.DetectResponse.DESCRIPTOR)) == rest


def test_rest_rounds_and_grpc_does_not() -> None:
    assert to_json(RESPONSE) == {
        "model": {"name": "detector", "version": 3, "channel": "stable"},
        "image": {"width": 600, "height": 400},
        "detections": [
            {
                "label": "dog",
                "class_id": 1,
                "score": 0.123457,
                "box": {"ymin": 0.123457, "xmin": 0.0, "ymax": 0.333333, "xmax": 1.0},
                "box_px": {"ymin": 49.38, "xmin": 0.0, "ymax": 133.33, "xmax": 600.0},
            }
        ],
        "timing_ms": {"decode": 1.235, "queue": 0.0, "inference": 2.0, "total": 0.5},
        "request_id": "trip-7",
    }
    message = pb.DetectResponse(**to_proto_fields(RESPONSE))
    as_sent = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    assert as_sent == dataclasses.asdict(RESPONSE)


def test_predict_prints_the_detections_that_rest_answers() -> None:
    photo = load_image(encode(Image.new("RGB", (IMAGE.width, IMAGE.height))), limits=PHOTO_LIMITS)
    printed = Prediction(Path("photo.jpg"), photo, ("cat", "dog"), (FOUND,), Path("out.png")).to_json()
    answered = to_json(RESPONSE)
    assert printed["detections"] == answered["detections"]
    assert printed["image"] == answered["image"]
    assert set(printed) == {"photo", "image", "detections", "drawn"}


def test_the_total_time_is_the_transports() -> None:
    assert RESPONSE.with_total(7.0).timing_ms == TimingOut(1.23456, 0.0, 2.0, 7.0)
    assert RESPONSE.with_total(7.0).detections == RESPONSE.detections
