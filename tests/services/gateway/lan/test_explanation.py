"""/lan of an ordinary gateway says how to get HTTPS, or that it is there."""

import ssl
from pathlib import Path

import httpx
import pytest

from detector.store import Store
from tests.services.gateway.lan.test_own_certificate import certificate
from tests.services.gateway.running import Running, poll, running_gateway


def test_over_plain_http_it_says_what_needs_https_and_how(gateway: Running) -> None:
    answer = httpx.get(f"{gateway.url}/lan")
    assert "make run LAN=1" in answer.text
    assert "DETECTOR_TLS_CERT" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["authority.crt", "authority.pem", "pocket-detector.mobileconfig"])
def test_it_has_no_authority_to_give(gateway: Running, path: str) -> None:
    assert httpx.get(f"{gateway.url}/lan/{path}").status_code == 404


def test_over_https_there_is_nothing_to_set_up(tiny_store: Store, tmp_path: Path) -> None:
    own = certificate(tmp_path, "IP:127.0.0.1")
    key = tmp_path / "own.key"
    with running_gateway(tiny_store.root, tmp_path, wait_ready=False, tls_cert=own, tls_key=key) as running:
        url = running.url.replace("http:", "https:")
        with httpx.Client(base_url=url, verify=ssl.create_default_context(cafile=own)) as client:
            poll(lambda: client.get("/readyz").status_code == 200)
            assert "HTTPS is on" in client.get("/lan").text
