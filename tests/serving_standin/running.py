"""The stand-in as its own process, for tests of what talks to it."""

import contextlib
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc

from tests.services.gateway.running import ROOT, poll

_EPHEMERAL_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST_PORT = 10_000
_given: set[int] = set()


def free_port() -> int:
    """A port for a server that has to come back on the same one, or for none at all: given once, and never to a
    connection or a server that takes any port, because those come from the ephemeral range."""
    first, last = (int(bound) for bound in _EPHEMERAL_PORTS.read_text().split())
    ports: list[int] = [*range(_LOWEST_PORT, first), *range(last + 1, 65_536)]
    # Not the generator that trainings set to the same state each time.
    for port in random.SystemRandom().sample(ports, k=len(ports)):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            if port not in _given:
                _given.add(port)
                return port
    raise AssertionError("No port outside the ephemeral range is free.")


@contextmanager
def running_serving(
    config: Path, *, port: int, wait: bool = True, delay_ms: float = 0.0, flags: tuple[str, ...] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the stand-in with the flags that compose gives the real server."""
    command = [
        sys.executable, "-m", "tests.serving_standin",
        f"--port={port}",
        f"--model_config_file={config}",
        "--model_config_file_poll_wait_seconds=1",
        "--allow_version_labels_for_unavailable_models=true",
        "--enable_grpc_healthcheck_service=true",
        f"--delay-ms={delay_ms}",
        *flags,
    ]  # fmt: skip
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    process = subprocess.Popen(command, cwd=ROOT, env=quiet, stdout=subprocess.DEVNULL)
    try:
        if wait:
            poll(lambda: _is_up(process, port), timeout_s=60)
        yield process
    finally:
        process.kill()
        process.wait(10)


def _is_up(process: subprocess.Popen[bytes], port: int) -> bool:
    assert process.poll() is None, "The stand-in ended before it listened."
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=0.5)
        except grpc.FutureTimeoutError:
            return False
    return True
