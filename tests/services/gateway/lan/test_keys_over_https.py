"""API keys do not cross the network in the clear."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from detector.errors import InvalidRequestError
from detector.store import Store
from services.gateway.lan.keys_over_https import OverHttps
from tests.services.gateway.lan.conftest import lan_gateway


async def passed(scope: Scope, receive: Receive, send: Send) -> None:
    scope["passed"] = True


def ask(scheme: str, client: tuple[str, int] | None) -> dict[str, Any]:
    scope: dict[str, Any] = {
        "type": "http",
        "scheme": scheme,
        "client": client,
        "headers": [(b"host", b"localhost")],
    }

    async def unused(*_: Any) -> Any:
        raise AssertionError("nothing is read or sent")

    asyncio.run(OverHttps(passed)(scope, unused, unused))
    return scope


def test_tls_and_this_machine_pass() -> None:
    assert ask("https", ("192.168.1.7", 1))["passed"]
    assert ask("http", ("127.0.0.1", 1))["passed"]
    assert ask("http", ("::1", 1))["passed"]


@pytest.mark.parametrize("client", [("192.168.1.7", 1), ("fd00::7", 1), None])
def test_other_machines_over_plain_http_do_not_whatever_host_they_name(
    client: tuple[str, int] | None,
) -> None:
    with pytest.raises(InvalidRequestError, match="https://"):
        ask("http", client)


def test_a_gateway_with_keys_does_not_offer_plain_http(tiny_store: Store, tmp_path: Path) -> None:
    with lan_gateway(tiny_store, tmp_path, api_keys="alpha") as served, served.client() as client:
        assert "Open without HTTPS" not in client.get("/lan").text
        assert "asks for a key" not in served.running.out.read_text()
        manifest = "/v1/models/detector/manifest"
        assert client.get(manifest).status_code == 401
        assert client.get(manifest, headers={"x-api-key": "alpha"}).status_code == 200
