"""`detector release promote`: through the gate, then to TensorFlow Serving, then to the channels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from detector.errors import InvalidRequestError, NotFoundError, ReleaseRefusedError
from detector.store import ChannelName, Channels, Store
from jobs.registry import Registry
from jobs.registry.history import read_history, taken_back
from jobs.registry.record import PROMOTE, START_CANARY, ReleaseRecord
from jobs.release.gate import GateResult, run_gate
from jobs.release.gate.compare import OnProgress
from jobs.release.journal import release_in_progress
from jobs.release.lock import releasing
from jobs.release.rollout import Released, check_follows, resume, roll_out
from services.serving.replicas import Say, ServingReplicas


@dataclass(frozen=True, slots=True)
class Force:
    """A person overrules the gate; the log keeps who and why."""

    reason: str | None


def promote(
    registry: Registry,
    name: str,
    version: int | None = None,
    *,
    canary: bool = False,
    serving: ServingReplicas | None = None,
    force: Force | None = None,
    trusted: Sequence[Ed25519PublicKey] | None = None,
    say: Say = lambda text: None,
    on_gate: Callable[[GateResult], None] = lambda result: None,
    on_progress: OnProgress = lambda done, total: None,
) -> Released:
    """Make `version` stable (or canary), by default the canary, else the newest above the stable one.

    A version that was taken back has to be named, so that a bare `promote` does not repeat what was just undone.
    A release of the same version that was killed is finished. What was promoted already is left alone, once each
    replica is seen to answer with it. With `trusted` keys, one of them must have signed the version.

    Raises:
        NotFoundError: no such version, or nothing to promote.
        ReleaseBusyError: somebody else is releasing this model.
        ReleaseRefusedError: the gate says no.
        ServingError: TensorFlow Serving cannot follow; everything is as before.
        InvalidRequestError: another release was killed and has to be finished or taken back first.
    """
    action = START_CANARY if canary else PROMOTE
    with releasing(registry, name, doing=f"{action} {version or ''}".strip()):
        unfinished = release_in_progress(registry, name)
        if unfinished is not None:
            _require_same(unfinished, action, version)
            return resume(registry, name, unfinished, serving, say=say)
        registry.recover(name)
        now = registry.channels(name)
        wanted = _default_version(registry, name, now) if version is None else version
        registry.manifest(name, wanted)
        after = _with_canary(now, wanted) if canary else _with_stable(now, wanted)
        if after == now:
            if serving is not None:
                check_follows(registry, name, {"canary" if canary else "stable": wanted}, serving)
            return Released(name, action, now, now)
        if serving is not None:
            serving.check_reachable(name)
        result = run_gate(registry, name, wanted, now.stable, trusted=trusted, on_progress=on_progress)
        on_gate(result)
        _refuse(result, canary=canary, force=force)
        details = {
            "gate": result.summary(),
            "forced": force is not None and not result.passed,
            "reason": force.reason if force is not None else None,
        }
        return roll_out(registry, name, after, action=action, details=details, serving=serving)


def _require_same(unfinished: ReleaseRecord, action: str, version: int | None) -> None:
    channel: ChannelName = "canary" if action == START_CANARY else "stable"
    wanted = {move.channel: move.new for move in unfinished.moves}.get(channel)
    if unfinished.action == action and version in (None, wanted):
        return
    moves = ", ".join(f"{m.channel} from {m.old or 'none'} to {m.new or 'none'}" for m in unfinished.moves)
    raise InvalidRequestError(
        f"A release begun by {unfinished.by} at {unfinished.started} is unfinished ({unfinished.action}: {moves}). "
        "Run that command again to finish it, or `detector release rollback` to take it back."
    )


def _default_version(store: Store, name: str, now: Channels) -> int:
    if now.canary is not None:
        return now.canary
    newer = [version for version in store.versions(name) if version > (now.stable or 0)]
    undone = taken_back(read_history(store.channel_log_path(name)))
    candidates = [version for version in newer if version not in undone]
    if candidates:
        return candidates[-1]
    if newer:
        raise NotFoundError(
            f"Nothing to promote: version {newer[-1]} of {name!r} is newer than the stable one, but was taken back. "
            f"`detector release promote {newer[-1]}` promotes it all the same."
        )
    if now.stable is None:
        raise NotFoundError(f"There is no version of {name!r} in {store.root}: run `detector train` first.")
    raise NotFoundError(
        f"Nothing to promote: version {now.stable} of {name!r} is stable, there is no canary and nothing newer. "
        "Name an older version to promote that."
    )


def _with_stable(now: Channels, version: int) -> Channels:
    """A canary that is no newer than what is stable now is none any more."""
    stays = now.canary is not None and now.canary > version
    return Channels(version, now.canary if stays else None)


def _with_canary(now: Channels, version: int) -> Channels:
    if now.stable is None:
        raise InvalidRequestError(
            "There is no stable version that a canary could be compared with: promote one first."
        )
    if version == now.stable:
        raise InvalidRequestError(f"Version {version} is stable: it cannot be its own canary.")
    return Channels(now.stable, version)


def _refuse(result: GateResult, *, canary: bool, force: Force | None) -> None:
    failed = ", ".join(check.name for check in result.failed)
    if not result.can_be_forced:
        reason = next(check.candidate for check in result.checks if check.outcome == "damaged")
        raise ReleaseRefusedError(
            f"Version {result.candidate} cannot be released, whatever the options: {reason}"
        )
    # A canary is there to find out; few phones see it.
    if result.passed or canary or force is not None:
        return
    raise ReleaseRefusedError(
        f"Version {result.candidate} did not pass the gate ({failed}); nothing was changed. To release it all the "
        "same: --force --reason '...', which the log keeps."
    )
