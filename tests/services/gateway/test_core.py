"""The core without a transport, on an engine that answers what a test wants."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from detector.detections import MAX_DETECTIONS
from detector.errors import ModelUnavailableError
from detector.images import Pixels
from detector.outputs import RawDetections
from detector.response import DetectOut
from jobs.registry import Registry
from services.gateway.core import DetectOptions
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import Inference, OnUp, VersionFiles
from services.gateway.gateway import Gateway
from services.gateway.settings import Settings
from tests.detector.pictures import corners, encode
from tests.services.gateway.tiny import move, publish_tiny

PHOTO = encode(corners(64, 64))
NOTHING = RawDetections(
    np.zeros((MAX_DETECTIONS, 4), np.float32),
    np.zeros(MAX_DETECTIONS, np.float32),
    np.zeros(MAX_DETECTIONS, np.float32),
    0,
)


class FakeEngine:
    """`answering`: the version that answers whatever is asked for."""

    name = "fake"
    by_label = False

    def __init__(self) -> None:
        self.answering = 1

    def load(self, files: VersionFiles) -> "FakeEngine":
        return self

    def run(self, pixels: Pixels, *, channel: str | None, deadline: Deadline) -> Inference:
        return Inference(NOTHING, self.answering)

    def watch(self, on_up: OnUp) -> None:
        """It is always there."""

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def gateway(own_store: Registry, engine: FakeEngine) -> Iterator[Gateway]:
    gateway = Gateway(Settings(store=own_store.root, workers=1), engine=engine)
    gateway.versions.refresh()
    yield gateway
    gateway.core.close()


async def detect(gateway: Gateway, options: DetectOptions | None = None) -> DetectOut:
    return await gateway.core.detect(PHOTO, options or DetectOptions(), Deadline.after(10))


def test_an_answer_of_a_version_that_the_store_lacks_is_not_the_clients_mistake(
    gateway: Gateway, engine: FakeEngine
) -> None:
    engine.answering = 99
    with pytest.raises(ModelUnavailableError, match="99"):
        asyncio.run(detect(gateway))


def test_a_thread_that_cannot_be_had_costs_no_slot(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def scenario() -> DetectOut:
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", refuse)
            with pytest.raises(RuntimeError):
                await detect(gateway)
        return await asyncio.wait_for(detect(gateway), 10)

    assert asyncio.run(scenario()).model.version == 1


def test_channels_that_stay_unreadable_are_told_once_and_again_when_they_break_anew(
    gateway: Gateway, own_store: Registry
) -> None:
    path = own_store.root / "channels" / "detector.json"
    good = path.read_text()
    with capture_logs() as logs:
        for content in ("{", "{", good, "{", "[]"):
            path.write_text(content)
            gateway.versions.refresh()
    assert [entry["event"] for entry in logs] == ["channels_unreadable"] * 3


def test_a_gateway_without_a_version_says_once_what_it_waits_for(tmp_path: Path, engine: FakeEngine) -> None:
    gateway = Gateway(Settings(store=tmp_path / "none"), engine=engine)
    with capture_logs() as logs:
        gateway.versions.refresh()
        gateway.versions.refresh()
    gateway.core.close()
    assert [entry["event"] for entry in logs] == ["no_stable_version"]
    assert f"detector train --store {tmp_path / 'none'}" in logs[0]["reason"]


def test_calls_of_the_engine_are_counted_by_the_version_that_answered(
    gateway: Gateway, engine: FakeEngine, own_store: Registry
) -> None:
    publish_tiny(own_store)
    engine.answering = 2
    assert asyncio.run(detect(gateway)).model.version == 2
    labels = {"engine": "fake", "version": "2", "code": "ok"}
    assert gateway.metrics.registry.get_sample_value("detector_engine_requests_total", labels) == 1


def test_a_version_that_both_channels_point_to_may_be_asked_for_with_either(
    gateway: Gateway, own_store: Registry
) -> None:
    move(own_store, stable=1, canary=1)
    gateway.versions.refresh()
    for channel in ("stable", "canary"):
        assert (
            asyncio.run(detect(gateway, DetectOptions(channel=channel, version=1))).model.channel == channel
        )
    assert asyncio.run(detect(gateway, DetectOptions(version=1))).model.channel == "stable"
