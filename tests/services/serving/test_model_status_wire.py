"""Our status messages and the official ones are the same bytes."""

from typing import Any

from tensorflow_serving.apis import get_model_status_pb2

from services.serving.model_status_pb2 import (
    GetModelStatusRequest,
    GetModelStatusResponse,
    ModelVersionStatus,
)
from services.serving.prediction_pb2 import ModelSpec


def test_the_official_server_reads_our_request() -> None:
    ours = GetModelStatusRequest(model_spec=ModelSpec(name="detector"))
    official = get_model_status_pb2.GetModelStatusRequest.FromString(ours.SerializeToString())
    assert official.model_spec.name == "detector"


def test_we_read_the_official_answer() -> None:
    official = get_model_status_pb2.GetModelStatusResponse()
    entry = official.model_version_status.add(version=7, state=50)
    entry.status.error_code = 2
    entry.status.error_message = "no graph"
    (ours,) = GetModelStatusResponse.FromString(official.SerializeToString()).model_version_status
    assert (ours.version, ours.state) == (7, ModelVersionStatus.END)
    assert (ours.status.error_code, ours.status.error_message) == (2, "no graph")


def test_states_have_the_same_names_and_numbers() -> None:
    official = get_model_status_pb2.ModelVersionStatus.State
    assert dict(ModelVersionStatus.State.items()) == dict(official.items())


def test_nothing_of_ours_is_unknown_to_the_official_messages() -> None:
    for ours in (GetModelStatusRequest, GetModelStatusResponse):
        _assert_subset(ours.DESCRIPTOR, getattr(get_model_status_pb2, ours.DESCRIPTOR.name).DESCRIPTOR)


def _assert_subset(ours: Any, official: Any) -> None:
    theirs = {field.number: field for field in official.fields}
    for field in ours.fields:
        twin = theirs[field.number]
        assert (field.name, field.label) == (twin.name, twin.label)
        # An open enumeration is an integer on the wire; a Code has too many members to repeat.
        assert field.type == twin.type or (field.name, twin.enum_type.name) == ("error_code", "Code")
        if field.message_type is not None and not field.message_type.full_name.startswith("google."):
            _assert_subset(field.message_type, twin.message_type)
