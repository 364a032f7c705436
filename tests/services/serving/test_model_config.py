"""models.config, read back with the official messages of TensorFlow Serving."""

from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from detector.errors import InvalidRequestError, StoreError
from detector.store import Channels
from jobs.registry import Registry
from services.serving.model_config import ServedModel, serving_config
from services.serving.model_config_pb2 import ModelServerConfig
from tests.detector.store.example import publish


def parse(text: str) -> dict[str, tuple[str, list[int], dict[str, int]]]:
    """Base path, versions and labels by model, as the real server would read them."""
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    assert all(entry.model_platform == "tensorflow" for entry in config.model_config_list.config)
    return {
        entry.name: (
            entry.base_path,
            list(entry.model_version_policy.specific.versions),
            dict(entry.version_labels),
        )
        for entry in config.model_config_list.config
    }


def test_versions_are_specific_and_channels_are_labels() -> None:
    text = serving_config(
        {"b": ServedModel((4, 3), {"stable": 3, "canary": 4}), "a-1": ServedModel((9,))},
        serving_root="/store",
    )
    assert parse(text) == {
        "a-1": ("/store/models/a-1", [9], {}),
        "b": ("/store/models/b", [3, 4], {"canary": 4, "stable": 3}),
    }


def test_a_model_without_versions_is_left_out() -> None:
    assert parse(serving_config({"a": ServedModel(())}, serving_root="/store")) == {}
    assert parse(serving_config({}, serving_root="/store")) == {}


@pytest.mark.parametrize("root", ['/a "quoted" \\ path', "/ä/日本/🦝", "/tab\there", "/store/"])
def test_any_path_survives(root: str) -> None:
    config = parse(serving_config({"m": ServedModel((1,))}, serving_root=root))
    assert config["m"][0] == f"{root.rstrip('/')}/models/m"


@pytest.mark.parametrize("root", ["", "store", "./store"])
def test_a_relative_path_is_refused(root: str) -> None:
    with pytest.raises(InvalidRequestError, match="set DETECTOR_TFSERVING_STORE"):
        serving_config({}, serving_root=root)


def test_the_store_keeps_it_up_to_date(tmp_path: Path) -> None:
    store = Registry(tmp_path, serving_root="/data")
    publish(store)
    publish(store)
    publish(store)
    assert parse((tmp_path / "models.config").read_text()) == {
        "detector": ("/data/models/detector", [1, 2], {"stable": 1, "canary": 2})
    }
    store.set_channels("detector", Channels(stable=3, canary=1), action="promote")
    assert parse((tmp_path / "models.config").read_text())["detector"][1:] == (
        [1, 3],
        {"stable": 3, "canary": 1},
    )


def test_a_release_can_write_versions_before_labels(tmp_path: Path) -> None:
    store = Registry(tmp_path)
    publish(store)
    publish(store)
    store.write_serving_config({"detector": ServedModel((1, 2), {"stable": 1})})
    assert parse((tmp_path / "models.config").read_text())["detector"][1:] == ([1, 2], {"stable": 1})
    store.write_serving_config()
    assert parse((tmp_path / "models.config").read_text())["detector"][2] == {"stable": 1, "canary": 2}


def test_the_path_that_the_server_knows_is_kept_by_those_who_are_not_told_it(tmp_path: Path) -> None:
    publish(Registry(tmp_path, serving_root="/data/x"))
    publish(Registry(tmp_path))
    assert parse((tmp_path / "models.config").read_text())["detector"][0] == "/data/x/models/detector"
    (tmp_path / "models.config").write_text("model_config_list {")
    publish(Registry(tmp_path))
    assert parse((tmp_path / "models.config").read_text())["detector"][0] == "/store/models/detector"


def test_what_it_says_is_read_back(tmp_path: Path) -> None:
    models = {"a": ServedModel((1, 2), {"stable": 1}), "b-1": ServedModel((7,))}
    Registry(tmp_path).write_serving_config(models)
    assert Registry(tmp_path).configured_models() == models
    assert Registry(tmp_path / "empty").configured_models() == {}


@pytest.mark.parametrize("content", [b"model_config_list {", b"\xff", b"not a configuration"])
def test_a_configuration_that_cannot_be_read_names_itself(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "models.config").write_bytes(content)
    with pytest.raises(StoreError, match=r"models\.config is not"):
        Registry(tmp_path).configured_models()


def test_our_messages_read_as_the_official_ones_do() -> None:
    config = model_server_config_pb2.ModelServerConfig.DESCRIPTOR
    _assert_same_names(ModelServerConfig.DESCRIPTOR, config)


def _assert_same_names(ours: Any, official: Any) -> None:
    for field in ours.fields:
        twin = official.fields_by_name[field.name]
        assert (field.number, field.type, field.label) == (twin.number, twin.type, twin.label)
        if field.message_type is not None:
            _assert_same_names(field.message_type, twin.message_type)
