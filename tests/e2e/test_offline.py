"""The page without a network, after one visit."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from services.gateway.rest import page as built
from tests.conftest import Trained
from tests.e2e.phones import answer, choose_mode, choose_photo, phone, wait_for_model
from tests.services.gateway.running import running_gateway

pytestmark = pytest.mark.slow

KEPT = "async () => (await navigator.serviceWorker.ready).active.state === 'activated'"


def test_after_one_visit_the_page_opens_and_detects_with_the_server_gone(
    browser: Browser, competent: Trained, samples: list[Path], tmp_path: Path
) -> None:
    with running_gateway(competent.store.root, tmp_path) as gateway, phone(browser, gateway.url) as shown:
        page = shown.page
        wait_for_model(page)
        page.wait_for_function(KEPT)
        gateway.process.terminate()
        gateway.process.wait(20)
        shown.expected += ["ERR_CONNECTION_REFUSED"]
        page.goto(gateway.url)
        wait_for_model(page)
        choose_photo(page, samples[0])
        answer(page)
        for screen in ("Label", "Evaluate", "Get it", "Detect"):
            page.get_by_role("link", name=screen).tap()
            expect(page.get_by_role("heading", level=1)).to_have_text(screen)
        choose_mode(page, "Server")
        choose_photo(page, samples[0])
        expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")


def test_the_page_can_be_installed(browser: Browser, competent: Trained, tmp_path: Path) -> None:
    with running_gateway(competent.store.root, tmp_path) as gateway, phone(browser, gateway.url) as shown:
        shown.page.wait_for_function(KEPT)
        devtools = shown.context.new_cdp_session(shown.page)
        manifest = devtools.send("Page.getAppManifest")
        assert manifest["errors"] == []
        problems = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
        # Playwright's contexts count as private windows, and those install nothing.
        assert [each["errorId"] for each in problems] in ([], ["in-incognito"])


def test_a_new_build_of_the_page_is_offered_and_taken_when_asked(
    browser: Browser, competent: Trained, tmp_path: Path
) -> None:
    page_folder = tmp_path / "page"
    copy_page(built.BUILT_PAGE, page_folder)
    with (
        running_gateway(competent.store.root, tmp_path, phone_dir=page_folder) as gateway,
        phone(browser, gateway.url) as shown,
    ):
        page = shown.page
        page.wait_for_function(KEPT)
        page.reload()
        expect(page.get_by_role("link", name="Detect")).to_be_visible()
        build_anew(page_folder)
        page.reload()
        page.get_by_role("button", name="Use it").tap()
        expect(page).to_have_title("Detect · Pocket Detector")
        page.wait_for_function("() => document.body.dataset.build === 'new'")


def copy_page(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file():
            (target / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            (target / path.relative_to(source)).write_bytes(path.read_bytes())


def build_anew(folder: Path) -> None:
    """What another build changes: the page, and the name of the build in the service worker."""
    index = folder / "index.html"
    index.write_text(index.read_text().replace("<body", '<body data-build="new"'))
    worker = folder / "service-worker.js"
    renamed, count = re.subn(r'"id":"[0-9a-f]{16}"', '"id":"another build"', worker.read_text())
    assert count == 1
    worker.write_text(renamed)
