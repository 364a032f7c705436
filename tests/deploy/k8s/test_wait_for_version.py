"""What keeps TensorFlow Serving from being started on an empty store."""

import os
import signal
import subprocess
from pathlib import Path

from jobs.registry import Registry
from services.serving.model_config import ServedModel
from tests.deploy.k8s.rendered import ROOT
from tests.unprivileged import obeying_permissions

SCRIPT = ROOT / "services" / "serving" / "wait-for-version.sh"
DEADLINE_S = 20


def waiting(store: Path) -> "subprocess.Popen[str]":
    """The script, once it has said that it waits."""
    process = started(store)
    assert "no version in the store yet" in next_line(process)
    return process


def started(store: Path) -> "subprocess.Popen[str]":
    command = obeying_permissions([SCRIPT, store / "models.config"])
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def next_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_it_waits_for_the_configuration_that_a_first_training_writes(tmp_path: Path) -> None:
    store = Registry(tmp_path / "store")
    with waiting(store.root) as process:
        store.write_serving_config({"detector": ServedModel((1,), {"stable": 1})})
        assert process.wait(DEADLINE_S) == 0


def test_a_configuration_without_models_is_waited_on_too(tmp_path: Path) -> None:
    store = Registry(tmp_path / "store")
    store.write_serving_config({})
    with waiting(store.root) as process:
        process.kill()


def test_it_does_not_wait_and_says_nothing_where_there_is_one(tmp_path: Path) -> None:
    store = Registry(tmp_path / "store")
    store.write_serving_config({"detector": ServedModel((1,), {"stable": 1})})
    done = subprocess.run(
        [SCRIPT, store.root / "models.config"], capture_output=True, text=True, timeout=DEADLINE_S, check=True
    )
    assert done.stdout == ""


def test_it_ends_when_its_pod_is_stopped(tmp_path: Path) -> None:
    with waiting(tmp_path) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 143


def test_a_store_that_cannot_be_read_is_told_from_an_empty_one(tmp_path: Path) -> None:
    store = Registry(tmp_path / "store")
    store.write_serving_config({"detector": ServedModel((1,), {"stable": 1})})
    store.root.chmod(0o000)
    with started(store.root) as process:
        try:
            said = next_line(process)
            user = f"user {os.geteuid()}, group {os.getegid()}"
            assert said.startswith(f"The store cannot be read: {store.root} belongs to {user}, with mode 0, ")
            assert f"and this is {user}." in said
        finally:
            store.root.chmod(0o755)
        assert process.wait(DEADLINE_S) == 0


def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    store = Registry(tmp_path / "store")
    store.write_serving_config({"detector": ServedModel((1,), {"stable": 1})})
    config = store.root / "models.config"
    config.chmod(0o200)
    with started(store.root) as process:
        assert f"{config} belongs to" in next_line(process)
        config.chmod(0o644)
        assert process.wait(DEADLINE_S) == 0
