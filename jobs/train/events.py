"""Training events: JSON lines for machines, the source of the progress bar for people (DESIGN section 11)."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Event = Mapping[str, Any]
OnEvent = Callable[[Event], None]


def make_event(name: str, **fields: Any) -> dict[str, Any]:
    """An event as it is written: its name, the time in UTC (RFC 3339), then its own fields."""
    return {"event": name, "time": datetime.now(UTC).isoformat(timespec="milliseconds"), **fields}


def append_line(path: Path, event: Event) -> None:
    """Append one event as a JSON line; each line is flushed so that a killed run keeps what it said."""
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(event, allow_nan=False) + "\n")
