"""Phones that do a little of everything, again and again, so that every metric of a gateway moves."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from tests.detector.pictures import corners, encode

BUFFERED_BYTES = 1_000_000
"""Of the gateway's settings: a larger photo is refused for lack of room."""

_FILES = "/v1/models/detector/versions/1/files"


@contextmanager
def traffic(url: str) -> Iterator[None]:
    """Ask in a thread of its own until the context ends."""
    stopping = threading.Event()
    asks = _asks()

    def phone() -> None:
        with httpx.Client(base_url=url, timeout=15) as client:
            while not stopping.is_set():
                for ask in asks:
                    ask(client)

    thread = threading.Thread(target=phone)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _asks() -> list[Callable[[httpx.Client], object]]:
    photo = encode(corners(200, 100))
    large = bytes(BUFFERED_BYTES + 1)
    return [
        lambda client: client.post("/detect", content=photo),
        lambda client: client.post("/detect?channel=canary&min_score=0.1", content=photo),
        lambda client: client.post("/detect?min_score=1", content=photo),
        lambda client: client.post("/detect", content=b"no photo"),
        lambda client: client.post("/detect", content=large),
        lambda client: client.get("/v1/models/detector/manifest"),
        lambda client: client.get(f"{_FILES}/tflite/f32.tflite"),
        lambda client: client.get(f"{_FILES}/report/index.html"),
    ]
