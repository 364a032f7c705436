"""The replicas that an unfinished release was begun against."""

from collections.abc import Iterator
from contextlib import contextmanager

from detector.store import Handover
from jobs.release.serving import Say, Serving


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
