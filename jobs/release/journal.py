"""The journal of a release: its steps on disk, each of which survives being killed.

begin, switch_labels and commit are called in this order; in between the caller waits for TensorFlow Serving. Every step
is one record on disk, and models.config is written from it.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from detector.errors import StoreError
from detector.store import CHANNEL_NAMES, Channels, Store, current_actor
from jobs.registry import Registry
from jobs.registry.record import Move, Phase, ReleaseRecord, read_record


def release_in_progress(store: Store, name: str) -> ReleaseRecord | None:
    """The release that was begun and neither finished nor taken back. Raises StoreError."""
    record = read_record(store.release_record_path(name))
    return record if record is not None and record.in_progress else None


class ReleaseJournal:
    """The release of one model, of which there is at most one in progress."""

    __slots__ = ("_name", "_registry")

    def __init__(self, registry: Registry, name: str) -> None:
        self._registry = registry
        self._name = name

    def in_progress(self) -> ReleaseRecord | None:
        """See `release_in_progress`."""
        return release_in_progress(self._registry, self._name)

    def begin(
        self,
        after: Channels,
        *,
        action: str,
        serving: tuple[str, ...] = (),
        broken: frozenset[int] = frozenset(),
        details: Mapping[str, Any] | None = None,
        actor: str | None = None,
    ) -> ReleaseRecord:
        """Have the versions of `after` loaded beside those of now; labels and channels stay.

        What TensorFlow Serving could not load (`broken`) is left out, unless it is what is wanted or stable now.
        Raises NotFoundError for a version that is not complete, StoreError while another release is in progress or
        when no channel would move.
        """
        with self._registry.change(self._name) as change:
            change.recover()
            if (other := self.in_progress()) is not None:
                raise StoreError(
                    f"A release of {self._name!r} is under way, begun by {other.by} at {other.started}."
                )
            moves = _moves(self._registry.channels(self._name), after)
            if not moves:
                raise StoreError(f"The channels of {self._name!r} are that way already.")
            for _, version in after.items():
                self._registry.require_version(self._name, version)
            record = ReleaseRecord(
                release=uuid.uuid4().hex[:12],
                action=action,
                by=actor or current_actor(),
                started=datetime.now(UTC).isoformat(timespec="seconds"),
                moves=moves,
                phase="loading",
                serving=serving,
                details=details or {},
            )
            return change.save_release(self._without(record, broken))

    def switch_labels(self, *, broken: frozenset[int] = frozenset()) -> ReleaseRecord:
        """Have the labels point where the channels are to point; channels.json stays."""
        with self._registry.change(self._name) as change:
            record = self._required("loading", "switching")
            return change.save_release(self._without(replace(record, phase="switching"), broken))

    def commit(self) -> ReleaseRecord:
        """Move the channels, log it and be done. From here on nothing but a full disk stops the release."""
        with self._registry.change(self._name) as change:
            committed = replace(self._required("loading", "switching"), phase="committed")
            return change.finish_release(change.save_release(committed))

    def abort(self, *, reason: str) -> ReleaseRecord:
        """Undo what TensorFlow Serving was told; the log says that, why, and which move was wanted."""
        with self._registry.change(self._name) as change:
            record = self._required("loading", "switching")
            # The record goes last: killed before that, the same command does it again.
            change.config.write_model(self._name, change.config.served_model(self._name, None))
            for move in record.moves:
                change.files.log(
                    {
                        "by": current_actor(),
                        "action": f"{record.action} taken back",
                        "channel": move.channel,
                        "from": move.old,
                        "to": move.old,
                        "wanted": move.new,
                        "reason": reason,
                        "release": record.release,
                    }
                )
            change.forget_release()
            return record

    def unload_previous(self) -> None:
        """After a release: no longer have loaded what the channels pointed to before it."""
        with self._registry.change(self._name) as change:
            if self.in_progress() is None:
                change.forget_release()
                change.config.write()

    def _without(self, record: ReleaseRecord, broken: frozenset[int]) -> ReleaseRecord:
        # The stable version stays, also where it is reported broken: a replica that did not answer may have it loaded.
        needed = {*record.targets, self._registry.channels(self._name).stable}
        return replace(record, broken=(record.broken | broken) - needed)

    def _required(self, *phases: Phase) -> ReleaseRecord:
        record = self.in_progress()
        if record is None or record.phase not in phases:
            raise StoreError(f"No release of {self._name!r} is under way: another process has ended it.")
        return record


def _moves(now: Channels, after: Channels) -> tuple[Move, ...]:
    ends = ((name, getattr(now, name), getattr(after, name)) for name in CHANNEL_NAMES)
    return tuple(Move(name, old, new) for name, old, new in ends if old != new)
