"""A phone opens a gateway in its network: with the authority installed, without it, and over plain http."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Error, FilePayload, Page, Playwright, expect

from detector.store import Store
from tests.detector.pictures import corners, encode
from tests.e2e.axe import violations
from tests.e2e.trust import browser_at, new_home
from tests.services.gateway.lan.conftest import NAME, Served, lan_gateway
from tests.services.gateway.running import running_gateway

pytestmark = pytest.mark.slow

CAPABILITIES = """async () => {
  const tried = async (work) => { try { return await work(); } catch (error) { return String(error); } };
  return {
    secure: isSecureContext,
    digest: await tried(async () => (await crypto.subtle.digest('SHA-256', new Uint8Array(3))).byteLength),
    worker: await tried(async () => {
      await navigator.serviceWorker.register('/worker.js');
      return (await navigator.serviceWorker.ready).active !== null;
    }),
    camera: await tried(async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      const [track] = stream.getVideoTracks();
      const state = track.readyState;
      track.stop();
      return state;
    }),
  };
}"""
"""What a page can have here, asked of the browser itself."""


@pytest.fixture(scope="module")
def served(
    tiny_store: Store,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """A gateway known as phone.test, with a page of our own: what is asked here is the browser, not the app."""
    root = tmp_path_factory.mktemp("lan-page")
    page = root / "page"
    page.mkdir()
    (page / "index.html").write_text("<!doctype html><title>page</title><h1>page</h1>")
    (page / "worker.js").write_text("self.addEventListener('fetch', () => {});")
    with lan_gateway(tiny_store, root, lan_address=NAME, phone_dir=page) as served:
        yield served


@pytest.fixture(scope="module")
def trusting(
    playwright: Playwright, served: Served, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    home = new_home(tmp_path_factory.mktemp("trusting"), authority_pem=served.authority_pem())
    with browser_at(playwright, home, name=NAME) as browser:
        yield browser


@pytest.fixture(scope="module")
def stranger(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    home = new_home(tmp_path_factory.mktemp("stranger"), authority_pem=None)
    with browser_at(playwright, home, name=NAME) as browser:
        yield browser


def opened(browser: Browser, url: str, **context: Any) -> Page:
    page = browser.new_context(**context).new_page()
    page.goto(url)
    return page


def https(served: Served, path: str = "/") -> str:
    return f"https://{NAME}:{served.port}{path}"


def http(served: Served, path: str = "/") -> str:
    return f"http://{NAME}:{served.port}{path}"


def test_with_the_authority_a_page_has_all_that_it_has_on_localhost(
    trusting: Browser, served: Served
) -> None:
    expected = {"secure": True, "digest": 32, "worker": True, "camera": "live"}
    assert opened(trusting, https(served)).evaluate(CAPABILITIES) == expected
    assert opened(trusting, f"http://localhost:{served.port}/").evaluate(CAPABILITIES) == expected


def test_without_the_authority_the_browser_refuses(stranger: Browser, served: Served) -> None:
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        opened(stranger, https(served))


def test_the_authority_of_another_gateway_does_not_help(
    playwright: Playwright,
    tiny_store: Store,
    served: Served,
    tmp_path: Path,
) -> None:
    with lan_gateway(tiny_store, tmp_path, lan_address=NAME) as other:
        home = new_home(tmp_path, authority_pem=other.authority_pem())
    with (
        browser_at(playwright, home, name=NAME) as browser,
        pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"),
    ):
        opened(browser, https(served))


def test_plain_http_has_neither_camera_nor_worker_nor_checksums(stranger: Browser, served: Served) -> None:
    found = opened(stranger, http(served)).evaluate(CAPABILITIES)
    assert found["secure"] is False
    assert all("TypeError" in found[name] for name in ("digest", "worker", "camera"))


def test_a_warning_clicked_away_does_not_give_the_worker(stranger: Browser, served: Served) -> None:
    found = opened(stranger, https(served), ignore_https_errors=True).evaluate(CAPABILITIES)
    assert "SSL certificate error" in found["worker"]


@pytest.fixture(scope="module")
def app(
    tiny_store: Store,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """The same with the page that people get."""
    with lan_gateway(tiny_store, tmp_path_factory.mktemp("lan-app"), lan_address=NAME) as served:
        yield served


def detects_a_chosen_photo(page: Page) -> None:
    """The corners of the photo are red and blue; the tiny version says so."""
    photo: FilePayload = {"name": "photo.png", "mimeType": "image/png", "buffer": encode(corners(64, 64))}
    page.get_by_label("Choose a photo").set_input_files(photo)
    answer = page.get_by_role("list", name="The server's answer")
    expect(answer.get_by_text("red").first).to_be_visible()
    expect(answer.get_by_text("blue").first).to_be_visible()


def says_what_needs_https(page: Page) -> None:
    note = page.get_by_role("complementary", name="Not over HTTPS")
    expect(note).to_be_visible()
    expect(page.get_by_role("radio", name="Phone", exact=True)).to_be_disabled()
    note.get_by_role("link").click()


def test_over_plain_http_a_chosen_photo_is_detected_on_the_server(stranger: Browser, app: Served) -> None:
    page = opened(stranger, http(app))
    # The phone's own camera app stands in for the page's.
    expect(page.get_by_label("Take a photo")).to_have_attribute("capture", "environment")
    detects_a_chosen_photo(page)
    says_what_needs_https(page)
    expect(page.get_by_role("heading", name="Not set up on this phone yet")).to_be_visible()


def test_so_it_is_at_a_gateway_that_knows_nothing_of_phones(
    stranger: Browser,
    tiny_store: Store,
    tmp_path: Path,
) -> None:
    with running_gateway(tiny_store.root, tmp_path) as ordinary:
        page = opened(stranger, f"http://{NAME}:{ordinary.ports[0]}/")
        detects_a_chosen_photo(page)
        says_what_needs_https(page)
        expect(page.get_by_role("heading", name="What needs HTTPS")).to_be_visible()
        expect(page.get_by_text("make run LAN=1")).to_be_visible()


def test_with_the_authority_the_page_opens_again_when_the_computer_is_off(
    playwright: Playwright,
    tiny_store: Store,
    tmp_path: Path,
) -> None:
    with lan_gateway(tiny_store, tmp_path, lan_address=NAME) as served:
        home = new_home(tmp_path, authority_pem=served.authority_pem())
        with browser_at(playwright, home, name=NAME) as browser:
            page = opened(browser, https(served))
            expect(page.get_by_role("complementary", name="Not over HTTPS")).to_have_count(0)
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            served.running.process.terminate()
            served.running.process.wait(60)
            page.reload()
            expect(page.get_by_role("radio", name="Phone", exact=True)).to_be_enabled()


def test_the_help_tells_a_phone_that_trusts_to_go_on(trusting: Browser, served: Served) -> None:
    for url in (http(served, "/lan"), https(served, "/lan")):
        page = opened(trusting, url)
        expect(page.get_by_role("heading", name="This phone trusts the computer")).to_be_visible()
        page.get_by_role("link", name="Open the detector").click()
        page.wait_for_url(https(served))
        assert page.evaluate("isSecureContext")


def test_the_help_tells_a_phone_that_does_not_what_to_do(stranger: Browser, served: Served) -> None:
    page = opened(stranger, http(served, "/lan"))
    expect(page.get_by_role("heading", name="Not set up on this phone yet")).to_be_visible()
    expect(page.get_by_role("link", name="Open the detector")).to_be_hidden()
    expect(page.get_by_role("button", name="Check again")).to_be_visible()


def test_the_help_is_not_deceived_by_a_warning_clicked_away(stranger: Browser, served: Served) -> None:
    page = opened(stranger, https(served, "/lan"), ignore_https_errors=True)
    expect(page.get_by_role("heading", name="Not set up on this phone yet")).to_be_visible()


@pytest.mark.parametrize(
    ("device", "download", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Safari/604.1", "Download the profile", None),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/120 Mobile", "Download the certificate", "crt"),
    ],
    ids=["iphone", "android"],
)
def test_the_steps_of_this_kind_of_phone_are_open_and_their_download_works(
    stranger: Browser, served: Served, device: str, download: str, name: str | None
) -> None:
    page = opened(stranger, http(served, "/lan"), user_agent=device, viewport={"width": 390, "height": 844})
    expect(page.locator("details[open]")).to_have_count(1)
    link = page.get_by_role("link", name=download)
    expect(link).to_be_visible()
    with page.expect_download() as started:
        link.click()
    suggested = started.value.suggested_filename
    assert suggested == ("pocket-detector-authority.crt" if name else "pocket-detector.mobileconfig")
    assert started.value.path().stat().st_size > 300


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_help_can_be_used_without_seeing_it_and_in_any_light(
    trusting: Browser, stranger: Browser, served: Served, scheme: Literal["light", "dark"]
) -> None:
    for browser, title in (
        (trusting, "This phone trusts the computer"),
        (stranger, "Not set up on this phone yet"),
    ):
        page = opened(
            browser, http(served, "/lan"), color_scheme=scheme, viewport={"width": 360, "height": 740}
        )
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        closed = page.locator("details:not([open]) > summary")
        while closed.count():
            closed.first.click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_help_loads_nothing_from_elsewhere_and_complains_of_nothing(
    trusting: Browser, served: Served
) -> None:
    page = trusting.new_context().new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(http(served, "/lan"))
    expect(page.get_by_role("heading", name="This phone trusts the computer")).to_be_visible()
    assert set(asked) == {http(served, "/lan"), https(served, "/lan/probe")}
    assert said == []
