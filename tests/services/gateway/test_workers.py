import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from services.gateway.workers import Workers, fail


@pytest.fixture
def workers() -> Iterator[Workers]:
    workers = Workers()
    yield workers
    workers.close()


def nothing() -> None:
    pass


def test_work_is_done_beside_the_event_loop_and_its_result_comes_back(workers: Workers) -> None:
    async def scenario() -> int:
        return await workers.start(threading.get_ident, nothing)

    assert asyncio.run(scenario()) != threading.get_ident()


def test_an_error_of_the_work_is_raised_to_who_waits(workers: Workers) -> None:
    async def scenario() -> None:
        await workers.start(lambda: 1 // 0, nothing)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(scenario())


def test_jobs_one_after_another_have_the_same_thread_and_jobs_at_once_one_each(workers: Workers) -> None:
    met = threading.Barrier(3)

    def meet() -> int:
        met.wait(10)
        return threading.get_ident()

    async def scenario() -> tuple[set[int], set[int]]:
        in_turn = {await workers.start(threading.get_ident, nothing) for _ in range(5)}
        return in_turn, set(await asyncio.gather(*(workers.start(meet, nothing) for _ in range(3))))

    in_turn, at_once = asyncio.run(scenario())
    assert len(in_turn) == 1
    assert len(at_once) == 3
    assert in_turn < at_once


@pytest.mark.parametrize("leave", [asyncio.Future.cancel, lambda work: fail(work, TimeoutError())])
def test_work_that_nobody_waits_for_any_more_keeps_its_thread_until_it_ends(
    workers: Workers, leave: Callable[["asyncio.Future[bool]"], object]
) -> None:
    async def scenario() -> None:
        go_on, ended = threading.Event(), asyncio.Event()
        work = workers.start(lambda: go_on.wait(10), ended.set)
        leave(work)
        await asyncio.wait({work})
        assert await workers.start(lambda: "another", nothing) == "another"
        assert not ended.is_set()
        go_on.set()
        await asyncio.wait_for(ended.wait(), 10)

    asyncio.run(scenario())


def test_closing_waits_for_what_is_in_work_also_without_the_event_loop(workers: Workers) -> None:
    go_on, done = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait(10)
        done.set()

    async def scenario() -> None:
        workers.start(work, nothing)

    asyncio.run(scenario())
    threading.Timer(0.05, go_on.set).start()
    workers.close()
    assert done.is_set()
