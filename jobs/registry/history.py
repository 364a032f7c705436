"""The log of channels read back: every move, oldest first, and what follows from them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.files import reading
from jobs.registry.record import ROLLBACK


@dataclass(frozen=True, slots=True)
class LoggedMove:
    """One line of the log. `fields` holds all that the line says, also what newer writers added."""

    time: str
    by: str
    action: str
    channel: str
    old: int | None
    new: int | None
    fields: Mapping[str, Any]

    @property
    def release(self) -> str | None:
        """The release that the move belongs to; None for a move that was no release."""
        found = self.fields.get("release")
        return found if isinstance(found, str) else None


def read_history(path: Path) -> tuple[LoggedMove, ...]:
    """The moves in the log at `path`, none when it is not there. Raises StoreError.

    Torn and foreign lines are passed over: a log that is damaged must not keep anyone from rolling back.
    """
    with reading(path):
        try:
            lines = path.read_bytes().splitlines()
        except FileNotFoundError:
            return ()
    return tuple(move for line in lines if (move := _logged_move(line)) is not None)


def earlier_stables(history: Sequence[LoggedMove], current: int | None) -> list[int]:
    """The versions that were stable before `current`, the latest last.

    A rollback undoes what it goes back over: going back twice does not lead to the version that was left first.
    """
    stack: list[int] = []
    for move in history:
        if move.channel != "stable" or move.new is None or move.new == move.old:
            continue
        if move.action == ROLLBACK and move.new in stack:
            del stack[_last(stack, move.new) + 1 :]
        elif stack[-1:] != [move.new]:
            stack.append(move.new)
    if current in stack:
        del stack[_last(stack, current) :]
    return [version for version in stack if version != current]


def taken_back(history: Sequence[LoggedMove]) -> set[int]:
    """The versions that were rolled back from and that nobody has released since."""
    found: set[int] = set()
    for move in history:
        if move.action == ROLLBACK and move.channel == "stable" and move.old is not None:
            found.add(move.old)
        if move.new is not None:
            found.discard(move.new)
    return found


def _logged_move(line: bytes) -> LoggedMove | None:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not isinstance(channel := fields.get("channel"), str):
        return None
    old, new = fields.get("from"), fields.get("to")
    if not (_is_version(old) and _is_version(new)):
        return None
    time, by, action = (str(fields.get(name) or "") for name in ("time", "by", "action"))
    return LoggedMove(time, by, action, channel, old, new, fields)


def _is_version(value: Any) -> bool:
    return value is None or (type(value) is int and value > 0)


def _last(stack: list[int], version: int) -> int:
    return len(stack) - 1 - stack[::-1].index(version)
