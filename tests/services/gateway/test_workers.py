"""Workers run blocking calls; a slot is kept until its call has really ended."""

import asyncio
import functools
import threading
from collections.abc import Iterator

import pytest

from detector.errors import DeadlineExceededError
from services.gateway.deadline import Deadline
from services.gateway.workers import Workers

SOON_S = 0.02


@pytest.fixture
def workers() -> Iterator[Workers]:
    workers = Workers(2)
    yield workers
    workers.close()


def patient() -> Deadline:
    return Deadline.after(10)


def test_work_is_done_beside_the_event_loop_and_its_result_comes_back(workers: Workers) -> None:
    async def scenario() -> int:
        return await workers.run(threading.get_ident, patient())

    assert asyncio.run(scenario()) != threading.get_ident()


def test_an_error_of_the_work_is_raised_to_the_caller(workers: Workers) -> None:
    async def scenario() -> None:
        await workers.run(lambda: 1 // 0, patient())

    with pytest.raises(ZeroDivisionError):
        asyncio.run(scenario())
    assert not workers.busy


def test_calls_run_at_once_as_many_as_there_are_slots(workers: Workers) -> None:
    met = threading.Barrier(2)

    def meet() -> int:
        met.wait(10)
        return threading.get_ident()

    async def scenario() -> set[int]:
        return set(await asyncio.gather(*(workers.run(meet, patient()) for _ in range(2))))

    assert len(asyncio.run(scenario())) == 2


@pytest.mark.parametrize("leave", ["deadline", "cancelled"])
def test_work_that_nobody_waits_for_any_more_keeps_its_slot_until_it_ends(leave: str) -> None:
    workers = Workers(1)

    async def scenario() -> None:
        go_on, begun = threading.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def work() -> None:
            loop.call_soon_threadsafe(begun.set)
            go_on.wait(10)

        late = leave == "deadline"
        call = asyncio.create_task(workers.run(work, Deadline.after(SOON_S) if late else patient()))
        await asyncio.wait_for(begun.wait(), 10)
        if not late:
            call.cancel()
        with pytest.raises(DeadlineExceededError if late else asyncio.CancelledError):
            await call
        assert workers.busy
        with pytest.raises(DeadlineExceededError, match="waited for a worker"):
            await workers.run(lambda: None, Deadline.after(SOON_S))
        assert workers.waiting == 0
        go_on.set()
        assert await workers.run(lambda: "another", patient()) == "another"
        assert not workers.busy

    asyncio.run(scenario())
    workers.close()


def test_calls_get_slots_in_order_of_arrival() -> None:
    workers = Workers(1)
    order: list[int] = []

    async def scenario() -> None:
        await asyncio.gather(*(workers.run(functools.partial(order.append, n), patient()) for n in range(6)))

    asyncio.run(scenario())
    workers.close()
    assert order == list(range(6))


def test_closing_waits_for_what_is_in_progress_also_without_the_event_loop(workers: Workers) -> None:
    go_on, done = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait(10)
        done.set()

    async def scenario() -> None:
        with pytest.raises(DeadlineExceededError):
            await workers.run(work, Deadline.after(SOON_S))

    asyncio.run(scenario())
    threading.Timer(0.05, go_on.set).start()
    workers.close()
    assert done.is_set()
