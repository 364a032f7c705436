"""Neither importing TensorFlow nor converting a network writes to the terminal."""

import os
import subprocess
import sys

import pytest

from detector.errors import ExportError, StoreError
from detector.quiet_stderr import quiet_stderr
from jobs.train.quiet_tensorflow import quiet_conversion

IMPORT = "from jobs.train.quiet_tensorflow import import_tensorflow; import_tensorflow(); import tensorflow"
LOOK_FOR_DEVICES = f"{IMPORT}; tensorflow.config.list_physical_devices()"


def test_neither_importing_nor_looking_for_devices_says_anything() -> None:
    assert said(LOOK_FOR_DEVICES) == ""


def test_importing_says_nothing_where_errors_are_asked_for() -> None:
    assert said(IMPORT, level="2") == ""


@pytest.mark.slow
def test_importing_is_heard_by_who_asks_for_everything() -> None:
    assert "cuda" in said(IMPORT, level="0")


def test_stderr_is_silent_only_within(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        os.write(2, b"to the descriptor\n")
        print("a result")
    print("a warning", file=sys.stderr)
    assert capfd.readouterr() == ("a result\n", "a warning\n")


def test_converters_are_silent_unless_they_fail(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_conversion("Converting"):
        print("to Python's stream")
        os.write(1, b"to the descriptor\n")
        os.write(2, b"to the other descriptor\n")
    assert capfd.readouterr() == ("", "")
    with pytest.raises(ExportError, match=r"(?s)Converting failed.*ValueError: no.*the reason"):
        _fail_in_conversion()
    assert capfd.readouterr() == ("", "")


def _fail_in_conversion() -> None:
    with quiet_conversion("Converting"):
        os.write(2, b"the reason\n")
        raise ValueError("no")


def test_a_quiet_conversion_keeps_errors_of_this_project_as_they_are() -> None:
    with pytest.raises(StoreError, match="full"), quiet_conversion("Converting"):
        raise StoreError("full")


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
