"""Releases as a person reads them: tables on standard output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from detector.store import Channels
from jobs.registry.history import LoggedMove
from jobs.registry.record import ReleaseRecord
from jobs.release.gate import Check, GateResult
from jobs.release.gate.compare import OnProgress
from jobs.release.listing import Listing, VersionRow
from jobs.release.prune import Pruned
from jobs.release.rollout import Released

LOG_WIDTH = 160
"""Columns where there is no terminal: rows that are broken cannot be searched."""

_COLOURS = {"passed": "green", "refused": "red", "damaged": "bold red", "not measured": "yellow"}


def print_gate(result: GateResult) -> None:
    """The gate's table and verdict."""
    stable = "stable" if result.stable is None else f"stable {result.stable}"
    table = Table(title=f"{result.name}: may version {result.candidate} become stable?", title_justify="left")
    for heading in ("check", stable, f"version {result.candidate}", "rule", ""):
        table.add_column(heading, overflow="fold")
    for check in result.checks:
        table.add_row(*_gate_row(check))
    _console().print(table)


def _gate_row(check: Check) -> list[str]:
    cells = [escape(cell) for cell in (check.name, check.stable, check.candidate, check.rule)]
    return [*cells, f"[{_COLOURS[check.outcome]}]{check.outcome}[/]"]


def print_listing(listing: Listing, store: Path) -> None:
    """Versions, the release that is not finished if there is one, and the latest moves."""
    console = _console()
    if not listing.versions:
        console.print(
            f"There is no version of {listing.name} in {store} yet: `detector train` publishes one.",
            markup=False,
        )
        return
    table = Table(title=f"Versions of {listing.name} in {escape(str(store))}", title_justify="left")
    for heading in (
        "version",
        "channel",
        "created",
        "AP50",
        "false pos. / empty photo",
        "tflite f32",
        "int8",
        "all",
    ):
        table.add_column(heading, justify="left" if heading in ("channel", "created") else "right")
    table.add_column("on disk", overflow="fold")
    for row in listing.versions:
        table.add_row(*_version_row(row))
    console.print(table)
    if listing.unfinished is not None:
        console.print("\n".join(_unfinished_lines(listing.unfinished)), markup=False, style="yellow")
    for move in listing.moves:
        console.print(_move_line(move), markup=False, soft_wrap=True)


def _version_row(row: VersionRow) -> list[str]:
    loaded = ("loaded",) if row.is_configured and not row.channels else ()
    complete = "[green]complete[/]" if row.problem is None else f"[red]{escape(row.problem)}[/]"
    return [
        str(row.version),
        ", ".join((*row.channels, *loaded)),
        row.created or "",
        _number(row.ap50, ".3f"),
        _number(row.false_positives_per_empty_photo, ".2f"),
        _megabytes(row.kinds.get("tflite_f32")),
        _megabytes(row.kinds.get("tflite_int8")),
        _megabytes(row.size_bytes),
        complete,
    ]


def _unfinished_lines(record: ReleaseRecord) -> list[str]:
    moves = ", ".join(f"{move.channel} {_end(move.old)} to {_end(move.new)}" for move in record.moves)
    return [
        f"Unfinished: {record.action} ({moves}), begun by {record.by} at {record.started}, {record.phase}.",
        "The same command finishes it; `detector release rollback` takes it back.",
    ]


def _move_line(move: LoggedMove) -> str:
    forced = " (forced)" if move.fields.get("forced") else ""
    said = move.fields.get("reason")
    reason = f": {said}" if said else ""
    ends = f"{_end(move.old)} to {_end(move.new)}"
    return f"{move.time[:19]}  {move.by}  {move.action}{forced}  {move.channel} {ends}{reason}"


def moved_lines(released: Released) -> list[str]:
    """Where each channel points now, and where it pointed before."""
    if released.before == released.after:
        return [f"Nothing to do: {_channels(released.after)} already."]
    finished = "Finished" if released.resumed else "Done"
    return [f"{finished}: {_channels(released.after)}. Before: {_channels(released.before)}."]


def print_pruned(pruned: Pruned) -> None:
    """What went, and why the others stayed."""
    console = _console()
    verb = "Would delete" if pruned.dry_run else "Deleted"
    gone = ", ".join(map(str, pruned.deleted)) or "nothing"
    console.print(f"{verb} {gone} of {pruned.name}: {pruned.freed_bytes / 1e6:.1f} MB", markup=False)
    for version, why in pruned.kept.items():
        console.print(f"  kept {version}: {why}", markup=False)


@contextmanager
def photo_progress() -> Iterator[OnProgress]:
    """A bar over the held-out photos, on a terminal only."""
    console = Console(stderr=True)
    columns = (TextColumn("Comparing"), BarColumn(), MofNCompleteColumn(), TextColumn("photos"))
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None, visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=done < total)


def _console() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else LOG_WIDTH)


def _channels(channels: Channels) -> str:
    return ", ".join(f"{name} is {version}" for name, version in channels.items()) or "no channel is set"


def _end(version: int | None) -> str:
    return "none" if version is None else str(version)


def _number(value: float | None, spec: str) -> str:
    return "" if value is None else format(value, spec)


def _megabytes(size_bytes: int | None) -> str:
    return "" if size_bytes is None else f"{size_bytes / 1e6:.2f} MB"
