"""A phone in tests: Chromium with a phone's screen, touch and camera, watched for faults."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, expect

from services.gateway.rest.page import BUILT_PAGE
from tests.e2e.trust import CHROMIUM, FLAGS

WIDTH, HEIGHT = 390, 844
TIMEOUT_MS = 30_000
expect.set_options(timeout=TIMEOUT_MS)


@dataclass(slots=True)
class Phone:
    """One page on one phone, with everything it asked for and everything that went wrong."""

    page: Page
    context: BrowserContext
    url: str
    requests: list[Request] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Parts of console messages that belong to the test: a gateway that is gone, a damaged file."""

    def paths(self) -> list[str]:
        """What was asked of the gateway, in order, as "METHOD /path"."""
        return [f"{each.method} /{each.url.removeprefix(self.url).lstrip('/')}" for each in self.requests]

    def unexpected(self) -> list[str]:
        """Faults that no test has announced."""
        return [fault for fault in self.faults if not any(part in fault for part in self.expected)]


@contextmanager
def launched(
    playwright: Playwright, *flags: str, camera: Path | None = None, without: tuple[str, ...] = ()
) -> Iterator[Browser]:
    """Chromium as on a phone; `camera`: a file of JPEG frames that its camera shows over and over.

    `without`: usual flags to leave out.
    """
    assert Path(CHROMIUM).exists(), "These tests need Chromium: apt-get install chromium"
    film = [f"--use-file-for-fake-video-capture={camera}"] if camera else []
    usual = [flag for flag in FLAGS if flag not in without]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*usual, *film, *flags])
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def phone(browser: Browser, url: str, **options: Any) -> Iterator[Phone]:
    """A phone that shows the page at `url`; afterwards nothing may have gone wrong in it."""
    assert (BUILT_PAGE / "index.html").is_file(), "The page is not built: make page"
    settings: dict[str, Any] = {
        "viewport": {"width": WIDTH, "height": HEIGHT}, "device_scale_factor": 2, "is_mobile": True,
        "has_touch": True, "permissions": [], "accept_downloads": True, **options,
    }  # fmt: skip
    context = browser.new_context(**settings)
    context.set_default_timeout(TIMEOUT_MS)
    shown = Phone(context.new_page(), context, url)
    _watch(shown)
    try:
        shown.page.goto(url)
        yield shown
        assert shown.unexpected() == [], shown.unexpected()
    finally:
        context.close()


def _watch(phone: Phone) -> None:
    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            phone.faults.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    phone.context.on("console", heard)
    phone.context.on("weberror", lambda error: phone.faults.append(f"thrown: {error.error}"))
    phone.context.on("request", lambda request: phone.requests.append(request))


@dataclass(frozen=True, slots=True)
class Shown:
    """A detection as the page lists it. `box` is [ymin, xmin, ymax, xmax] of the photo, 0..1."""

    class_id: int
    score: float
    box: tuple[float, ...]


def choose_mode(page: Page, title: str) -> None:
    """Phone, Server or Both, by touch."""
    page.locator(".modes label", has_text=title).tap()


def choose_photo(page: Page, photo: Path) -> None:
    """As from the phone's library."""
    page.locator("input[type=file]").first.set_input_files(photo)


def answer(page: Page, whose: str = "The phone's answer") -> list[Shown]:
    """What the page lists for the present photo, once it is there."""
    region = page.get_by_role("region", name=whose)
    region.locator("[data-ms]").wait_for()
    return [
        Shown(
            int(item.get_attribute("data-class-id") or -1),
            float(item.get_attribute("data-score") or "nan"),
            tuple(float(edge) for edge in (item.get_attribute("data-box") or "").split()),
        )
        for item in region.locator("ul.found > li").all()
    ]


def lower_threshold(page: Page, percent: int) -> None:
    """Move the slider."""
    page.get_by_role("slider").fill(str(percent))


def wait_for_model(page: Page) -> None:
    """Until the model on the phone is ready."""
    page.get_by_text("Model on this phone: version").wait_for()


def kept_files(page: Page) -> int:
    """How many files of the version the browser keeps; the model must have been ready once."""
    count: int = page.evaluate(
        """async () => {
          const open = indexedDB.open('pocket-detector-model');
          const database = await new Promise(done => open.onsuccess = () => done(open.result));
          const count = database.transaction('files').objectStore('files').count();
          const files = await new Promise(done => count.onsuccess = () => done(count.result));
          database.close();
          return files;
        }"""
    )
    return count
