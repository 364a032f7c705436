import json

import pytest

from jobs.cli.progress import show_events
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


def test_json_is_the_events_themselves_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, PHASE, EPOCH, as_json=True).splitlines()
    assert [json.loads(line) for line in lines] == [PHASE, EPOCH]


def test_what_strangers_wrote_is_not_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    assert "[red]x[/red]" in shown(capsys, make_event("data", summary=["class [red]x[/red]"]))
