"""What keeps TensorFlow Serving from being started on an empty store."""

import signal
import subprocess
from pathlib import Path

from detector.store import Store
from detector.store.serving_config import ServedModel
from tests.deploy.k8s.rendered import ROOT

SCRIPT = ROOT / "services" / "serving" / "wait-for-version.sh"
DEADLINE_S = 20


def waiting(store: Path) -> "subprocess.Popen[str]":
    """The script, once it has said that it waits."""
    process = subprocess.Popen([SCRIPT, store / "models.config"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "no version in the store yet" in process.stdout.readline()
    return process


def test_it_waits_for_the_configuration_that_a_first_training_writes(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with waiting(store.root) as process:
        store.write_serving_config({"detector": ServedModel((1,), {"stable": 1})})
        assert process.wait(DEADLINE_S) == 0


def test_a_configuration_without_models_is_waited_on_too(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.write_serving_config({})
    with waiting(store.root) as process:
        process.kill()


def test_it_does_not_wait_and_says_nothing_where_there_is_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.write_serving_config({"detector": ServedModel((1,), {"stable": 1})})
    done = subprocess.run(
        [SCRIPT, store.root / "models.config"], capture_output=True, text=True, timeout=DEADLINE_S, check=True
    )
    assert done.stdout == ""


def test_it_ends_when_its_pod_is_stopped(tmp_path: Path) -> None:
    with waiting(tmp_path) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 143
