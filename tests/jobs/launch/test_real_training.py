"""A training that is launched, killed in its pod, and goes on: the real command, only the cluster is small."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from detector.store import Store
from tests.jobs.launch.api_server import ApiServer
from tests.jobs.launch.kubelet import DEADLINE_S, kubelet
from tests.jobs.train.making import TINY

EPOCHS = 6
"""Of the second phase."""
TRAIN = [
    f"--{name.replace('_', '-')}={value}"
    for name, value in (TINY | {"phase2_epochs": EPOCHS, "samples": 0}).items()
]


def launched(kubeconfig: Path, *options: str) -> "subprocess.Popen[str]":
    program = "from jobs.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, "launch", f"--kubeconfig={kubeconfig}", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def epochs_told(server: ApiServer, pod: str) -> list[dict[str, Any]]:
    """The epochs that the pod printed."""
    printed = [line.partition(" ")[2] for line in server.logs[pod].lines]
    events = [json.loads(line) for line in printed if line.startswith("{")]
    return [event for event in events if event["event"] == "epoch"]


@pytest.mark.slow
def test_a_pod_that_is_killed_goes_on_from_its_last_epoch_and_publishes(
    server: ApiServer, kubeconfig: Path, tmp_path: Path
) -> None:
    options = ("--json", "--", *TRAIN, "--no-tfjs")
    with kubelet(server, store=tmp_path / "store") as node, launched(kubeconfig, *options) as command:
        assert command.stdout is not None
        events: list[dict[str, Any]] = []
        for line in command.stdout:
            events.append(json.loads(line))
            # Within an epoch of the second phase, the first time.
            if (events[-1].get("phase"), events[-1].get("epoch")) == (2, 2) and len(node.pods) == 1:
                next(iter(node.pods.values())).send_signal(signal.SIGKILL)
        _, said = command.communicate(timeout=DEADLINE_S)
        assert command.returncode == 0, said
    epochs = [(event["phase"], event["epoch"]) for event in events if event["event"] == "epoch"]
    assert epochs == [(1, 1), (1, 2), *((2, epoch) for epoch in range(1, EPOCHS + 1))]
    assert len(node.pods) == 2
    assert (
        "It was killed (exit code 137). The next one goes on after the last finished epoch (retry 1 of 3)."
        in said
    )
    resumed = [event.get("resumed_after_epoch") for event in events if event["event"] == "phase"]
    # The kill may take a while to arrive: the pod that got it knows how far it had come.
    reached = epochs_told(server, next(iter(node.pods)))[-1]["epoch"]
    assert resumed[-1] in (reached, reached + 1)
    assert 2 <= reached < EPOCHS
    assert events[-1]["event"] == "published"
    assert Store(tmp_path / "store").versions("detector") == (1,)


@pytest.mark.slow
def test_a_mistake_in_the_data_is_not_tried_twice(
    server: ApiServer, kubeconfig: Path, tmp_path: Path
) -> None:
    (tmp_path / "photos").mkdir()
    server.claims.add("photos")
    with kubelet(server, store=tmp_path / "store", data=tmp_path / "photos") as node:
        command = launched(kubeconfig, "--dataset-claim=photos")
        _, said = command.communicate(timeout=DEADLINE_S)
    assert command.returncode == 3
    assert len(node.pods) == 1
    errors = [line for line in said.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert str(tmp_path / "photos") in errors[0]
