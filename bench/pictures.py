"""The README's pictures, taken from the running product: python -m bench.pictures [STORE]

docs/pictures/detect.png is the page on a phone, with a drawn picture of the built-in shapes. docs/pictures/report.png
is the top of the stable version's report. The page must be built (make page), and the version trained on the shapes.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from detector.store import Store
from jobs.train.data.shapes import generate_shapes
from tests.detector.pictures import encode
from tests.e2e.phones import answer, choose_photo, launched, phone, wait_for_model
from tests.services.gateway.running import running_gateway

NAME = "detector"
FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
MAX_BYTES = 200_000
SEED, SHOWN = 11, 11
"""Which of the drawn pictures is shown: one without noise, which PNG keeps small. Training draws with other seeds."""

REPORT_SIZE: ViewportSize = {"width": 960, "height": 900}


def main() -> None:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "store")
    store = Store(root.resolve())
    if not store.versions(NAME):
        raise SystemExit(
            f"error: {root} has no version of the model {NAME}: make train, or name another store."
        )
    version = store.channels(NAME).version("stable")
    report = store.artifacts_dir(NAME, version) / "report" / "index.html"
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pictures-") as name, sync_playwright() as playwright:
        folder = Path(name)
        with running_gateway(store.root, folder) as gateway, launched(playwright) as browser:
            _detect(browser, gateway.url, _drawn_photo(folder))
            _report(browser, report)


def _drawn_photo(folder: Path) -> Path:
    photo = generate_shapes(SHOWN + 1, seed=SEED, size=640).photos[SHOWN]
    path = folder / "shapes.jpg"
    path.write_bytes(encode(photo.pixels, quality=92))
    return path


def _detect(browser: Browser, url: str, photo: Path) -> None:
    with phone(browser, url, color_scheme="light") as shown:
        wait_for_model(shown.page)
        choose_photo(shown.page, photo)
        answer(shown.page)
        _write(shown.page, "detect")


def _report(browser: Browser, report: Path) -> None:
    page = browser.new_page(viewport=REPORT_SIZE, color_scheme="light")
    page.goto(report.as_uri())
    _write(page, "report")


def _write(page: Page, name: str) -> None:
    content = page.screenshot(animations="disabled")
    path = FOLDER / f"{name}.png"
    path.write_bytes(content)
    print(f"{path.relative_to(FOLDER.parents[1])}: {len(content) / 1000:.0f} kB")
    if len(content) > MAX_BYTES:
        raise SystemExit(f"error: {path.name} has more than {MAX_BYTES // 1000} kB: show less of it.")


if __name__ == "__main__":
    main()
