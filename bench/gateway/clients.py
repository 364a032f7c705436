"""Clients that measure: by the clock, so that queueing shows, or one request after another, for throughput."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext

from bench.gateway.wire import Call, Connection, Post

Ask = Callable[[], None]
Client = Callable[[], AbstractContextManager[Ask]]


def local(ask: Ask) -> Client:
    """A client of something in this process."""
    return lambda: nullcontext(ask)


def rest(port: int, photo: bytes, *, content_type: str = "image/jpeg", path: str = "/detect") -> Client:
    """One kept connection over which `photo` is posted."""

    @contextmanager
    def client() -> Iterator[Ask]:
        with Connection(port) as connection:
            yield Post(connection, photo, content_type=content_type, path=path)

    return client


def rpc(port: int, photo: bytes) -> Client:
    """One kept connection over which Detect is called."""

    @contextmanager
    def client() -> Iterator[Ask]:
        with Connection(port) as connection:
            yield Call(connection, photo)

    return client


def open_loop(client: Client, *, rate: float, count: int, connections: int = 1) -> list[float]:
    """Milliseconds from each request's due time to its answer; `rate` requests fall due a second.

    A request that waits because the connections are busy has that wait in its time.
    """
    numbers, lock = itertools.count(), threading.Lock()

    def run(start: float) -> list[float]:
        took: list[float] = []
        with client() as ask:
            while True:
                with lock:
                    number = next(numbers)
                if number >= count:
                    return took
                due = start + number / rate
                time.sleep(max(0.0, due - time.perf_counter()))
                ask()
                took.append((time.perf_counter() - due) * 1e3)

    with ThreadPoolExecutor(connections) as pool:
        start = time.perf_counter() + 0.05
        parts = list(pool.map(run, [start] * connections))
    return [took for part in parts for took in part]


def throughput(client: Client, *, clients: int, seconds: float) -> float:
    """Answers a second to `clients` that each ask again as soon as they are answered."""
    end = time.perf_counter() + seconds

    def run(_: int) -> int:
        done = 0
        with client() as ask:
            while time.perf_counter() < end:
                ask()
                done += 1
        return done

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        done = sum(pool.map(run, range(clients)))
    return done / (time.perf_counter() - started)
