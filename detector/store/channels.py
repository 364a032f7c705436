"""Channels: names that point to versions, moved by people and by publishing, with a log of every move."""

import getpass
import json
import os
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from detector.errors import NotFoundError, StoreError
from detector.files import append_line, reading, write_atomic

ChannelName = Literal["stable", "canary"]
CHANNEL_NAMES: tuple[ChannelName, ...] = get_args(ChannelName)

ACTOR_VARIABLE = "DETECTOR_ACTOR"


@dataclass(frozen=True, slots=True)
class Channels:
    """Which version each channel points to; None while it points to none."""

    stable: int | None = None
    canary: int | None = None

    def items(self) -> tuple[tuple[ChannelName, int], ...]:
        """The channels that point to a version, with it."""
        pairs: tuple[tuple[ChannelName, int | None], ...] = (("stable", self.stable), ("canary", self.canary))
        return tuple((name, version) for name, version in pairs if version is not None)

    def version(self, channel: str) -> int:
        """The version that `channel` points to. Raises NotFoundError."""
        for name, version in self.items():
            if name == channel:
                return version
        there = ", ".join(name for name, _ in self.items()) or "none"
        raise NotFoundError(f"There is no channel {channel!r}; channels with a version: {there}.")

    def moved(self, channel: ChannelName, version: int | None) -> "Channels":
        """The same with `channel` pointing to `version`."""
        return replace(self, stable=version) if channel == "stable" else replace(self, canary=version)

    def with_published(self, version: int) -> "Channels":
        """After `version` was published: the first becomes stable, a later one canary if none is set."""
        if version in (self.stable, self.canary):
            return self
        if self.stable is None:
            return Channels(version, self.canary)
        return Channels(self.stable, version if self.canary is None else self.canary)


def read_channels(path: Path) -> Channels:
    """The channels in `path`, none when it is not there; unknown names are ignored. Raises StoreError."""
    with reading(path):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return Channels()
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path} is not JSON ({error}): restore it from the log beside it.") from error
    if not isinstance(fields, dict):
        raise StoreError(
            f'{path} must be like {{"stable": 3, "canary": 4}}: restore it from the log beside it.'
        )
    return Channels(*(_version(fields.get(name), name, path) for name in CHANNEL_NAMES))


def write_channels(path: Path, channels: Channels) -> None:
    """Replace `path` whole. The caller holds the store's lock. Raises StoreError."""
    write_atomic(path, f"{json.dumps(dict(channels.items()))}\n".encode())


def log_moves(
    path: Path,
    before: Channels,
    after: Channels,
    *,
    action: str,
    actor: str | None,
    details: Mapping[str, Any] | None = None,
    logged: Collection[tuple[str, int | None]] = (),
) -> None:
    """Append a JSON line for each channel that moves: when, who, why, from which version to which.

    `details` are further fields of each line. `logged` are moves that the log has already, as channel and new version:
    their process was killed after it had written them.
    """
    for name in CHANNEL_NAMES:
        old, new = getattr(before, name), getattr(after, name)
        if old != new and (name, new) not in logged:
            move = {"by": actor or current_actor(), "action": action, "channel": name, "from": old, "to": new}
            log_line(path, {**move, **(details or {})})


def log_line(path: Path, fields: Mapping[str, Any]) -> None:
    """Append one JSON line with the time and `fields`."""
    append_line(path, json.dumps({"time": _now(), **fields}, ensure_ascii=False))


def current_actor() -> str:
    """DETECTOR_ACTOR, else user@host of this process, which says little in a container."""
    if named := os.environ.get(ACTOR_VARIABLE):
        return named
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


def _version(value: Any, name: str, path: Path) -> int | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise StoreError(f"{path}: {name!r} is {value!r}, not a version: restore it from the log beside it.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
