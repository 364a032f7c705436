"""`detector release rollback`: back to the version that was stable before, without a gate."""

from collections.abc import Sequence

from detector.errors import NotFoundError
from detector.manifest import validate_manifest
from detector.store import Channels, LoggedMove, Store, read_history
from jobs.release.lock import releasing, require_model
from jobs.release.serving import Say, Serving
from jobs.release.steps import Released, carry_out, take_back
from jobs.release.unfinished import resume, serving_for

ROLLBACK, STOP_CANARY = "rollback", "stop canary"


def rollback(
    store: Store,
    name: str,
    *,
    canary: bool = False,
    serving: Serving | None = None,
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
    require_model(store, name)
    with releasing(store, name, doing=action):
        unfinished = store.handovers(name).under_way()
        if unfinished is not None and unfinished.action == action:
            released = resume(store, name, unfinished, serving, serving_is_down=serving_is_down, say=say)
        elif unfinished is not None and unfinished.phase != "committed":
            say(f"Taking back the release that {unfinished.by} began at {unfinished.started}")
            with serving_for(unfinished, serving, serving_is_down=serving_is_down, say=say) as found:
                return take_back(store, name, found)
        else:
            store.recover(name)
            now = store.channels(name)
            after = _without_canary(name, now) if canary else _one_back(store, name, now)
            asked = None if serving_is_down else serving
            released = carry_out(store, name, after, action=action, details={}, serving=asked)
        if serving_is_down:
            store.handovers(name).let_go()
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


def earlier_stables(history: Sequence[LoggedMove], current: int | None) -> list[int]:
    """The versions that were stable before `current`, the latest last.

    A rollback undoes what it goes back over: going back twice does not lead to the version that was left first.
    """
    stack: list[int] = []
    for move in history:
        if move.channel != "stable" or move.new is None or move.new == move.old:
            continue
        if move.action == ROLLBACK and move.new in stack:
            del stack[_last(stack, move.new) + 1 :]
        elif stack[-1:] != [move.new]:
            stack.append(move.new)
    if current in stack:
        del stack[_last(stack, current) :]
    return [version for version in stack if version != current]


def taken_back(history: Sequence[LoggedMove]) -> set[int]:
    """The versions that were rolled back from and that nobody has released since."""
    found: set[int] = set()
    for move in history:
        if move.action == ROLLBACK and move.channel == "stable" and move.old is not None:
            found.add(move.old)
        if move.new is not None:
            found.discard(move.new)
    return found


def _last(stack: list[int], version: int) -> int:
    return len(stack) - 1 - stack[::-1].index(version)
