"""The record of a release: which channels move from where to where, and how far it got.

The record is written before TensorFlow Serving is told anything. So what models.config must say follows from the
files of the store at any time, whoever writes it next, and a release whose process was killed can be finished or
taken back. The record of the last release stays: what its channels pointed to before is still loaded, for gateways
that have not heard of the move yet and for a rollback that need not load anything.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from detector.errors import StoreError
from detector.files import reading, write_atomic
from detector.store.channels import CHANNEL_NAMES, ChannelName, Channels
from services.serving.model_config import ServedModel

PROMOTE, START_CANARY = "promote", "start canary"
ROLLBACK, STOP_CANARY = "rollback", "stop canary"
"""Actions, as the record and the log have them."""

Phase = Literal["loading", "switching", "committed", "done"]
"""loading: the versions are loaded beside the old ones, labels stay. switching: labels move, versions stay.
committed: it will be finished by whoever writes the store next. done: as it says."""


@dataclass(frozen=True, slots=True)
class Move:
    """A channel that goes from `old` to `new`; None is no version."""

    channel: ChannelName
    old: int | None
    new: int | None


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """One release. `serving` are the targets of TensorFlow Serving, `details` what the log is to say of it.

    `broken` are versions that no replica could load: it refuses every configuration that moves a label to one of those.
    """

    release: str
    action: str
    by: str
    started: str
    moves: tuple[Move, ...]
    phase: Phase
    serving: tuple[str, ...] = ()
    broken: frozenset[int] = frozenset()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def in_progress(self) -> bool:
        """Whether the change is begun and not done: recovery finishes it or takes it back."""
        return self.phase != "done"

    @property
    def targets(self) -> frozenset[int]:
        """The versions that it moves to."""
        return frozenset(move.new for move in self.moves if move.new is not None)

    @property
    def versions(self) -> frozenset[int]:
        """All versions that it moves from or to."""
        ends = (end for move in self.moves for end in (move.old, move.new))
        return frozenset(version for version in ends if version is not None)

    def channels_after(self, channels: Channels) -> Channels:
        """`channels` after the release. A channel that it does not move stays as it is by now."""
        for move in self.moves:
            channels = channels.moved(move.channel, move.new)
        return channels

    def channels_before(self, channels: Channels) -> Channels:
        """`channels` before the release. A channel that it does not move is taken to be as it was."""
        for move in self.moves:
            channels = channels.moved(move.channel, move.old)
        return channels

    def served_model(self, channels: Channels, complete: tuple[int, ...]) -> ServedModel:
        """What TensorFlow Serving is to load and to answer to, while channels.json says `channels`."""
        loadable = set(complete) - self.broken
        labelled = self.channels_after(channels) if self.phase in ("switching", "committed") else channels
        labels: dict[str, int] = {name: version for name, version in labelled.items() if version in loadable}
        versions = (
            {version for _, version in channels.items()} | set(labels.values()) | self._still_loaded(channels)
        )
        return ServedModel(tuple(sorted(versions & loadable)), labels)

    def _still_loaded(self, channels: Channels) -> frozenset[int]:
        if self.in_progress:
            return self.versions
        now = dict(channels.items())
        stayed = (move for move in self.moves if now.get(move.channel) == move.new)
        return frozenset(move.old for move in stayed if move.old is not None)


def read_record(path: Path) -> ReleaseRecord | None:
    """The record in `path`, None when there is none. Raises StoreError."""
    with reading(path):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        return _parsed(json.loads(content))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreError(
            f"{path} is not the record of a release ({error}): delete it, then release again."
        ) from error


def write_record(path: Path, record: ReleaseRecord) -> None:
    """Replace the record. The caller holds the store's lock. Raises StoreError."""
    fields = {
        "release": record.release,
        "action": record.action,
        "by": record.by,
        "started": record.started,
        "moves": [{"channel": move.channel, "from": move.old, "to": move.new} for move in record.moves],
        "phase": record.phase,
        "serving": list(record.serving),
        "broken": sorted(record.broken),
        "details": dict(record.details),
    }
    write_atomic(path, f"{json.dumps(fields, ensure_ascii=False, indent=2)}\n".encode())


def _parsed(fields: Any) -> ReleaseRecord:
    return ReleaseRecord(
        release=str(fields["release"]),
        action=str(fields["action"]),
        by=str(fields["by"]),
        started=str(fields["started"]),
        moves=tuple(_move(move) for move in fields["moves"]),
        phase=_one_of(fields["phase"], get_args(Phase)),
        serving=tuple(str(target) for target in fields["serving"]),
        broken=frozenset(int(version) for version in fields["broken"]),
        details=dict(fields["details"]),
    )


def _move(fields: Any) -> Move:
    ends = (fields["from"], fields["to"])
    if not all(end is None or (type(end) is int and end > 0) for end in ends):
        raise ValueError(f"{ends} are no versions")
    return Move(_one_of(fields["channel"], CHANNEL_NAMES), *ends)


def _one_of(value: Any, known: tuple[Any, ...]) -> Any:
    if value not in known:
        raise ValueError(f"{value!r} is none of {', '.join(known)}")
    return value
