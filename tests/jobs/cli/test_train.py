"""The command line as a person uses it: exit codes, messages, no tracebacks."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detector.store.store import Store
from jobs.cli import create_cli
from jobs.cli.dataset_text import summary_lines
from tests.jobs.train.making import tiny_arguments

DEADLINE_S = 120.0


def detector(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from jobs.cli import main; main()", *arguments]


def refused(*arguments: str) -> tuple[int, str]:
    """The exit code and the one message of a command that ends in an error."""
    ended = subprocess.run(
        detector(*arguments), capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stderr


def test_an_output_on_a_full_disk_ends_in_a_message(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            detector("release", "list", "--store", str(tmp_path)),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
    assert (ended.returncode, ended.stderr.count("\n")) == (6, 1)
    assert ended.stderr.startswith("error: Cannot write what this command prints: No space left")


def test_options_that_cannot_be_are_told_before_tensorflow_is_imported(tmp_path: Path) -> None:
    for option, said in (
        ("--size=100", "multiple of 32"),
        ("--seed=99999999999", "--seed"),
        ("--base-weights=missing.h5", "missing.h5"),
    ):
        code, message = refused("train", "--store", str(tmp_path / "store"), option)
        assert code == 2
        assert message.startswith("error: ")
        assert said in message


def test_a_store_that_is_a_file_and_data_that_is_no_zip_are_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("neither a store nor a zip")
    code, message = refused(*tiny_arguments(file))
    assert (code, str(file) in message) == (6, True)
    code, message = refused(*tiny_arguments(tmp_path / "store"), str(file))
    assert (code, "neither a folder nor a zip" in message) == (3, True)


def test_the_event_on_the_data_holds_the_lines_for_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: dict[str, object] = {}
    monkeypatch.setattr("jobs.train.train", lambda config, display, **options: said.update(options))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    CliRunner().invoke(create_cli(), ["train", "--store", str(tmp_path)], catch_exceptions=False)
    assert said["describe_data"] is summary_lines


@pytest.mark.slow
def test_logs_that_cannot_be_written_are_told_before_training(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    for option in ("--tensorboard", "--events"):
        code, message = refused(*tiny_arguments(tmp_path / "store", option, str(file / "logs")))
        assert (code, str(file / "logs") in message) == (6, True)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_says_so_and_publishes_nothing(tmp_path: Path, how: signal.Signals) -> None:
    events = tmp_path / "events.jsonl"
    arguments = tiny_arguments(tmp_path / "store", "--phase2-epochs=400", "--events", str(events))
    process = subprocess.Popen(
        detector(*arguments),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background has them ignore Ctrl-C, and children inherit it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + DEADLINE_S
    while '"epoch"' not in (events.read_text() if events.exists() else ""):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(how)
    _, message = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 130
    assert message.endswith("Stopped. The same command goes on after the last epoch that was finished.\n")
    assert "Traceback" not in message
    last = json.loads(events.read_text().splitlines()[-1])
    assert (last["event"], last["code"]) == ("failed", "interrupted")
    assert Store(tmp_path / "store").versions("detector") == ()
