"""Training events: JSON lines for machines, the source of the progress bar for people."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from detector.errors import StoreError

Event = Mapping[str, Any]
OnEvent = Callable[[Event], None]

INTERRUPTED = "interrupted"
"""The code of the event `failed` of a training that was stopped from outside."""


def make_event(name: str, /, **fields: Any) -> dict[str, Any]:
    """An event as it is written: its name, the time in UTC (RFC 3339), then its own fields."""
    return {"event": name, "time": datetime.now(UTC).isoformat(timespec="milliseconds"), **fields}


@dataclass(frozen=True, slots=True)
class EventLog:
    """Gives each event to the caller, then, if asked for, to a file, a flushed line each.

    Raises:
        StoreError: the file cannot be written; the caller has the event all the same.
    """

    on_event: OnEvent
    path: Path | None

    def __call__(self, event: Event) -> None:
        self.on_event(event)
        if self.path is not None:
            self._append(self.path, json_line(event))

    def _append(self, path: Path, line: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as lines:
                lines.write(line)
        except OSError as error:
            raise StoreError(f"Cannot write the events to {path}: {error.strerror}.") from error


def json_line(event: Event) -> str:
    """The event as one line of JSON. Raises ValueError for numbers that JSON does not have."""
    return json.dumps(event, allow_nan=False, default=str) + "\n"
