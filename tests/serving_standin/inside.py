"""The stand-in inside the test's own process: the same code on a real port, without the seconds of a start."""

import threading
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path

import grpc

from tests.serving_standin.services import ModelService, PredictionService, add_services
from tests.serving_standin.versions import Manager, Refused, parse_config

_TICK_S = 0.02
_THREADS = 8


@contextmanager
def serving_inside(
    config: Path, *, host: str = "127.0.0.1", port: int = 0, polls: bool = True
) -> Iterator[int]:
    """Serve what `config` names and follow it, unless `polls` is off; gives the port."""
    manager = Manager(labels_before_loading=True)
    manager.configure(parse_config(config))
    while not manager.settled():
        manager.tick()
    server = grpc.server(futures.ThreadPoolExecutor(_THREADS))
    add_services(server, PredictionService(manager, threads=_THREADS, delay_s=0.0), ModelService(manager))
    bound = server.add_insecure_port(f"{host}:{port}")
    stopping = threading.Event()
    follower = threading.Thread(target=_follow, args=(manager, config if polls else None, stopping))
    server.start()
    follower.start()
    try:
        yield bound
    finally:
        stopping.set()
        follower.join()
        server.stop(0).wait()


def _follow(manager: Manager, config: Path | None, stopping: threading.Event) -> None:
    while not stopping.wait(_TICK_S):
        if config is not None:
            try:
                # As the real server, which applies the file anew at each poll.
                manager.configure(parse_config(config))
            except Refused:
                continue
        manager.tick()
