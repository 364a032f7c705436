"""The training image as it runs: `make verify-images`."""

import json
from typing import Any

import pytest

from tests.deploy.images.conftest import TINY, TRAIN_TIMEOUT_S
from tests.deploy.images.engine import HARDENED, engine, running, try_engine, volume, wait_until

pytestmark = pytest.mark.timeout(2400)


def test_it_trains_without_a_network_on_the_weights_it_carries(store: str, train_image: str) -> None:
    manifest = json.loads(_read(store, train_image, "/store/artifacts/detector/1/manifest.json"))
    kinds = {artifact["kind"] for artifact in manifest["artifacts"]}
    assert {
        "saved_model",
        "tflite_f32",
        "tflite_f16",
        "tflite_int8",
        "tfjs_graph_f16",
        "tfjs_layers",
    } <= kinds
    weights = manifest["training"]["base_weights"]
    assert weights["name"] != "random"
    assert len(weights["sha256"]) == 64


def test_a_store_with_a_version_is_left_alone(store: str, train_image: str) -> None:
    said = engine(
        "run", "--rm", "--network", "none", *HARDENED, "-v", f"{store}:/store",
        "--entrypoint", "/app/train-if-empty.sh", train_image,
    )  # fmt: skip
    assert "nothing to train" in said


def test_releases_are_listed_from_the_same_image(store: str, train_image: str) -> None:
    mount = ("-v", f"{store}:/store")
    said = engine("run", "--rm", "--network", "none", *HARDENED, *mount, train_image, "release", "list")
    assert "stable" in said


def test_a_training_that_is_stopped_ends_and_goes_on_when_started_again(train_image: str) -> None:
    long = ("train", *TINY, "--phase2-epochs", "40", "--json")
    with volume() as empty:
        options = ("--network", "none", "-v", f"{empty}:/store")
        with running(train_image, *long, options=options) as training:
            wait_until(lambda: _epochs(training.logs()) >= 3, "three epochs", TRAIN_TIMEOUT_S)
            engine("stop", "-t", "60", training.name)
            assert training.exit_code() == 130
            assert "Stopped." in training.logs()
            (said,) = _said_beside_events(training.logs())
            assert said.startswith("Stopped. The same command goes on"), "TensorFlow's notes are not progress"
        assert (
            try_engine("run", "--rm", *options, "--entrypoint", "ls", train_image, "/store/models").returncode
            != 0
        )
        with running(train_image, *long, options=options) as training:
            wait_until(lambda: _epochs(training.logs()) >= 1, "an epoch", TRAIN_TIMEOUT_S)
            first = next(event for event in _events(training.logs()) if event["event"] == "epoch")
            assert first["epoch"] > 1


def _events(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines() if line.startswith("{") and line.endswith("}")]


def _said_beside_events(log: str) -> list[str]:
    return [line for line in log.splitlines() if not line.startswith("{")]


def _epochs(log: str) -> int:
    return sum(event["event"] == "epoch" for event in _events(log))


def _read(store: str, image: str, path: str) -> str:
    return engine("run", "--rm", "-v", f"{store}:/store:ro", "--entrypoint", "cat", image, path)
