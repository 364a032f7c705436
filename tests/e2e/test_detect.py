"""Detect: live camera and photos, on the phone, on the server and side by side."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.conftest import Trained
from tests.detector.heic import encode_heic
from tests.e2e.phones import (
    WIDTH,
    answer,
    choose_mode,
    choose_photo,
    launched,
    phone,
    wait_for_model,
)
from tests.e2e.scenes import draw_scene
from tests.services.gateway.running import Running, running_gateway

pytestmark = pytest.mark.slow

EXIF_ORIENTATION = 0x0112
KEEP_SENT = """() => {
  const plain = window.fetch;
  window.fetch = (address, init) => {
    if (init?.body) window.lastSent = init.body;
    return plain(address, init);
  };
}"""
"""Keeps what the page sends where a test can read it: the browser's own tools do not tell of files."""
ONE_DECODER_FROM_ANOTHER = 12
"""Grey levels by which two decoders of a JPEG may differ in a pixel."""
NO_WEBGL = ("--disable-gpu", "--disable-software-rasterizer")


def milliseconds(page: Page, side: str) -> float:
    line = page.locator(".caption", has_text=side)
    return float(line.locator("[data-ms]").get_attribute("data-ms") or "nan")


def test_the_live_camera_detects_on_the_phone_and_shows_time_backend_and_frame_rate(
    browser: Browser, gateway: Running
) -> None:
    with phone(browser, gateway.url, permissions=["camera"]) as shown:
        page = shown.page
        rate = page.locator("[data-frames-per-second]")
        rate.wait_for()
        expect(page.locator(".caption", has_text="This phone")).to_contain_text("WebAssembly")
        assert milliseconds(page, "This phone") > 0
        assert float(rate.get_attribute("data-frames-per-second") or 0) > 0
        assert page.locator("video").evaluate("video => video.videoWidth") == 640


def test_nothing_leaves_the_phone_in_on_device_mode(
    browser: Browser, gateway: Running, samples: list[Path]
) -> None:
    with phone(browser, gateway.url, permissions=["camera"]) as shown:
        page = shown.page
        page.locator("[data-frames-per-second]").wait_for()
        expect(page.get_by_text("Nothing leaves this phone.")).to_be_visible()
        shown.requests.clear()
        for sample in samples[:3]:
            choose_photo(page, sample)
            answer(page)
        page.get_by_role("button", name="Camera").tap()
        page.locator("[data-frames-per-second]").wait_for()
        # The page may still fetch the other backend's file and the version's report: nothing is ever sent.
        fetched = ("GET /assets/", "GET /v1/models/detector/versions/1/files/report/")
        assert [path for path in shown.paths() if not path.startswith(fetched)] == []


def test_no_request_goes_to_anybody_else(browser: Browser, gateway: Running, samples: list[Path]) -> None:
    with phone(browser, gateway.url) as shown:
        choose_mode(shown.page, "Both")
        choose_photo(shown.page, samples[0])
        answer(shown.page, "The server's answer")
        hosts = {
            each.url.split("/")[2] for each in shown.requests if not each.url.startswith(("blob:", "data:"))
        }
        assert hosts == {gateway.url.removeprefix("http://")}


def test_both_sides_answer_with_their_times_and_agree(
    browser: Browser, gateway: Running, samples: list[Path]
) -> None:
    with phone(browser, gateway.url) as shown:
        page = shown.page
        choose_mode(page, "Both")
        choose_photo(page, samples[0])
        expect(page.locator(".comparison")).to_have_text("Both give the same answer.")
        assert milliseconds(page, "This phone") > 0
        assert milliseconds(page, "Server") > 0


def test_a_photo_that_was_taken_turned_is_answered_as_the_upright_one(
    browser: Browser, gateway: Running, samples: list[Path], tmp_path: Path
) -> None:
    upright = Image.open(samples[0]).convert("RGB").resize((400, 300))
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 6  # shown turned by a quarter clockwise
    upright.save(tmp_path / "upright.png")
    turned.save(tmp_path / "turned.jpg", quality=98, exif=exif)
    with phone(browser, gateway.url) as shown:
        page = shown.page
        wait_for_model(page)
        page.get_by_role("slider").fill("20")
        choose_photo(page, tmp_path / "upright.png")
        expected = answer(page)
        choose_photo(page, tmp_path / "turned.jpg")
        page.wait_for_function("() => document.querySelector('[data-ms]')")
        found = answer(page)
    assert expected
    sure = [item for item in expected if item.score > 0.4]
    for item in sure:
        nearest = min(
            (other for other in found if other.class_id == item.class_id),
            key=lambda other: float(np.abs(np.subtract(other.box, item.box)).max()),
        )
        assert nearest.box == pytest.approx(item.box, abs=0.05)


def test_large_photos_are_made_small_before_they_are_sent(
    browser: Browser, gateway: Running, samples: list[Path], tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    Image.open(samples[0]).convert("RGB").resize((4000, 3000)).save(large, quality=95)
    with phone(browser, gateway.url) as shown:
        choose_mode(shown.page, "Server")
        with shown.page.expect_response(re.compile(r"/detect\?")) as answered:
            choose_photo(shown.page, large)
        assert answered.value.json()["image"] == {"width": 1280, "height": 960}
        answer(shown.page, "The server's answer")


def test_what_the_page_says_of_metadata_is_so(browser: Browser, gateway: Running, tmp_path: Path) -> None:
    small, large = (
        draw_scene(tmp_path, seed, size=size).path for seed, size in enumerate(((640, 480), (2000, 1500)))
    )
    with phone(browser, "about:blank") as shown:
        page = shown.page
        page.add_init_script(f"({KEEP_SENT})()")
        page.goto(gateway.url)
        choose_mode(page, "Server")
        expect(page.get_by_text("made small and without place or time")).to_be_visible()
        sent = [_sent(page, photo) for photo in (small, large)]
    for photo, content in zip((small, large), sent, strict=True):
        assert b"Somebody's phone" in photo.read_bytes()
        assert b"Exif" not in content
        assert not Image.open(io.BytesIO(content)).getexif()
    pixels = [np.asarray(Image.open(source), np.int16) for source in (small, io.BytesIO(sent[0]))]
    assert np.abs(pixels[0] - pixels[1]).max() <= ONE_DECODER_FROM_ANOTHER


def _sent(page: Page, photo: Path) -> bytes:
    with page.expect_response(re.compile(r"/detect\?")):
        choose_photo(page, photo)
    return bytes(page.evaluate("async () => [...new Uint8Array(await window.lastSent.arrayBuffer())]"))


def test_a_heic_photo_that_the_browser_cannot_open_is_detected_on_the_server(
    browser: Browser, gateway: Running, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"  # named as some phones name them
    photo.write_bytes(encode_heic(np.zeros((64, 64, 3), np.uint8)))
    with phone(browser, gateway.url) as shown:
        page = shown.page
        choose_photo(page, photo)
        expect(page.get_by_role("alert")).to_contain_text("cannot open HEIC")
        page.get_by_role("button", name="Detect on the server").tap()
        answer(page, "The server's answer")


def test_a_file_that_is_no_photo_is_said_to_be_none(
    browser: Browser, gateway: Running, tmp_path: Path
) -> None:
    (tmp_path / "notes.jpg").write_text("not a photo")
    with phone(browser, gateway.url) as shown:
        choose_photo(shown.page, tmp_path / "notes.jpg")
        expect(shown.page.get_by_role("alert")).to_contain_text("is not a photo that this browser can open")


def test_a_refused_camera_is_explained_and_a_photo_still_works(
    playwright: Playwright, gateway: Running, samples: list[Path]
) -> None:
    with (
        launched(
            playwright, "--deny-permission-prompts", without=("--use-fake-ui-for-media-stream",)
        ) as browser,
        phone(browser, gateway.url) as shown,
    ):
        page = shown.page
        page.get_by_role("button", name="Use the camera").tap()
        expect(page.get_by_role("alert")).to_contain_text("The camera was refused")
        choose_photo(page, samples[0])
        answer(page)


def test_the_front_camera_is_shown_as_in_a_mirror_and_its_photos_are_not(
    browser: Browser, gateway: Running
) -> None:
    front = """() => {
      const track = MediaStreamTrack.prototype, settings = track.getSettings;
      track.getSettings = function () { return {...settings.call(this), facingMode: 'user'}; };
    }"""
    with phone(browser, "about:blank", permissions=["camera"]) as shown:
        shown.page.add_init_script(f"({front})()")
        shown.page.goto(gateway.url)
        shown.page.locator("video.mirrored").wait_for()


def test_the_threshold_starts_at_the_versions_own_and_hides_what_is_below(
    browser: Browser, gateway: Running, samples: list[Path], competent: Trained
) -> None:
    own = competent.store.manifest("detector", 1).score_threshold
    with phone(browser, gateway.url) as shown:
        page = shown.page
        wait_for_model(page)
        assert float(page.get_by_role("slider").input_value()) == pytest.approx(own * 100, abs=1)
        choose_photo(page, samples[0])
        assert all(item.score >= own for item in answer(page))
        page.get_by_role("slider").fill("1")
        assert len(answer(page)) > 0
        page.get_by_role("slider").fill("99")
        expect(page.get_by_text("Nothing above the threshold.")).to_be_visible()


def test_a_gateway_that_is_gone_is_named_and_the_phone_goes_on(
    browser: Browser, competent: Trained, samples: list[Path], tmp_path: Path
) -> None:
    with running_gateway(competent.store.root, tmp_path) as gateway, phone(browser, gateway.url) as shown:
        page = shown.page
        shown.expected.append("ERR_CONNECTION_REFUSED")
        wait_for_model(page)
        gateway.process.terminate()
        gateway.process.wait(20)
        choose_mode(page, "Server")
        choose_photo(page, samples[0])
        expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
        choose_mode(page, "Phone")
        answer(page)


def test_the_key_is_asked_for_once_and_kept(
    browser: Browser, competent: Trained, samples: list[Path], tmp_path: Path
) -> None:
    keys = "right"
    with (
        running_gateway(competent.store.root, tmp_path, api_keys=keys) as gateway,
        phone(browser, gateway.url) as shown,
    ):
        shown.expected.append("401")
        page = shown.page
        page.get_by_label("API key").fill("wrong")
        page.get_by_role("button", name="Use this key").tap()
        expect(page.get_by_role("alert")).to_contain_text("refused the key")
        page.get_by_label("API key").fill("right")
        page.get_by_role("button", name="Use this key").tap()
        wait_for_model(page)
        page.reload()
        choose_mode(page, "Server")
        choose_photo(page, samples[0])
        answer(page, "The server's answer")
        assert page.get_by_role("dialog").count() == 0


def test_without_webgl_webassembly_runs(
    playwright: Playwright, gateway: Running, samples: list[Path]
) -> None:
    with launched(playwright, *NO_WEBGL) as browser, phone(browser, gateway.url) as shown:
        shown.expected.append("WebGL")  # tfjs says in the console what it misses
        choose_photo(shown.page, samples[0])
        answer(shown.page)
        expect(shown.page.locator(".caption", has_text="This phone")).to_contain_text("WebAssembly")


def test_without_webgl_and_webassembly_plain_javascript_runs(
    playwright: Playwright, gateway: Running, samples: list[Path]
) -> None:
    with launched(playwright, *NO_WEBGL) as browser, phone(browser, "about:blank") as shown:
        shown.expected += ["WebGL", "ERR_FAILED", "wasm", "Failed to fetch"]
        shown.context.route("**/*.wasm", lambda route: route.abort())
        shown.page.goto(gateway.url)
        choose_photo(shown.page, samples[0])
        answer(shown.page)
        expect(shown.page.locator(".caption", has_text="This phone")).to_contain_text("JavaScript")


def test_a_turned_phone_shows_all_of_the_picture_area(browser: Browser, gateway: Running) -> None:
    with phone(browser, gateway.url, permissions=["camera"]) as shown:
        page = shown.page
        page.locator("[data-frames-per-second]").wait_for()
        page.set_viewport_size({"width": 844, "height": WIDTH})
        canvas, video = page.locator(".moving canvas"), page.locator("video")
        page.wait_for_function(
            "() => { const c = document.querySelector('.moving canvas');"
            " return Math.abs(c.width - c.clientWidth * devicePixelRatio) < 2; }"
        )
        assert canvas.bounding_box() == video.bounding_box()
