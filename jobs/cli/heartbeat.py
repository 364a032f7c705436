"""Lines for a log in which nothing has been printed for a while: what is going on, and for how long."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

INTERVAL_S = 8.0


class Heartbeat:
    """While its context is open, calls `write` after each `interval_s` without a `reset`.

    `describe` says what is going on, or None if nothing is.
    """

    def __init__(
        self,
        describe: Callable[[], str | None],
        write: Callable[[str], None],
        *,
        interval_s: float = INTERVAL_S,
    ) -> None:
        self._describe = describe
        self._write = write
        self._interval_s = interval_s
        self._changed = threading.Condition()
        self._since = time.monotonic()
        self._closed = False
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def reset(self) -> None:
        """Something has been printed: count from now on."""
        with self._changed:
            self._since = time.monotonic()
            self._changed.notify()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _beat(self) -> None:
        with self._changed:
            beats = 1
            since = self._since
            while not self._closed:
                if since != self._since:
                    beats, since = 1, self._since
                left_s = since + beats * self._interval_s - time.monotonic()
                if left_s > 0:
                    self._changed.wait(left_s)
                    continue
                if (doing := self._describe()) is not None:
                    self._write(f"  {doing}: {time.monotonic() - since:.0f} s")
                beats += 1
