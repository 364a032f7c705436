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


def make_event(name: str, /, **fields: Any) -> dict[str, Any]:
    """An event as it is written: its name, the time in UTC (RFC 3339), then its own fields."""
    return {"event": name, "time": datetime.now(UTC).isoformat(timespec="milliseconds"), **fields}


@dataclass(frozen=True, slots=True)
class EventLog:
    """Gives each event to the caller and, if asked for, to a file, a flushed line each."""

    on_event: OnEvent
    path: Path | None

    def __call__(self, event: Event) -> None:
        if self.path is not None:
            try:
                with self.path.open("a", encoding="utf-8") as lines:
                    lines.write(json_line(event))
            except OSError as error:
                raise StoreError(f"Cannot write the events to {self.path}: {error.strerror}.") from error
        self.on_event(event)


def json_line(event: Event) -> str:
    """The event as one line of JSON. Raises ValueError for numbers that JSON does not have."""
    return json.dumps(event, allow_nan=False, default=str) + "\n"
