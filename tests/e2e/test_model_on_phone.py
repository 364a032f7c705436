"""The model on the phone: kept, tested before use, exchanged only when asked, never lost to a bad one."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from jobs.registry import Registry
from tests.conftest import Trained
from tests.e2e.phones import Phone, answer, choose_photo, kept_files, phone, wait_for_model
from tests.e2e.versions import (
    Spoil,
    claim_other_detections,
    copy_store,
    damage_weights,
    publish_again,
)
from tests.services.gateway.running import Running, poll, running_gateway

pytestmark = pytest.mark.slow


@pytest.fixture
def store(competent: Trained, tmp_path: Path) -> Registry:
    return copy_store(competent.store, tmp_path / "store")


def has_version(page: Page, version: int) -> None:
    expect(page.locator(".model summary")).to_contain_text(f"version {version}")


def serves(shown: Phone, version: int) -> None:
    """Until the gateway has seen that the channel moved."""
    url = f"{shown.url}/v1/models/detector/manifest"
    poll(lambda: shown.context.request.get(url).json()["version"] == version)


def look(page: Page) -> None:
    if page.locator(".model details[open]").count() == 0:
        page.locator(".model summary").tap()
    page.get_by_role("button", name="Look for a newer version").tap()


def test_the_model_is_fetched_once_and_its_version_and_size_are_shown(
    browser: Browser, gateway: Running
) -> None:
    with phone(browser, gateway.url) as shown:
        wait_for_model(shown.page)
        expect(shown.page.locator(".model summary")).to_contain_text("version 1, 7.")
        shown.requests.clear()
        shown.page.reload()
        wait_for_model(shown.page)
        assert [path for path in shown.paths() if "/files/tfjs/" in path] == []


def test_the_manifest_is_asked_for_with_its_etag(browser: Browser, gateway: Running) -> None:
    with phone(browser, gateway.url) as shown:
        wait_for_model(shown.page)
        with shown.page.expect_response(lambda each: "/manifest" in each.url) as answered:
            shown.page.reload()
        assert answered.value.status == 304


def test_a_new_version_is_offered_and_taken_when_asked(
    browser: Browser, store: Registry, tmp_path: Path
) -> None:
    with running_gateway(store.root, tmp_path) as gateway, phone(browser, gateway.url) as shown:
        page = shown.page
        wait_for_model(page)
        publish_again(store)
        serves(shown, 2)
        page.reload()
        expect(page.get_by_text("The server has version 2 now")).to_be_visible()
        has_version(page, 1)
        page.get_by_role("button", name="Get version 2").tap()
        has_version(page, 2)
        page.reload()
        has_version(page, 2)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [(damage_weights, "arrived damaged"), (claim_other_detections, "finds other things here")],
    ids=["damaged on the way", "fails its self-test"],
)
def test_a_bad_new_version_is_refused_and_the_last_good_one_stays(
    browser: Browser, competent: Trained, store: Registry, tmp_path: Path, spoil: Spoil, reason: str
) -> None:
    sample = competent.version.artifacts / "report" / "samples" / "01.jpg"
    with running_gateway(store.root, tmp_path) as gateway, phone(browser, gateway.url) as shown:
        page = shown.page
        wait_for_model(page)
        publish_again(store, spoil=spoil)
        serves(shown, 2)
        look(page)
        page.get_by_role("button", name="Get version 2").tap()
        expect(page.get_by_text("Version 2 was not taken over; version 1 goes on.")).to_contain_text(reason)
        choose_photo(page, sample)
        answer(page)
        page.reload()
        has_version(page, 1)


def test_a_damaged_first_download_is_refused_and_can_be_tried_again(
    browser: Browser, store: Registry, tmp_path: Path
) -> None:
    weights = store.artifacts_dir("detector", 1) / "tfjs" / "graph" / "weights.bin"
    good = weights.read_bytes()
    damage_weights(store.artifacts_dir("detector", 1))
    with running_gateway(store.root, tmp_path) as gateway, phone(browser, gateway.url) as shown:
        page = shown.page
        expect(page.get_by_role("alert")).to_contain_text("weights.bin arrived damaged and was not used")
        weights.write_bytes(good)
        page.get_by_role("button", name="Try again").tap()
        wait_for_model(page)


def test_a_deleted_model_stays_deleted_until_somebody_wants_it(browser: Browser, gateway: Running) -> None:
    with phone(browser, gateway.url) as shown:
        page = shown.page
        wait_for_model(page)
        page.locator(".model summary").tap()
        page.get_by_role("button", name="Delete the model").tap()
        expect(page.get_by_text("There is no model on this phone.")).to_be_visible()
        page.reload()
        expect(page.get_by_text("There is no model on this phone.")).to_be_visible()
        assert kept_files(page) == 0
        page.get_by_role("button", name="Get the model").tap()
        wait_for_model(page)


def test_with_full_storage_the_model_works_from_memory_and_the_page_says_so(
    browser: Browser, gateway: Running, samples: list[Path]
) -> None:
    with phone(browser, "about:blank") as shown:
        page = shown.page
        devtools = shown.context.new_cdp_session(page)
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": gateway.url, "quotaSize": 1_500_000})
        page.goto(gateway.url)
        wait_for_model(page)
        expect(page.get_by_text("the storage of this browser is full")).to_be_visible()
        choose_photo(page, samples[0])
        answer(page)


def test_the_fastest_backend_is_chosen_by_measurement_and_shown(browser: Browser, gateway: Running) -> None:
    with phone(browser, gateway.url) as shown:
        page = shown.page
        wait_for_model(page)
        page.locator(".model summary").tap()
        measured = page.locator(".model-facts dd", has_text="WebGL")
        # Shaders are compiled in software here: that takes its time, and loses.
        expect(measured).to_contain_text("WebAssembly", timeout=200_000)
        expect(page.locator(".model-facts dd").nth(2)).to_have_text("WebAssembly")
