"""Gateways that the examples are run against: a tiny version for quick tests, a trained one for slow ones."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from detector.detections import Detection
from detector.store import MANIFEST
from jobs.registry import Registry
from tests.conftest import Trained
from tests.services.gateway.running import Running, running_gateway
from tests.services.gateway.tiny import publish_tiny
from tests.services.phone.programs import detections

KEY = "a-key-of-the-tests"


@dataclass(frozen=True, slots=True)
class Served:
    """A version and the gateway that serves it."""

    artifacts: Path
    labels: tuple[str, ...]
    score_threshold: float
    gateway: Running

    @property
    def manifest(self) -> Path:
        return self.artifacts / MANIFEST

    def detect(self, photo: bytes, headers: Mapping[str, str] | None = None) -> list[Detection]:
        """What /detect answers."""
        answer = httpx.post(f"{self.gateway.url}/detect", content=photo, headers=headers)
        assert answer.status_code == 200, answer.text
        return detections(answer.json()["detections"], self.labels)


@pytest.fixture(scope="session")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A version that says which quarters of a photo are red and which are blue; TFLite in 32 bit alone."""
    root = tmp_path_factory.mktemp("quarters")
    publish_tiny(Registry(root / "store"))
    with _serving(Registry(root / "store"), root) as served:
        yield served


@pytest.fixture(scope="session")
def keyed_quarters(quarters: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same behind an API key."""
    root = tmp_path_factory.mktemp("keyed")
    publish_tiny(Registry(root / "store"))
    with _serving(Registry(root / "store"), root, api_keys=KEY) as served:
        yield served


@pytest.fixture(scope="session")
def shapes(competent: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A version that was trained on shapes, of every kind."""
    with _serving(competent.store, tmp_path_factory.mktemp("shapes")) as served:
        yield served


@contextmanager
def _serving(store: Registry, folder: Path, **settings: Any) -> Iterator[Served]:
    artifacts = store.artifacts_dir("detector", store.channels("detector").version("stable"))
    manifest = json.loads((artifacts / MANIFEST).read_bytes())
    with running_gateway(store.root, folder, **settings) as gateway:
        yield Served(artifacts, tuple(manifest["labels"]), manifest["score_threshold"], gateway)
