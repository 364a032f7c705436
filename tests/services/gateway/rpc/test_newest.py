"""Only the newest waits."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.gateway.rpc.newest import Newest


async def coming(queue: "asyncio.Queue[int | None]") -> AsyncIterator[int]:
    while (item := await queue.get()) is not None:
        yield item


async def handed_over(queue: "asyncio.Queue[int | None]", *items: int | None) -> None:
    """Put, and read to the last."""
    for item in items:
        queue.put_nowait(item)
    while not queue.empty():
        await asyncio.sleep(0)
    await asyncio.sleep(0)


def test_a_newer_one_takes_the_place_of_the_one_that_waits() -> None:
    async def scene() -> None:
        queue: asyncio.Queue[int | None] = asyncio.Queue()
        async with Newest(coming(queue)) as newest:
            await handed_over(queue, 1)
            assert await newest.take() == (1, 0)
            await handed_over(queue, 2, 3, 4)
            assert await newest.take() == (4, 2)
            await handed_over(queue, 5)
            assert await newest.take() == (5, 0)

    asyncio.run(scene())


def test_who_waits_is_woken_and_the_last_is_taken_before_the_end() -> None:
    async def scene() -> None:
        queue: asyncio.Queue[int | None] = asyncio.Queue()
        async with Newest(coming(queue)) as newest:
            taking = asyncio.create_task(newest.take())
            await handed_over(queue, 1)
            assert await taking == (1, 0)
            await handed_over(queue, 2, None)
            assert await newest.take() == (2, 0)
            assert await newest.take() is None

    asyncio.run(scene())


def test_what_breaks_the_reading_is_told_and_leaving_ends_it() -> None:
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise OSError("gone")

    async def scene() -> None:
        async with Newest(broken()) as newest:
            assert await newest.take() == (1, 0)
            with pytest.raises(OSError, match="gone"):
                await newest.take()
        async with Newest(coming(asyncio.Queue())):
            pass
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scene())
