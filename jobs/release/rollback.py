"""`detector release rollback`: back to the version that was stable before, without a gate."""

from detector.errors import NotFoundError
from detector.manifest import validate_manifest
from detector.store import Channels, Store
from jobs.registry import Registry
from jobs.registry.history import earlier_stables, read_history
from jobs.registry.record import ROLLBACK, STOP_CANARY
from jobs.release.journal import ReleaseJournal, release_in_progress
from jobs.release.lock import releasing, require_model
from jobs.release.rollout import Released, replicas_for, resume, roll_out, take_back
from services.serving.replicas import Say, ServingReplicas


def rollback(
    registry: Registry,
    name: str,
    *,
    canary: bool = False,
    serving: ServingReplicas | None = None,
    serving_is_down: bool = False,
    say: Say = lambda text: None,
) -> Released:
    """Point stable to the version before, by the log; or, with `canary`, point canary to none.

    A promotion that was killed on its way is taken back instead; a rollback that was killed is finished, and goes back
    once. Twice in a row goes back twice. Where `serving_is_down`, TensorFlow Serving is not asked, and models.config
    lets go of the version at once that may be what keeps it from starting.

    Raises:
        NotFoundError: no such model, no earlier version in the log that is still there, or no canary.
        ReleaseBusyError: somebody else is releasing this model.
        StoreError: the version before is damaged.
        ServingError: TensorFlow Serving cannot follow; everything is as before.
    """
    action = STOP_CANARY if canary else ROLLBACK
    require_model(registry, name)
    with releasing(registry, name, doing=action):
        unfinished = release_in_progress(registry, name)
        if unfinished is not None and unfinished.action == action:
            released = resume(registry, name, unfinished, serving, serving_is_down=serving_is_down, say=say)
        elif unfinished is not None and unfinished.phase != "committed":
            say(f"Taking back the release that {unfinished.by} began at {unfinished.started}")
            with replicas_for(unfinished, serving, serving_is_down=serving_is_down, say=say) as found:
                return take_back(registry, name, found)
        else:
            registry.recover(name)
            now = registry.channels(name)
            after = _without_canary(name, now) if canary else _one_back(registry, name, now)
            asked = None if serving_is_down else serving
            released = roll_out(registry, name, after, action=action, details={}, serving=asked)
        if serving_is_down:
            ReleaseJournal(registry, name).unload_previous()
        return released


def _without_canary(name: str, now: Channels) -> Channels:
    if now.canary is None:
        raise NotFoundError(f"{name!r} has no canary.")
    return Channels(now.stable)


def _one_back(store: Store, name: str, now: Channels) -> Channels:
    there = store.versions(name)
    history = read_history(store.channel_log_path(name))
    earlier = [version for version in earlier_stables(history, now.stable) if version in there]
    if not earlier:
        raise NotFoundError(
            f"The log of {name!r} has no earlier stable version that is still in the store: `detector release "
            "promote N` makes any version stable."
        )
    version = earlier[-1]
    validate_manifest(
        store.manifest(name, version),
        artifacts=store.artifacts_dir(name, version),
        model=store.model_dir(name, version),
    )
    return Channels(version, None if now.canary == version else now.canary)
