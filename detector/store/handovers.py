"""The steps of a release in the store, each of which survives being killed.

begin, switch and commit are called in this order; in between the caller waits for TensorFlow Serving. Every step is
one record on disk, and models.config is written from it.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from detector.errors import StoreError
from detector.files import remove_file
from detector.store.channels import CHANNEL_NAMES, Channels, current_actor, log_line
from detector.store.handover import Handover, Move, Phase, read_handover, write_handover

if TYPE_CHECKING:
    from detector.store.store import Store


class Handovers:
    """The release of one model, of which there is at most one under way."""

    __slots__ = ("_name", "_store")

    def __init__(self, store: "Store", name: str) -> None:
        self._store = store
        self._name = name

    def under_way(self) -> Handover | None:
        """The release that was begun and neither finished nor taken back. Raises StoreError."""
        record = read_handover(self._store._layout.handover(self._name))
        return record if record is not None and record.is_under_way else None

    def begin(
        self,
        after: Channels,
        *,
        action: str,
        serving: tuple[str, ...] = (),
        broken: frozenset[int] = frozenset(),
        details: Mapping[str, Any] | None = None,
        actor: str | None = None,
    ) -> Handover:
        """Have the versions of `after` loaded beside those of now; labels and channels stay.

        What TensorFlow Serving could not load (`broken`) is left out, unless it is what is wanted or stable now.
        Raises NotFoundError for a version that is not complete, StoreError while another release is under way or
        when no channel would move.
        """
        store, name = self._store, self._name
        with store._writing():
            store._recover(name)
            if (other := self.under_way()) is not None:
                raise StoreError(
                    f"A release of {name!r} is under way, begun by {other.by} at {other.started}."
                )
            now = store.channels(name)
            moves = _moves(now, after)
            if not moves:
                raise StoreError(f"The channels of {name!r} are that way already.")
            for _, version in after.items():
                store._require(name, version)
            handover = Handover(
                release=uuid.uuid4().hex[:12],
                action=action,
                by=actor or current_actor(),
                started=datetime.now(UTC).isoformat(timespec="seconds"),
                moves=moves,
                phase="loading",
                serving=serving,
                details=details or {},
            )
            return self._record(self._without(handover, broken))

    def switch(self, *, broken: frozenset[int] = frozenset()) -> Handover:
        """Have the labels point where the channels are to point; channels.json stays."""
        with self._store._writing():
            handover = self._required("loading", "switching")
            return self._record(self._without(replace(handover, phase="switching"), broken))

    def commit(self) -> Handover:
        """Move the channels, log it and be done. From here on nothing but a full disk stops the release."""
        with self._store._writing():
            committed = self._record(replace(self._required("loading", "switching"), phase="committed"))
            return self._finish(committed)

    def take_back(self, *, reason: str) -> Handover:
        """Undo what TensorFlow Serving was told; the log says that, why, and which move was wanted."""
        store, name = self._store, self._name
        with store._writing():
            handover = self._required("loading", "switching")
            # The record goes last: killed before that, the same command does it again.
            store._write_serving_config({**store.served_models(), name: store._served(name, None)})
            for move in handover.moves:
                fields = {
                    "by": current_actor(),
                    "action": f"{handover.action} taken back",
                    "channel": move.channel,
                    "from": move.old,
                    "to": move.old,
                    "wanted": move.new,
                    "reason": reason,
                    "release": handover.release,
                }
                log_line(store.channel_log_path(name), fields)
            remove_file(store._layout.handover(name))
            return handover

    def let_go(self) -> None:
        """After a release: no longer have loaded what the channels pointed to before it."""
        with self._store._writing():
            if self.under_way() is None:
                remove_file(self._store._layout.handover(self._name))
                self._store._write_serving_config(self._store.served_models())

    def roll_forward(self) -> None:
        """Finish a release that was killed after it was committed. The caller holds the store's lock."""
        if (handover := self.under_way()) is not None and handover.phase == "committed":
            self._finish(handover)

    def _record(self, handover: Handover) -> Handover:
        write_handover(self._store._layout.handover(self._name), handover)
        self._store._write_serving_config(self._store.served_models())
        return handover

    def _without(self, handover: Handover, broken: frozenset[int]) -> Handover:
        # The stable version stays, also where it is reported broken: a replica that did not answer may have it loaded.
        needed = {*handover.targets, self._store.channels(self._name).stable}
        return replace(handover, broken=(handover.broken | broken) - needed)

    def _finish(self, handover: Handover) -> Handover:
        channels = handover.applied(self._store.channels(self._name))
        details = {**handover.details, "release": handover.release}
        self._store._move_channels(
            self._name, channels, action=handover.action, actor=handover.by, details=details
        )
        done = replace(handover, phase="done")
        # The record goes last: killed before that, the same command still knows what it was about.
        store = self._store
        store._write_serving_config({**store.served_models(), self._name: store._served(self._name, done)})
        write_handover(store._layout.handover(self._name), done)
        return done

    def _required(self, *phases: Phase) -> Handover:
        handover = self.under_way()
        if handover is None or handover.phase not in phases:
            raise StoreError(f"No release of {self._name!r} is under way: another process has ended it.")
        return handover


def _moves(now: Channels, after: Channels) -> tuple[Move, ...]:
    ends = ((name, getattr(now, name), getattr(after, name)) for name in CHANNEL_NAMES)
    return tuple(Move(name, old, new) for name, old, new in ends if old != new)
