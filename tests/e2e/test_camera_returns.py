"""A camera whose pictures stop, as on iOS when an installed page was away: opened anew, or the page says what to do.

The camera is made in the page, because Chromium's own cannot be muted from outside.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.conftest import Trained
from tests.e2e.axe import violations
from tests.e2e.phones import Phone, choose_photo, launched, phone
from tests.e2e.scenes import draw_scene
from tests.services.gateway.running import Running, running_gateway

pytestmark = pytest.mark.slow

FAKE_CAMERA = """() => {
  const camera = window.fakeCamera = {opened: 0, inTap: [], tracks: [], refuses: false};
  navigator.mediaDevices.getUserMedia = async () => {
    camera.opened += 1;
    camera.inTap.push(window.event?.type === 'click');
    if (camera.refuses) throw new DOMException('A tap is needed.', 'NotAllowedError');
    const canvas = Object.assign(document.createElement('canvas'), {width: 64, height: 48});
    const context = canvas.getContext('2d');
    const stream = canvas.captureStream();
    const [track] = stream.getVideoTracks();
    let isMuted = false, hue = 0;
    Object.defineProperty(track, 'muted', {get: () => isMuted});
    track.freeze = () => clearInterval(draw);
    track.pause = () => { isMuted = true; track.dispatchEvent(new Event('mute')); };
    camera.tracks.push(track);
    const draw = setInterval(() => {
      hue = (hue + 40) % 360;
      context.fillStyle = isMuted ? 'black' : `hsl(${hue} 90% 50%)`;
      context.fillRect(0, 0, 64, 48);
      if (track.readyState === 'ended') clearInterval(draw);
    }, 50);
    return stream;
  };
}"""
"""Colours that change, black while the track is muted. `pause` mutes it as the system does; `freeze` stops frames."""

PAUSE = "() => window.fakeCamera.tracks.at(-1).pause()"
LIVE_TRACKS = "() => window.fakeCamera.tracks.filter(({readyState}) => readyState === 'live').length"

MOVES = """() => {
  const video = document.querySelector('video');
  if (!video?.videoWidth) return false;
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  context.drawImage(video, 0, 0, 1, 1);
  const seen = (window.seenColours ??= new Set());
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  if (red + green + blue > 60) seen.add(`${red >> 5} ${green >> 5} ${blue >> 5}`);
  return seen.size > 2;
}"""
"""Whether the picture on the page has shown several colours since `window.seenColours` was emptied."""


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
def server(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_gateway(trained.store.root, tmp_path_factory.mktemp("camera-gateway")) as running:
        yield running


@contextmanager
def fake_camera_phone(browser: Browser, url: str, **options: object) -> Iterator[Phone]:
    """A phone that may use its camera, on the page at `url`."""
    with phone(browser, "about:blank", permissions=["camera"], **options) as shown:
        shown.page.add_init_script(f"({FAKE_CAMERA})()")
        shown.page.goto(url)
        yield shown


def wait_for_moving_picture(page: Page) -> None:
    page.evaluate("() => { window.seenColours = new Set(); }")
    page.wait_for_function(MOVES)


def opened(page: Page) -> int:
    count: int = page.evaluate("() => window.fakeCamera.opened")
    return count


def wait_for_opened(page: Page, count: int) -> None:
    page.wait_for_function("count => window.fakeCamera.opened === count", arg=count)


def come_back(page: Page, event: str) -> None:
    """As an installed page on iOS: this event, and no visibilitychange."""
    page.evaluate("type => window.dispatchEvent(new Event(type))", event)


@pytest.mark.parametrize("event", ["pageshow", "focus"])
def test_a_camera_that_is_muted_when_the_page_comes_back_is_opened_anew(
    chromium: Browser, server: Running, event: str
) -> None:
    with fake_camera_phone(chromium, server.url) as shown:
        page = shown.page
        wait_for_moving_picture(page)
        page.evaluate(PAUSE)
        come_back(page, event)
        wait_for_opened(page, 2)
        wait_for_moving_picture(page)
        assert page.evaluate(LIVE_TRACKS) == 1
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(page.get_by_role("button", name="Take this picture")).to_be_enabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_camera_that_cannot_be_opened_anew_is_told_and_a_tap_mends_it(
    chromium: Browser, server: Running, scheme: str
) -> None:
    small = {"width": 320, "height": 568}
    with fake_camera_phone(chromium, server.url, viewport=small, color_scheme=scheme) as shown:
        page = shown.page
        wait_for_moving_picture(page)
        page.evaluate("() => { window.fakeCamera.refuses = true; }")
        page.evaluate(PAUSE)
        come_back(page, "pageshow")
        told = page.get_by_role("alert")
        expect(told).to_contain_text("The phone has paused the camera. Tap “Start the camera”")
        expect(page.get_by_role("button", name="Take this picture")).to_be_disabled()
        assert violations(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
        assert page.evaluate(LIVE_TRACKS) == 0
        page.evaluate("() => { window.fakeCamera.refuses = false; }")
        page.get_by_role("button", name="Start the camera").tap()
        wait_for_moving_picture(page)
        expect(told).to_have_count(0)
        assert page.evaluate("() => window.fakeCamera.inTap") == [False, False, True]


def test_a_camera_that_is_muted_in_front_of_the_person_is_told(chromium: Browser, server: Running) -> None:
    with fake_camera_phone(chromium, server.url) as shown:
        page = shown.page
        wait_for_moving_picture(page)
        page.evaluate(PAUSE)
        expect(page.get_by_role("alert")).to_contain_text("The phone has paused the camera.")
        page.get_by_role("button", name="Start the camera").tap()
        wait_for_moving_picture(page)
        assert page.evaluate(LIVE_TRACKS) == 1


def test_a_camera_whose_frames_stop_without_a_word_is_opened_anew(chromium: Browser, server: Running) -> None:
    with fake_camera_phone(chromium, server.url) as shown:
        page = shown.page
        wait_for_moving_picture(page)
        page.evaluate("() => window.fakeCamera.tracks.at(-1).freeze()")
        wait_for_opened(page, 2)
        wait_for_moving_picture(page)
        assert page.evaluate(LIVE_TRACKS) == 1


def test_a_camera_that_was_left_for_a_photo_stays_closed(
    chromium: Browser, server: Running, tmp_path: Path
) -> None:
    with fake_camera_phone(chromium, server.url) as shown:
        page = shown.page
        wait_for_moving_picture(page)
        page.evaluate(PAUSE)
        choose_photo(page, draw_scene(tmp_path, 1).path)
        expect(page.locator("video")).to_have_count(0)
        come_back(page, "pageshow")
        come_back(page, "focus")
        assert page.evaluate(LIVE_TRACKS) == 0
        page.get_by_role("button", name="Camera").tap()
        wait_for_moving_picture(page)
        assert opened(page) == 2
        assert page.evaluate(LIVE_TRACKS) == 1


def test_the_camera_that_takes_photos_to_label_is_opened_anew_too(chromium: Browser, server: Running) -> None:
    with fake_camera_phone(chromium, f"{server.url}/#/label") as shown:
        page = shown.page
        page.get_by_label("First kind").fill("ball")
        page.get_by_role("button", name="Go on").tap()
        page.get_by_role("button", name="Take photos").tap()
        wait_for_moving_picture(page)
        page.evaluate(PAUSE)
        come_back(page, "focus")
        wait_for_opened(page, 2)
        wait_for_moving_picture(page)
        page.get_by_role("button", name="Take the photo").tap()
        expect(page.get_by_text("1 photo taken")).to_be_visible()
        assert page.evaluate(LIVE_TRACKS) == 1
