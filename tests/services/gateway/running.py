"""A gateway as users run it: its own process, its own ports, real requests."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[3]
START_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that is ready. `log` is its standard error, `out` its standard output."""

    process: subprocess.Popen[bytes]
    ports: tuple[int, ...]
    grpc_port: int | None
    log: Path
    out: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    def events(self) -> list[dict[str, Any]]:
        """Its JSON log lines so far."""
        lines = self.log.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]


@contextmanager
def running_gateway(
    store: Path,
    folder: Path,
    *,
    wait_ready: bool = True,
    prefix: tuple[str, ...] = (),
    module: str = "services.gateway",
    **settings: object,
) -> Iterator[Running]:
    """Start `python -m MODULE` over `store` with these settings; stopped at the end."""
    log = folder / f"gateway-{time.monotonic_ns()}.log"
    out = log.with_suffix(".out")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DETECTOR_")}
    given: dict[str, object] = {
        "store": store, "http_port": 0, "grpc_port": 0, "drain_seconds": 0.2, **settings,
    }  # fmt: skip
    environment = plain | {f"DETECTOR_{name.upper()}": str(value) for name, value in given.items()}
    command = [*prefix, sys.executable, "-m", module]
    with log.open("wb") as stderr, out.open("wb") as stdout:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=stderr, stdout=stdout)
    try:
        running = _listening(process, log, out)
        if wait_ready:
            poll(lambda: httpx.get(f"{running.url}/readyz").status_code == 200, log=log)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()


def _listening(process: subprocess.Popen[bytes], log: Path, out: Path) -> Running:
    def listening() -> dict[str, Any] | None:
        assert process.poll() is None, f"The gateway ended: {log.read_text()}"
        lines = [line for line in log.read_text().splitlines() if '"listening"' in line and line[-1:] == "}"]
        return json.loads(lines[0]) if lines else None

    event = poll(listening, log=log)
    return Running(process, tuple(event["ports"]), event.get("grpc_port"), log, out)


def poll(probe: Callable[[], Any], *, timeout_s: float = START_TIMEOUT_S, log: Path | None = None) -> Any:
    """The first truthy answer of `probe`; fails after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            if answer := probe():
                return answer
        except httpx.TransportError:
            pass
        select.select([], [], [], 0.02)
    raise AssertionError(f"Nothing came within {timeout_s} s. {log.read_text() if log else ''}")
