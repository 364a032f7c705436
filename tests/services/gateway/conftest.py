"""A store with two tiny versions, and one gateway over it that the tests of REST share."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from detector.store import Store
from tests.services.gateway.running import Running, running_gateway
from tests.services.gateway.tiny import publish_tiny


@pytest.fixture(scope="session")
def tiny_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Version 1 is stable; version 2 is canary and half as sure of everything. Nobody changes it."""
    store = Store(tmp_path_factory.mktemp("tiny-store"))
    publish_tiny(store)
    publish_tiny(store, score_scale=0.5)
    return store


@pytest.fixture(scope="session")
def gateway(tiny_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_gateway(tiny_store.root, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def client(gateway: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url) as client:
        yield client


@pytest.fixture
def own_store(tmp_path: Path) -> Store:
    """A store of one's own with version 1."""
    store = Store(tmp_path / "store")
    publish_tiny(store)
    return store
