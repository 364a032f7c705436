"""The threads that decode photos and call the engine, one photo each."""

import asyncio
import contextlib
import functools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from detector.errors import DeadlineExceededError
from services.gateway.deadline import Deadline

Result = TypeVar("Result")


class Workers:
    """Runs blocking calls in at most `count` threads. For one event loop.

    A call takes a slot before it starts and gives it back when it has really ended: one whose caller was cancelled or
    whose deadline has passed still occupies its thread.
    """

    def __init__(self, count: int) -> None:
        self._slots = asyncio.Semaphore(count)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker")
        self.waiting = 0
        """Calls that wait for a slot."""

    @property
    def busy(self) -> bool:
        """Whether a new call would have to wait."""
        return self._slots.locked()

    async def run(self, call: Callable[[], Result], deadline: Deadline) -> Result:
        """The result of `call`, which waits for a slot in order of arrival.

        Raises what `call` raises, DeadlineExceededError, and RuntimeError if the system has no thread left.
        """
        await self._take_slot(deadline)
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Result] = loop.create_future()
        try:
            self._threads.submit(call).add_done_callback(functools.partial(self._notify, loop, result))
        except BaseException:
            self._slots.release()
            raise
        late = DeadlineExceededError("The deadline passed before the answer was ready.")
        timer = loop.call_later(deadline.remaining_s, _fail, result, late)
        try:
            return await result
        finally:
            timer.cancel()
            # An exception refers to this frame: without a reference back it is freed at once, with its photo.
            del result, late

    def close(self) -> None:
        """Wait for the calls in progress to end."""
        self._threads.shutdown()

    async def _take_slot(self, deadline: Deadline) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        self.waiting += 1
        try:
            async with asyncio.timeout(deadline.remaining_s):
                await self._slots.acquire()
        except TimeoutError:
            raise DeadlineExceededError("The deadline passed while the photo waited for a worker.") from None
        finally:
            self.waiting -= 1

    def _notify(
        self, loop: asyncio.AbstractEventLoop, result: "asyncio.Future[Any]", job: "Future[Any]"
    ) -> None:
        """In the worker's thread."""
        # The loop may have been closed: then nobody waits for the result.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._end, result, job)

    def _end(self, result: "asyncio.Future[Any]", job: "Future[Any]") -> None:
        """In the event loop."""
        self._slots.release()
        error = job.exception()
        if error is None and not result.done():
            result.set_result(job.result())
        elif error is not None:
            _fail(result, error)


def _fail(result: "asyncio.Future[Any]", error: BaseException) -> None:
    """Unless it is done: its caller was cancelled, or its deadline has passed."""
    if not result.done():
        result.set_exception(error)
        result.exception()  # Marks it as retrieved, in case the caller is cancelled before it resumes.
