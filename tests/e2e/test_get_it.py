"""Get it: the files of the version, and programs that use it, as somebody with a phone sees and takes them."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import Trained
from tests.e2e.phones import Phone, phone
from tests.services.gateway.running import Running, running_gateway
from tests.services.phone.answers import assert_agree
from tests.services.phone.examples import examples_of
from tests.services.phone.programs import detections

pytestmark = pytest.mark.slow

KEY = "a-key-of-the-tests"
LANGUAGES = ("curl", "Python", "JavaScript", "Kotlin", "Swift")
TFJS = Path(__file__).parents[1] / "services/phone/node/node_modules/@tensorflow/tfjs/dist/tf.fesm.min.js"


@pytest.fixture(scope="module")
def manifest(competent: Trained) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((competent.version.artifacts / "manifest.json").read_bytes())
    return found


@pytest.fixture
def keyed(competent: Trained, tmp_path: Path) -> Iterator[Running]:
    with running_gateway(competent.store.root, tmp_path, api_keys=KEY) as gateway:
        yield gateway


def open_get_it(shown: Phone) -> Page:
    shown.page.get_by_role("link", name="Get it").tap()
    shown.page.get_by_role("heading", name="Use it in your app").wait_for()
    return shown.page


def choose(page: Page, option: str) -> None:
    page.locator(".choice label", has_text=option).tap()


def shown_examples(page: Page) -> dict[str, str]:
    """The programs of all languages by their ids."""
    found = {}
    for language in LANGUAGES:
        choose(page, language)
        for code in page.locator("[data-example]").all():
            found[code.get_attribute("data-example") or ""] = code.inner_text()
    return found


def copied(button: Locator) -> str:
    button.tap()
    expect(button).to_contain_text("Copied")
    text: str = button.page.evaluate("navigator.clipboard.readText()")
    return text


def test_the_programs_on_the_page_are_those_that_the_tests_run(
    browser: Browser, gateway: Running, competent: Trained
) -> None:
    path = competent.version.artifacts / "manifest.json"
    with phone(browser, gateway.url) as shown:
        page = open_get_it(shown)
        for kind in ("f16", "f32", "int8"):
            choose(page, kind)
            assert shown_examples(page) == examples_of(path, origin=gateway.url, kind=f"tflite_{kind}")


def test_a_program_and_a_checksum_are_copied_whole(
    browser: Browser, gateway: Running, competent: Trained, manifest: dict[str, Any]
) -> None:
    with phone(browser, gateway.url, permissions=["clipboard-read", "clipboard-write"]) as shown:
        page = open_get_it(shown)
        expected = examples_of(competent.version.artifacts / "manifest.json", origin=gateway.url)
        choose(page, "f32")
        assert copied(page.get_by_role("button", name="Ask the server")) == expected["curl-detect"]
        (int8,) = [each for each in manifest["artifacts"] if each["kind"] == "tflite_int8"]
        checksum = copied(page.get_by_role("button", name="the checksum of tflite/int8.tflite"))
        assert checksum == int8["files"][0]["sha256"]


def test_every_file_that_the_gateway_hands_out_can_be_downloaded(
    browser: Browser, gateway: Running, manifest: dict[str, Any]
) -> None:
    files = [
        file for each in manifest["artifacts"] if each["kind"] != "saved_model" for file in each["files"]
    ]
    with phone(browser, gateway.url) as shown:
        page = open_get_it(shown)
        assert page.get_by_role("link", name="Download").count() == len(files) == 7
        for file in files:
            with page.expect_download() as download:
                page.get_by_role("link", name=f"Download {file['path']}").tap()
            name = Path(file["path"]).name
            told = f"detector-1-{name}" if name.endswith(".tflite") else name
            assert download.value.suggested_filename == told
            content = Path(download.value.path()).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"]


def test_with_keys_the_page_downloads_and_no_program_holds_the_key(
    browser: Browser, keyed: Running, competent: Trained, manifest: dict[str, Any]
) -> None:
    with phone(browser, keyed.url) as shown:
        page = shown.page
        shown.expected.append("401")
        page.get_by_label("API key").fill(KEY)
        page.get_by_role("button", name="Use this key").tap()
        page.get_by_role("link", name="Get it").tap()
        page.get_by_role("heading", name="Use it in your app").wait_for()
        choose(page, "f32")
        found = shown_examples(page)
        path = competent.version.artifacts / "manifest.json"
        assert found == examples_of(path, origin=keyed.url, keys=True)
        assert KEY not in json.dumps(found)
        (f32,) = [each for each in manifest["artifacts"] if each["kind"] == "tflite_f32"]
        with page.expect_download() as download:
            page.get_by_role("button", name="Download tflite/f32.tflite").tap()
        content = Path(download.value.path()).read_bytes()
        assert hashlib.sha256(content).hexdigest() == f32["files"][0]["sha256"]


def test_without_the_server_the_version_on_the_phone_is_shown_and_said_to_be_that(
    browser: Browser, gateway: Running
) -> None:
    with phone(browser, gateway.url) as shown:
        page = shown.page
        page.get_by_text("Model on this phone: version").wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        shown.expected.append("ERR_INTERNET_DISCONNECTED")
        shown.context.set_offline(True)
        page.get_by_role("link", name="Get it").tap()
        expect(
            page.get_by_text("This is the version on this phone; downloads need the server.")
        ).to_be_visible()
        expect(page.locator("[data-example=curl-download]")).to_be_visible()


def test_the_program_for_pages_finds_in_a_browser_what_the_server_finds(
    browser: Browser, gateway: Running, competent: Trained, samples: list[Path], manifest: dict[str, Any]
) -> None:
    """In a page of one's own at the gateway's address, with the package that the program asks for."""
    assert TFJS.is_file(), "Packages are missing; `make test-slow` installs them."
    path = competent.version.artifacts / "manifest.json"
    programs = examples_of(path, origin=gateway.url)
    page_of_ones_own = f"""<!doctype html><meta charset="utf-8"><title>A page of one's own</title>
        <script type="importmap">{{"imports": {{"@tensorflow/tfjs": "{gateway.url}/tf.mjs"}}}}</script>"""
    with browser.new_context(service_workers="block") as context:
        page = context.new_page()
        served: dict[str, tuple[str | bytes, str]] = {
            "own.html": (page_of_ones_own, "text/html"),
            "tf.mjs": (TFJS.read_text("utf-8"), "text/javascript"),
            "device.mjs": (programs["browser-device"], "text/javascript"),
            "server.mjs": (programs["javascript-detect"], "text/javascript"),
            "photo.jpg": (samples[0].read_bytes(), "image/jpeg"),
        }
        for name, (body, content_type) in served.items():
            serve(page, f"{gateway.url}/{name}", body, content_type)
        page.goto(f"{gateway.url}/own.html")
        on_device, on_server = page.evaluate(
            """async () => {
              const photo = await (await fetch('photo.jpg')).blob();
              const programs = [await import('./device.mjs'), await import('./server.mjs')];
              return await Promise.all(programs.map(program => program.detect(photo)));
            }"""
        )
    labels = manifest["labels"]
    assert_agree(
        detections(on_device, labels),
        detections(on_server, labels),
        score_threshold=manifest["score_threshold"],
    )


def serve(page: Page, url: str, body: str | bytes, content_type: str) -> None:
    """Answer `url` in the gateway's place."""
    page.route(url, lambda route: route.fulfill(body=body, content_type=content_type))
