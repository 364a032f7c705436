"""One gateway over the store with two tiny versions, which the tests of REST share."""

from collections.abc import Iterator

import httpx
import pytest

from detector.store import Store
from tests.services.gateway.running import Running, running_gateway


@pytest.fixture(scope="session")
def gateway(tiny_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_gateway(tiny_store.root, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def client(gateway: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url) as client:
        yield client
