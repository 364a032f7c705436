"""/lan: the set-up page, the authority in the formats that phones take, and API keys over HTTPS only."""

import asyncio
import base64
import datetime as dt
import hashlib
import plistlib
import re
import ssl
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from starlette.types import Receive, Scope, Send

from detector.errors import InvalidRequestError
from detector.store import Store
from services.gateway.lan.certificates import open_authority
from services.gateway.lan.routes import RequireHttps
from tests.services.gateway.lan.conftest import NAME, Served, lan_gateway
from tests.services.gateway.lan.helpers import own_certificate
from tests.services.gateway.running import Running, poll, running_gateway


@pytest.fixture
def plain(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.running.url) as client:
        yield client


def links(page: str) -> set[str]:
    return {unescape(link) for link in re.findall('(?:href|data-probe)="([^"]+)"', page)}


def test_the_page_leads_to_the_place_that_the_phone_came_to(served: Served, plain: httpx.Client) -> None:
    for host in (NAME, "127.0.0.1"):
        found = links(plain.get("/lan", headers={"host": f"{host}:{served.port}"}).text)
        assert f"https://{host}:{served.port}/" in found
        assert f"https://{host}:{served.port}/lan/probe" in found
        assert f"http://{host}:{served.port}/" in found


@pytest.mark.parametrize("host", ["evil.example", f"{NAME}.evil.example", '"><script>alert(1)</script>'])
def test_a_host_that_is_not_ours_is_not_believed(served: Served, plain: httpx.Client, host: str) -> None:
    page = plain.get("/lan", headers={"host": host}).text
    assert "evil" not in page
    assert "alert" not in page
    assert f"https://{NAME}:{served.port}/" in links(page)


def test_it_shows_the_fingerprint_that_the_terminal_shows(served: Served, plain: httpx.Client) -> None:
    authority, made = open_authority(served.folder, now=dt.datetime.now(dt.UTC))
    assert not made
    page = unescape(plain.get("/lan").text)
    assert authority.fingerprint in page
    assert authority.name in page
    assert authority.fingerprint in served.running.out.read_text()


def test_its_policy_lets_in_its_own_style_and_script_and_nothing_else(plain: httpx.Client) -> None:
    answer = plain.get("/lan")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    for tag in ("style", "script"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert not re.findall(r'\son\w+="|style="', answer.text)
    assert answer.headers["cache-control"] == "no-store"


def test_the_certificate_comes_as_a_file_that_android_installs(plain: httpx.Client) -> None:
    answer = plain.get("/lan/authority.crt")
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    assert 'attachment; filename="pocket-detector-authority.crt"' in answer.headers["content-disposition"]
    certificate = x509.load_der_x509_certificate(answer.content)
    assert x509.load_pem_x509_certificate(plain.get("/lan/authority.pem").content) == certificate
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_profile_comes_as_safari_takes_it(plain: httpx.Client) -> None:
    answer = plain.get("/lan/pocket-detector.mobileconfig")
    assert answer.headers["content-type"] == "application/x-apple-aspen-config"
    assert "content-disposition" not in answer.headers
    (root,) = plistlib.loads(answer.content)["PayloadContent"]
    assert root["PayloadContent"] == plain.get("/lan/authority.crt").content


def test_nothing_below_lan_gives_the_key_away(plain: httpx.Client) -> None:
    found = [path for path in links(plain.get("/lan").text) if path.startswith("/")]
    assert len(found) == 3
    for path in (*found, "/lan", "/lan/authority.pem"):
        assert b"PRIVATE" not in plain.get(path).content
    for path in (
        "/lan/server.pem",
        "/lan/key.pem",
        "/lan/../authority.pem",
        "/lan/%2e%2e/server.pem",
        "/lan/",
    ):
        assert b"PRIVATE" not in plain.get(path).content


def test_the_probe_may_be_asked_from_the_plain_page(served: Served) -> None:
    with served.client() as client:
        answer = client.get("/lan/probe", headers={"origin": f"http://{NAME}:{served.port}"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"


def test_another_method_is_refused_as_a_problem(plain: httpx.Client) -> None:
    answer = plain.post("/lan")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_over_plain_http_it_says_what_needs_https_and_how(gateway: Running) -> None:
    answer = httpx.get(f"{gateway.url}/lan")
    assert "make run LAN=1" in answer.text
    assert "DETECTOR_TLS_CERT" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["authority.crt", "authority.pem", "pocket-detector.mobileconfig"])
def test_it_has_no_authority_to_give(gateway: Running, path: str) -> None:
    assert httpx.get(f"{gateway.url}/lan/{path}").status_code == 404


def test_over_https_there_is_nothing_to_set_up(tiny_store: Store, tmp_path: Path) -> None:
    own = own_certificate(tmp_path, "IP:127.0.0.1")
    key = tmp_path / "own.key"
    with running_gateway(tiny_store.root, tmp_path, wait_ready=False, tls_cert=own, tls_key=key) as running:
        url = running.url.replace("http:", "https:")
        with httpx.Client(base_url=url, verify=ssl.create_default_context(cafile=own)) as client:
            poll(lambda: client.get("/readyz").status_code == 200)
            assert "HTTPS is on" in client.get("/lan").text


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

    asyncio.run(RequireHttps(passed)(scope, unused, unused))
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
