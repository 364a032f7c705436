"""Clients that keep asking while something happens."""

import collections
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx


class Load:
    """Answers by status (or the name of a transport error), and by version; `seconds`: how long each took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.outcomes: collections.Counter[str] = collections.Counter()
        self.versions: collections.Counter[int] = collections.Counter()
        self.seconds: dict[str, list[float]] = collections.defaultdict(list)

    def note(self, outcome: str, version: int | None, seconds: float) -> None:
        with self._lock:
            self.outcomes[outcome] += 1
            self.seconds[outcome].append(seconds)
            if version is not None:
                self.versions[version] += 1


@contextmanager
def load(url: str, photo: bytes, *, clients: int = 3) -> Iterator[Load]:
    """`clients` that post `photo` one request after another until the context ends."""
    seen, stopping = Load(), threading.Event()

    def client() -> None:
        with httpx.Client(base_url=url, timeout=15) as http:
            while not stopping.is_set():
                _ask(http, photo, seen)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def _ask(http: httpx.Client, photo: bytes, seen: Load) -> None:
    started = time.monotonic()
    try:
        answer = http.post("/detect", content=photo)
    except httpx.TransportError as error:
        seen.note(type(error).__name__, None, time.monotonic() - started)
        return
    version = answer.json()["model"]["version"] if answer.status_code == 200 else None
    seen.note(str(answer.status_code), version, time.monotonic() - started)
