"""Carrying out a release: versions, labels, proof, channels. Each step can be killed and taken up again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from detector.errors import DetectorError, ServingError
from detector.store import Channels, Handover, Store
from jobs.release.serving import Serving


@dataclass(frozen=True, slots=True)
class Released:
    """Where the channels point now, and where they pointed before."""

    name: str
    action: str
    before: Channels
    after: Channels
    resumed: bool = False
    details: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.name,
            "action": self.action,
            "before": dict(self.before.items()),
            "after": dict(self.after.items()),
            "resumed": self.resumed,
            **(self.details or {}),
        }


def carry_out(
    store: Store,
    name: str,
    after: Channels,
    *,
    action: str,
    details: Mapping[str, Any],
    serving: Serving | None,
) -> Released:
    """Move the channels to `after`. The caller holds the release lock.

    Raises ServingError when TensorFlow Serving cannot follow; then everything is as before.
    """
    before = store.channels(name)
    steps = store.handovers(name)
    if serving is None:
        handover = steps.begin(after, action=action, details=details)
    else:
        serving.check_reachable(name)
        broken, targets = serving.broken(name), serving.targets
        handover = steps.begin(after, action=action, serving=targets, broken=broken, details=details)
        for channel, version in before.items():
            if version in handover.broken:
                serving.say(f"Left out of models.config: {channel} {version}, which it could not load")
    finish(store, name, handover, serving)
    return Released(name, action, before, store.channels(name), details=details)


def finish(store: Store, name: str, handover: Handover, serving: Serving | None) -> None:
    """Take a release from where it is to its end.

    Raises ServingError when TensorFlow Serving cannot follow: it is taken back then.
    """
    steps = store.handovers(name)
    if serving is not None:
        # Killed between the record and this file, it says what it said before.
        store.write_serving_config()
        try:
            _lead(store, name, handover, serving)
        except ServingError as error:
            steps.take_back(reason=error.message)
            raise ServingError(f"{error.message} The release was taken back: nothing has changed.") from error
    steps.commit()


def _lead(store: Store, name: str, handover: Handover, serving: Serving) -> None:
    """TensorFlow Serving first: a channel never says what it does not do."""
    # Only what moves: a canary that is broken must not keep anyone from rolling back.
    labels: dict[str, int] = {m.channel: m.new for m in handover.moves if m.new is not None}
    sizes = _sizes(store, name, labels.values())
    if handover.phase == "loading":
        serving.wait_loaded(name, sizes)
        store.handovers(name).switch(broken=serving.broken(name))
    serving.wait_labels(name, labels, sizes)


def check_follows(store: Store, name: str, labels: Mapping[str, int], serving: Serving) -> None:
    """See that each replica answers by labels that are not to be moved.

    Raises ServingError, which says what to do, when one does not.
    """
    sizes = _sizes(store, name, labels.values())
    try:
        serving.wait_loaded(name, sizes)
        serving.wait_labels(name, labels, sizes)
    except ServingError as error:
        raise ServingError(
            f"{error.message} The channels are that way already: nothing was moved. If they were moved without "
            "--serving, restart TensorFlow Serving: running, it refuses to move a label to a version that it has not "
            "loaded, with everything else that models.config says; a cold start accepts it."
        ) from error


def take_back(store: Store, name: str, serving: Serving | None) -> Released:
    """Undo a release that was begun and not finished. The caller holds the release lock.

    Raises ServingError when the replicas do not answer by the old labels; models.config has them all the same.
    """
    handover = store.handovers(name).take_back(reason="taken back by a rollback")
    channels = store.channels(name)
    if serving is not None:
        labels: dict[str, int] = {m.channel: m.old for m in handover.moves if m.old is not None}
        try:
            serving.wait_labels(name, labels, _sizes(store, name, labels.values()))
        except DetectorError as error:
            raise ServingError(f"The release was taken back in models.config. {error.message}") from error
    return Released(name, "rollback", handover.applied(channels), channels)


def _sizes(store: Store, name: str, versions: Iterable[int]) -> dict[int, int]:
    """Image size by version."""
    return {version: store.manifest(name, version).input.width for version in sorted(set(versions))}
