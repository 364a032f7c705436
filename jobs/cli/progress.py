"""Training events for people: a progress bar on a terminal, plain lines in a log, JSON lines on request."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from jobs.train.events import Event, OnEvent, json_line

SPEED_PERIOD_S = 3600.0
"""Epochs of this long are reckoned with; by rich's own 30 seconds slow ones would never get an estimate."""
PHASE_NAMES = {1: "head on the frozen base", 2: "head and the last blocks of the base"}


@contextmanager
def show_events(*, as_json: bool) -> Iterator[OnEvent]:
    """An `on_event` that prints to standard output until the context closes."""
    if as_json:
        yield lambda event: print(json_line(event), end="", flush=True)
        return
    console = Console(highlight=False, soft_wrap=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("epochs"),
        TimeRemainingColumn(), TextColumn("{task.fields[score]}"),
        console=console, disable=not sys.stdout.isatty(), speed_estimate_period=SPEED_PERIOD_S,
    )  # fmt: skip
    with bar:
        yield _Printer(console, bar)


class _Printer:
    """Turns each event into a line or a step of the bar."""

    def __init__(self, console: Console, bar: Progress) -> None:
        self._console = console
        self._bar = bar
        self._task: TaskID | None = None
        self._lines: dict[str, Callable[[Event], str]] = {
            "started": _started_line,
            "data": _data_line,
            "phase": _phase_line,
            "evaluated": _evaluated_line,
            "exported": _exported_line,
            "published": _published_line,
        }

    def __call__(self, event: Event) -> None:
        name = event["event"]
        if name == "phase":
            self._begin_phase(event)
        if name == "epoch":
            self._step(event)
        elif name in self._lines:
            self._console.print(self._lines[name](event), markup=False)

    def _begin_phase(self, event: Event) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
        # Epochs of the run that was stopped took no time now: counted as done, they would falsify the estimate.
        done = event.get("resumed_after_epoch", 0)
        self._task = self._bar.add_task(
            f"phase {event['phase']}", total=event["epochs"], completed=done, score=""
        )

    def _step(self, event: Event) -> None:
        score = f"AP50 {event['val_ap50']:.3f}"
        if self._task is not None:
            self._bar.update(self._task, completed=event["epoch"], total=event["epochs"], score=score)
        if not sys.stdout.isatty():
            self._console.print(
                f"  phase {event['phase']} epoch {event['epoch']}/{event['epochs']}: loss {event['loss']:.3f}, {score},"
                f" {event['seconds']:.1f} s",
                markup=False,
            )


def _started_line(event: Event) -> str:
    config = event["config"]
    return (
        f"Training {config['name']}: head {config['head']}, {config['size']} pixels, alpha {config['alpha']}"
    )


def _data_line(event: Event) -> str:
    return "\n".join(event["summary"])


def _phase_line(event: Event) -> str:
    done = event.get("resumed_after_epoch")
    resumed = f", going on after epoch {done} of the run that was stopped" if done else ""
    epochs = "1 epoch" if event["epochs"] == 1 else f"{event['epochs']} epochs"
    return f"Phase {event['phase']}: {PHASE_NAMES[event['phase']]}, {epochs}{resumed}"


def _evaluated_line(event: Event) -> str:
    threshold, photos = event["score_threshold"], event["photos"]
    empty = event["false_positives_per_empty_photo"]
    tail = "" if empty is None else f", {empty:.2f} false positives per empty photo"
    return (
        f"On {photos} held-out photos: AP50 {_number(event['ap50'])}, AP {_number(event['ap'])} "
        f"(score threshold {threshold:.3f}{tail})"
    )


def _exported_line(event: Event) -> str:
    ap50 = event.get("ap50")
    measured = f", AP50 {ap50:.3f}" if ap50 is not None else ""
    left_out = f"  LEFT OUT: {event['left_out']}" if event.get("left_out") else ""
    return f"  {event['kind']:<16} {event['size_bytes'] / 1e6:6.2f} MB{measured}{left_out}"


def _published_line(event: Event) -> str:
    return (
        f"Published {event['name']} version {event['version']} as {event['channel']}: open {event['report']}"
    )


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"
