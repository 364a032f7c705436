"""Servers to measure, each in a process of its own on a free port."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from detector.store import Store
from tests.services.gateway.running import ROOT, poll
from tests.serving_standin.running import free_port

START_TIMEOUT_S = 120.0
END_TIMEOUT_S = 10.0


@contextmanager
def naive_server(store: Store) -> Iterator[int]:
    """The naive path over the stable version; yields its port."""
    version = stable_version(store)
    saved_model, size = store.model_dir("detector", version), store.manifest("detector", version).input.width
    with server([sys.executable, "-m", "bench.gateway.naive", str(saved_model), str(size)]) as port:
        yield port


@contextmanager
def server(command: list[str], *, ready: str = "/readyz") -> Iterator[int]:
    """Run `command PORT` until the end; yields the port once `ready` answers 200."""
    port = free_port()
    process = subprocess.Popen(
        [*command, str(port)], cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True
    )

    def answers() -> bool:
        if process.poll() is not None:
            raise SystemExit(f"error: {' '.join(command)} ended with {process.returncode}.")
        return httpx.get(f"http://127.0.0.1:{port}{ready}").status_code == 200

    try:
        poll(answers, timeout_s=START_TIMEOUT_S)
        yield port
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """With all the workers that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_TIMEOUT_S)


def stable_version(store: Store) -> int:
    stable = store.channels("detector").stable
    if stable is None:
        raise SystemExit(f"error: {store.root} has no stable version of the model detector.")
    return stable


def tflite_file(store: Store) -> Path:
    """The file that the embedded engine runs by default."""
    return store.artifacts_dir("detector", stable_version(store)) / "tflite" / "f32.tflite"
