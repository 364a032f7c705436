"""One gateway for phones over the tiny store, known as phone.test, that the tests of its answers share."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from detector.store import Store
from tests.services.gateway.running import Running, running_gateway

NAME = "phone.test"


@dataclass(frozen=True, slots=True)
class Served:
    """A gateway for phones; `folder` holds its authority."""

    running: Running
    folder: Path

    @property
    def port(self) -> int:
        return self.running.ports[0]

    def authority_pem(self) -> bytes:
        """As a phone gets it: over plain http."""
        return httpx.get(f"{self.running.url}/lan/authority.pem").content

    def trusting(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.authority_pem().decode())
        return context

    def client(self) -> httpx.Client:
        """Over TLS, with nothing but this authority trusted."""
        return httpx.Client(base_url=f"https://127.0.0.1:{self.port}", verify=self.trusting())


@contextmanager
def lan_gateway(
    store: Store, folder: Path, *, wait_ready: bool = True, **settings: object
) -> Iterator[Served]:
    """A gateway for phones with its authority in `folder`/lan, on loopback unless `settings` say otherwise."""
    given: dict[str, Any] = {"lan": True, "lan_dir": folder / "lan", "lan_address": "127.0.0.1", **settings}
    with running_gateway(store.root, folder, wait_ready=wait_ready, **given) as running:
        yield Served(running, folder / "lan")


@pytest.fixture(scope="session")
def served(tiny_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with lan_gateway(tiny_store, tmp_path_factory.mktemp("lan"), lan_address=f"{NAME},127.0.0.1") as served:
        yield served
