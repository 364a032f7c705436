"""A run that is killed with SIGKILL in the middle of an epoch, and the same command again."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.jobs.train.making import tiny_arguments

EPOCHS = ("--phase1-epochs=2", "--phase2-epochs=4", "--no-tfjs", "--samples=0")
DEADLINE_S = 200.0


def command(store: Path, events: Path) -> list[str]:
    arguments = tiny_arguments(store, *EPOCHS, "--events", str(events))
    return [sys.executable, "-c", "from jobs.cli import main; main()", *arguments]


def events_in(path: Path, name: str) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    lines = [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
    return [event for event in lines if event["event"] == name]


def kill_within_an_epoch_of_phase_2(arguments: list[str], events: Path) -> None:
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + DEADLINE_S
    while not any(e["phase"] == 2 and e["epoch"] == 2 for e in events_in(events, "epoch")):
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.slow
def test_a_killed_run_goes_on_as_if_it_had_not_been_killed(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    arguments = command(killed, tmp_path / "killed.jsonl")
    kill_within_an_epoch_of_phase_2(arguments, tmp_path / "killed.jsonl")
    assert not list(killed.glob("models/*/*"))
    subprocess.run(arguments, check=True, capture_output=True, timeout=DEADLINE_S)
    subprocess.run(
        command(whole, tmp_path / "whole.jsonl"), check=True, capture_output=True, timeout=DEADLINE_S
    )

    logs = [root / "artifacts/detector/1/report/history.jsonl" for root in (killed, whole)]
    resumed, unbroken = (events_in(log, "epoch") for log in logs)
    for key in ("phase", "epoch", "learning_rate"):
        assert [e[key] for e in resumed] == pytest.approx([e[key] for e in unbroken])
    assert resumed[-1]["loss"] == pytest.approx(unbroken[-1]["loss"], rel=0.02)
    told = [(e["phase"], e["epoch"]) for e in events_in(tmp_path / "killed.jsonl", "epoch")]
    assert told == [(e["phase"], e["epoch"]) for e in unbroken]
    assert not list(killed.glob(".staging/detector/run-*"))
