import json
import os
import pty
import re
import subprocess
import sys
import time

import pytest

from jobs.cli.progress import show_events, show_steps
from jobs.train.events import Event, make_event

PHASE = make_event("phase", phase=2, epochs=10)
EPOCH = make_event("epoch", phase=2, epoch=3, epochs=10, loss=0.5, val_ap50=0.25, seconds=1.25)


def shown(capsys: pytest.CaptureFixture[str], *events: Event, as_json: bool = False) -> str:
    with show_events(as_json=as_json) as on_event:
        for event in events:
            on_event(event)
    return capsys.readouterr().out


def test_a_log_gets_a_line_an_epoch_and_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, PHASE, EPOCH).splitlines()
    assert lines == [
        "Phase 2: head and the last blocks of the base, 10 epochs",
        "  phase 2 epoch 3/10: loss 0.500, AP50 0.250, 1.2 s",
    ]


def test_a_resumed_phase_says_after_which_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    assert "going on after epoch 4" in shown(capsys, {**PHASE, "resumed_after_epoch": 4})


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ((), "Starting TensorFlow"),
        ((make_event("data", summary=["600 photos"]),), "Building the network"),
        ((PHASE,), "phase 2 epoch 1/10"),
        ((PHASE, EPOCH), "phase 2 epoch 4/10"),
        ((PHASE, {**EPOCH, "epoch": 10}), "Exporting and measuring every kind"),
    ],
)
def test_a_log_says_what_goes_on_while_no_event_comes(
    events: tuple[Event, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printed, deadline = "", time.monotonic() + 30
    with show_events(as_json=False, first_step="Starting TensorFlow", silence_s=0.02) as on_event:
        for event in events:
            on_event(event)
        while f"  {said}: " not in printed and time.monotonic() < deadline:
            printed += capsys.readouterr().out
    assert re.search(rf"(?m)^  {said}: \d+ s$", printed)


def test_json_is_the_events_themselves_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, PHASE, EPOCH, as_json=True).splitlines()
    assert [json.loads(line) for line in lines] == [PHASE, EPOCH]


def test_what_strangers_wrote_is_not_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    assert "[red]x[/red]" in shown(capsys, make_event("data", summary=["class [red]x[/red]"]))


ON_A_TERMINAL = """
from jobs.cli.progress import show_events, show_steps
{setting} as steps:
    for done in range(1, 4):
        steps.reading(done, 9)
    print("result")
"""


@pytest.mark.parametrize(
    "setting",
    ["with show_steps()", "with show_events(as_json=False, first_step='Starting TensorFlow')"],
)
def test_a_terminal_sees_how_many_photos_are_read(setting: str) -> None:
    reader, terminal = pty.openpty()
    script = [sys.executable, "-c", ON_A_TERMINAL.format(setting=setting)]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(script, stdout=terminal, stderr=terminal, env=environment)
    os.close(terminal)
    shown = b""
    # Linux ends the reading of a closed terminal with an error.
    try:
        while part := os.read(reader, 4096):
            shown += part
    except OSError:
        pass
    os.close(reader)
    assert process.wait(timeout=60) == 0
    assert b"Reading photos" in shown
    assert b"1/9 photos" in shown
    assert b"result" in shown


def test_a_log_hears_nothing_of_steps(capsys: pytest.CaptureFixture[str]) -> None:
    with show_steps() as steps:
        steps.begin("Reading the data")
        steps.reading(1, 1)
    assert capsys.readouterr() == ("", "")
    with show_events(as_json=True, first_step="Starting TensorFlow") as display:
        display.reading(1, 1)
    with show_events(as_json=False, first_step="Starting TensorFlow") as display:
        display.reading(1, 1)
    assert capsys.readouterr().out.strip() == ""
