"""The log of channels as it can be read back: every move, oldest first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.files import reading


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
