"""SIGTERM under load: every request that was accepted is answered."""

import signal
from pathlib import Path

import httpx

from detector.store import Store
from tests.detector.pictures import encode, noise
from tests.faults.load import load
from tests.services.gateway.running import poll, running_gateway

PHOTO = encode(noise(1600, 1200))


def test_sigterm_answers_what_was_accepted(tiny_store: Store, tmp_path: Path) -> None:
    with (
        running_gateway(tiny_store.root, tmp_path, drain_seconds=0.5) as running,
        load(running.url, PHOTO, clients=4) as seen,
    ):
        poll(lambda: seen.outcomes["200"] > 10)
        running.process.send_signal(signal.SIGTERM)
        poll(lambda: httpx.get(f"{running.url}/readyz").status_code == 503, timeout_s=0.4)
        assert running.process.wait(10) == 0
    # After the end nobody listens; until then nothing was cut off.
    assert set(seen.outcomes) <= {"200", "ConnectError"}
    assert seen.outcomes["200"] > 10
