"""The rollout of a release: versions, labels, proof, channels. Each step can be killed and taken up again."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from detector.errors import DetectorError, ServingError
from detector.store import Channels
from jobs.registry import Registry
from jobs.registry.record import ROLLBACK, ReleaseRecord
from jobs.release.journal import ReleaseJournal
from services.serving.replicas import Say, ServingReplicas


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


def roll_out(
    registry: Registry,
    name: str,
    after: Channels,
    *,
    action: str,
    details: Mapping[str, Any],
    serving: ServingReplicas | None,
) -> Released:
    """Move the channels to `after`. The caller holds the release lock.

    Raises ServingError when TensorFlow Serving cannot follow; then everything is as before.
    """
    before = registry.channels(name)
    journal = ReleaseJournal(registry, name)
    if serving is None:
        record = journal.begin(after, action=action, details=details)
    else:
        serving.check_reachable(name)
        broken, targets = serving.broken(name), serving.targets
        record = journal.begin(after, action=action, serving=targets, broken=broken, details=details)
        for channel, version in before.items():
            if version in record.broken:
                serving.say(f"Left out of models.config: {channel} {version}, which it could not load")
    finish(registry, name, record, serving)
    return Released(name, action, before, registry.channels(name), details=details)


def finish(registry: Registry, name: str, record: ReleaseRecord, serving: ServingReplicas | None) -> None:
    """Take a release from where it is to its end.

    Raises ServingError when TensorFlow Serving cannot follow: it is taken back then.
    """
    journal = ReleaseJournal(registry, name)
    if serving is not None:
        # Killed between the record and this file, it says what it said before.
        registry.write_serving_config()
        try:
            _lead_replicas(registry, name, record, serving)
        except ServingError as error:
            journal.abort(reason=error.message)
            raise ServingError(f"{error.message} The release was taken back: nothing has changed.") from error
    journal.commit()


def _lead_replicas(registry: Registry, name: str, record: ReleaseRecord, serving: ServingReplicas) -> None:
    """TensorFlow Serving first: a channel never says what it does not do."""
    # Only what moves: a canary that is broken must not keep anyone from rolling back.
    labels: dict[str, int] = {m.channel: m.new for m in record.moves if m.new is not None}
    sizes = _sizes(registry, name, labels.values())
    if record.phase == "loading":
        serving.wait_loaded(name, sizes)
        ReleaseJournal(registry, name).switch_labels(broken=serving.broken(name))
    serving.wait_labels(name, labels, sizes)


def check_follows(registry: Registry, name: str, labels: Mapping[str, int], serving: ServingReplicas) -> None:
    """See that each replica answers by labels that are not to be moved.

    Raises ServingError, which says what to do, when one does not.
    """
    sizes = _sizes(registry, name, labels.values())
    try:
        serving.wait_loaded(name, sizes)
        serving.wait_labels(name, labels, sizes)
    except ServingError as error:
        raise ServingError(
            f"{error.message} The channels are that way already: nothing was moved. If they were moved without "
            "--serving, restart TensorFlow Serving: running, it refuses to move a label to a version that it has not "
            "loaded, with everything else that models.config says; a cold start accepts it."
        ) from error


def take_back(registry: Registry, name: str, serving: ServingReplicas | None) -> Released:
    """Undo a release that was begun and not finished. The caller holds the release lock.

    Raises ServingError when the replicas do not answer by the old labels; models.config has them all the same.
    """
    record = ReleaseJournal(registry, name).abort(reason="taken back by a rollback")
    channels = registry.channels(name)
    if serving is not None:
        labels: dict[str, int] = {m.channel: m.old for m in record.moves if m.old is not None}
        try:
            serving.wait_labels(name, labels, _sizes(registry, name, labels.values()))
        except DetectorError as error:
            raise ServingError(f"The release was taken back in models.config. {error.message}") from error
    return Released(name, ROLLBACK, record.channels_after(channels), channels)


def resume(
    registry: Registry,
    name: str,
    record: ReleaseRecord,
    serving: ServingReplicas | None,
    *,
    serving_is_down: bool = False,
    say: Say,
) -> Released:
    """Take a release that was killed to its end. The caller holds the release lock.

    Raises ServingError when TensorFlow Serving cannot follow: it is taken back then.
    """
    say(f"Finishing the release that {record.by} began at {record.started}")
    before = record.channels_before(registry.channels(name))
    if record.phase == "committed":
        registry.recover(name)
    else:
        with replicas_for(record, serving, serving_is_down=serving_is_down, say=say) as found:
            finish(registry, name, record, found)
    after = registry.channels(name)
    return Released(name, record.action, before, after, resumed=True, details=record.details)


@contextmanager
def replicas_for(
    record: ReleaseRecord, given: ServingReplicas | None, *, serving_is_down: bool = False, say: Say
) -> Iterator[ServingReplicas | None]:
    """`given`, else those that the release itself named: half of it must not go by without them.

    None where they are down.
    """
    if serving_is_down:
        yield None
    elif given is not None or not record.serving:
        yield given
    else:
        with ServingReplicas(record.serving, say=say) as serving:
            yield serving


def _sizes(registry: Registry, name: str, versions: Iterable[int]) -> dict[int, int]:
    """Image size by version."""
    return {version: registry.manifest(name, version).input.width for version in sorted(set(versions))}
