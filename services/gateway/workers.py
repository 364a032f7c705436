"""Threads that work for the event loop, handed one job at a time."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class Workers:
    """As many threads as there have been jobs at once; whoever starts jobs bounds how many. For one event loop.

    A job wakes only the thread that does it, the one that worked last, and its end wakes the event loop once. Those
    of an executor wait at one queue, where a job wakes others too, and all of them want Python's lock.
    """

    def __init__(self) -> None:
        self._threads: list[_Thread] = []
        self._idle: list[_Thread] = []

    def start(self, work: Callable[[], Result], on_end: Callable[[], None]) -> "asyncio.Future[Result]":
        """Run `work` in a thread. The future may be cancelled or given an error, which does not end the work:
        `on_end` is called in the event loop when that has really ended.

        Raises RuntimeError, and calls nothing, when the system gives no further thread.
        """
        loop = asyncio.get_running_loop()
        job = _Job(work, on_end, loop.create_future(), loop)
        (self._idle.pop() if self._idle else self._new_thread()).jobs.put(job)
        return job.future

    def close(self) -> None:
        """Wait for the threads to end what they do."""
        for thread in self._threads:
            thread.jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _new_thread(self) -> "_Thread":
        thread = _Thread(self._idle)
        thread.start()
        self._threads.append(thread)
        return thread


@dataclass(frozen=True, slots=True, eq=False)
class _Job(Generic[Result]):
    work: Callable[[], Result]
    on_end: Callable[[], None]
    future: "asyncio.Future[Result]"
    loop: asyncio.AbstractEventLoop


class _Thread(threading.Thread):
    def __init__(self, idle: list["_Thread"]) -> None:
        super().__init__(name="worker", daemon=True)
        self._idle = idle
        self.jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()

    def run(self) -> None:
        while (job := self.jobs.get()) is not None:
            result: Any = None
            error: BaseException | None = None
            try:
                result = job.work()
            except BaseException as raised:
                error = raised
            # Nobody waits any more where the event loop has ended.
            with contextlib.suppress(RuntimeError):
                job.loop.call_soon_threadsafe(self._end, job, result, error)
            # Waiting for the next one, it holds nothing of the last.
            del job, result, error

    def _end(self, job: _Job[Any], result: Any, error: BaseException | None) -> None:
        """In the event loop."""
        self._idle.append(self)
        job.on_end()
        if error is not None:
            fail(job.future, error)
        elif not job.future.done():
            job.future.set_result(result)


def fail(future: "asyncio.Future[Any]", error: BaseException) -> None:
    """Give `error` to who waits for `future`, if anybody still does."""
    if not future.done():
        future.set_exception(error)
        # Looked at here, since the waiter may be cancelled before it looks.
        future.exception()
