"""What a command is doing, for people: a bar on a terminal and nothing in a log; training events also as plain
lines in a log, with a line in between where a step takes long, or as JSON lines on request."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from jobs.cli.heartbeat import INTERVAL_S, Heartbeat
from jobs.train.events import Event, json_line

SPEED_PERIOD_S = 3600.0
"""Epochs of this long are reckoned with; by rich's own 30 seconds slow ones would never get an estimate."""
STEPS_AFTER: dict[str, str | None] = {
    "started": "Reading the data", "data": "Building the network", "phase": None, "published": None, "failed": None,
}  # fmt: skip
"""What goes on after an event until the next one, where that may take a while and no bar of epochs says it."""
LAST_PHASE = 2
AFTER_TRAINING = "Exporting and measuring every kind"
PHASE_NAMES = {1: "head on the frozen base", 2: "head and the last blocks of the base"}


class EventDisplay(Protocol):
    """Shows each training event, and between them how many photos have been read."""

    def __call__(self, event: Event) -> None: ...

    def reading(self, done: int, total: int) -> None: ...


@contextmanager
def show_events(
    *, as_json: bool, first_step: str | None = None, silence_s: float = INTERVAL_S
) -> Iterator[EventDisplay]:
    """Prints events to standard output until the context closes.

    `first_step` is what goes on before the first event; a log is silent for at most `silence_s`.
    """
    if as_json:
        yield _JsonLines()
        return
    console = Console(highlight=False, soft_wrap=True)
    with _bar(console, shown=sys.stdout.isatty()) as bar:
        steps = Steps(bar)
        heartbeat = Heartbeat(
            lambda: steps.doing, lambda line: console.print(line, markup=False), interval_s=silence_s
        )
        try:
            steps.begin(first_step)
            with nullcontext() if sys.stdout.isatty() else heartbeat:
                yield _Printer(console, bar, steps, heartbeat)
        finally:
            steps.begin(None)


@contextmanager
def show_steps() -> Iterator["Steps"]:
    """Steps on standard error, so that standard output holds the result alone; nothing where it is no terminal."""
    with _bar(Console(stderr=True), shown=sys.stderr.isatty()) as bar:
        steps = Steps(bar)
        try:
            yield steps
        finally:
            steps.begin(None)


def _bar(console: Console, *, shown: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]}"),
        TimeRemainingColumn(elapsed_when_finished=True), TextColumn("{task.fields[score]}"),
        console=console, disable=not shown, speed_estimate_period=SPEED_PERIOD_S,
    )  # fmt: skip


class Steps:
    """The step that is going on, as a line of a bar: with the time left where it is known how much there is to do."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID | None = None
        self._counting = ""
        self.doing: str | None = None
        """What goes on, for a log: the step, or what the owner of the bar has put here since it began."""

    def begin(self, step: str | None) -> None:
        """Show a step of unknown length in the place of the last one; None: show none."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = None if step is None else self._bar.add_task(step, total=None, count="", score="")
        self._counting = ""
        self.doing = step

    def count(self, step: str, done: int, total: int) -> None:
        """Show that `done` of `total` photos have been through this step."""
        count = f"{done}/{total} photos"
        if self._counting != step or self._task is None:
            self.begin(None)
            self._task = self._bar.add_task(step, total=total, count=count, score="")
            self._counting = step
        self._bar.update(self._task, completed=done, count=count)
        self.doing = f"{step}, {count}"

    def reading(self, done: int, total: int) -> None:
        """Show how many photos of a dataset have been read; then they are compared with each other."""
        self.count("Reading photos", done, total)
        if done == total:
            self.begin("Comparing photos")


class _JsonLines:
    """Events as JSON lines."""

    def __call__(self, event: Event) -> None:
        print(json_line(event), end="", flush=True)

    def reading(self, done: int, total: int) -> None:
        """Photos that have been read are no event."""


class _Printer:
    """Turns each event into a line or a step of the bar."""

    def __init__(self, console: Console, bar: Progress, steps: Steps, heartbeat: Heartbeat) -> None:
        self._console = console
        self._heartbeat = heartbeat
        self._bar = bar
        self._steps = steps
        self._task: TaskID | None = None
        self._lines: dict[str, Callable[[Event], str]] = {
            "started": _started_line,
            "data": _data_line,
            "phase": _phase_line,
            "evaluated": _evaluated_line,
            "exported": _exported_line,
            "published": _published_line,
        }

    def reading(self, done: int, total: int) -> None:
        self._steps.reading(done, total)

    def __call__(self, event: Event) -> None:
        name = event["event"]
        if name in STEPS_AFTER:
            self._steps.begin(STEPS_AFTER[name])
        if name == "phase":
            self._begin_phase(event)
        if name == "epoch":
            self._step(event)
        elif name in self._lines:
            self._console.print(self._lines[name](event), markup=False)
        self._heartbeat.reset()

    def _begin_phase(self, event: Event) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
        # Epochs of the run that was stopped took no time now: counted as done, they would falsify the estimate.
        done = event.get("resumed_after_epoch", 0)
        self._task = self._bar.add_task(
            f"phase {event['phase']}", total=event["epochs"], completed=done, count="", score=""
        )
        self._show_epochs(done, event["epochs"])
        self._expect_epoch(event["phase"], done + 1, event["epochs"])

    def _expect_epoch(self, phase: int, epoch: int, epochs: int) -> None:
        if epoch <= epochs:
            self._steps.doing = f"phase {phase} epoch {epoch}/{epochs}"
        elif phase == LAST_PHASE:
            self._steps.begin(AFTER_TRAINING)

    def _show_epochs(self, done: int, total: int) -> None:
        if self._task is not None:
            self._bar.update(self._task, count=f"{done}/{total} epochs")

    def _step(self, event: Event) -> None:
        score = f"AP50 {event['val_ap50']:.3f}"
        if self._task is not None:
            self._bar.update(self._task, completed=event["epoch"], total=event["epochs"], score=score)
            self._show_epochs(event["epoch"], event["epochs"])
        if not sys.stdout.isatty():
            self._console.print(
                f"  phase {event['phase']} epoch {event['epoch']}/{event['epochs']}: loss {event['loss']:.3f}, {score},"
                f" {event['seconds']:.1f} s",
                markup=False,
            )
        self._expect_epoch(event["phase"], event["epoch"] + 1, event["epochs"])


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
