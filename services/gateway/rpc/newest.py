"""Of what comes faster than it is taken, only the newest waits."""

import asyncio
import contextlib
from collections.abc import AsyncIterable
from types import TracebackType
from typing import Generic, Self, TypeVar

Item = TypeVar("Item")


class Newest(Generic[Item]):
    """Reads `incoming` to its end beside whoever takes from here; a context manager, for one event loop."""

    def __init__(self, incoming: AsyncIterable[Item]) -> None:
        self._incoming = incoming
        self._waiting: list[Item] = []
        self._changed = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._replaced = 0

    async def take(self) -> tuple[Item, int] | None:
        """The newest, once there is one, and how many it replaced; None when no more will come.

        Raises what reading raised.
        """
        assert self._reading is not None, "Taken from outside the context."
        while not self._waiting:
            if self._reading.done():
                self._reading.result()
                return None
            self._changed.clear()
            await self._changed.wait()
        replaced, self._replaced = self._replaced, 0
        return self._waiting.pop(), replaced

    async def _read(self) -> None:
        async for item in self._incoming:
            self._replaced += len(self._waiting)
            self._waiting[:] = [item]
            self._changed.set()

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read())
        self._reading.add_done_callback(lambda _: self._changed.set())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._reading is not None
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await self._reading
