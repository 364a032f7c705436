"""/lan: a page that leads a phone through, and the authority in the shapes that phones take."""

import base64
import datetime as dt
import hashlib
import plistlib
import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest
from cryptography import x509

from services.gateway.lan.authority import open_authority
from tests.services.gateway.lan.conftest import NAME, Served


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
