"""TensorFlow is imported without its notes about absent GPUs, also where the environment asks for errors."""

import os
import subprocess
import sys

import pytest

IMPORT = "from jobs.train.tensorflow_import import import_tensorflow; import_tensorflow(); import tensorflow"
LOOK_FOR_DEVICES = f"{IMPORT}; tensorflow.config.list_physical_devices()"


def test_neither_importing_nor_looking_for_devices_says_anything() -> None:
    assert said(LOOK_FOR_DEVICES) == ""


def test_importing_says_nothing_where_errors_are_asked_for() -> None:
    assert said(IMPORT, level="2") == ""


@pytest.mark.slow
def test_importing_is_heard_by_who_asks_for_everything() -> None:
    assert "cuda" in said(IMPORT, level="0")


def said(script: str, *, level: str | None = None) -> str:
    """What a process writes to standard error."""
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    if level is not None:
        environment["TF_CPP_MIN_LOG_LEVEL"] = level
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stderr
