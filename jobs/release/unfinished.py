"""What was begun and not finished: who finishes it, against which replicas."""

from collections.abc import Iterator
from contextlib import contextmanager

from detector.store import Handover, Store
from jobs.release.serving import Say, Serving
from jobs.release.steps import Released, finish


def resume(
    store: Store,
    name: str,
    unfinished: Handover,
    serving: Serving | None,
    *,
    serving_is_down: bool = False,
    say: Say,
) -> Released:
    """Take a release that was killed to its end. The caller holds the release lock.

    Raises ServingError when TensorFlow Serving cannot follow: it is taken back then.
    """
    say(f"Finishing the release that {unfinished.by} began at {unfinished.started}")
    before = unfinished.undone(store.channels(name))
    if unfinished.phase == "committed":
        store.recover(name)
    else:
        with serving_for(unfinished, serving, serving_is_down=serving_is_down, say=say) as found:
            finish(store, name, unfinished, found)
    after = store.channels(name)
    return Released(name, unfinished.action, before, after, resumed=True, details=unfinished.details)


@contextmanager
def serving_for(
    unfinished: Handover, given: Serving | None, *, serving_is_down: bool = False, say: Say
) -> Iterator[Serving | None]:
    """`given`, else those that the release itself named: half of it must not go by without them.

    None where they are down.
    """
    if serving_is_down:
        yield None
    elif given is not None or not unfinished.serving:
        yield given
    else:
        with Serving(unfinished.serving, say=say) as serving:
            yield serving
