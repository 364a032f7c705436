"""The phone's page in headless Chromium: python -m bench.phone [STORE]

First-visit bytes without the model, time until it can be used and until the first detection, the network's own time
with WebAssembly, and frames a second of the camera. The page must be built (make page).
"""

import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from bench.machine import machine_line
from detector.store import Store
from jobs.train.data.shapes import generate_shapes
from tests.detector.pictures import encode
from tests.e2e.films import film
from tests.e2e.phones import launched, phone, wait_for_model
from tests.e2e.visits import DETECT, MEMORY, OWN_WORKERS, first_visit
from tests.services.gateway.running import running_gateway

NAME = "detector"
VISITS = 5
FRAMES = 100
FLAT_FRAMES = 500
CAMERA_SECONDS = 15


def main() -> None:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "store")
    store = Store(root.resolve())
    if not store.versions(NAME):
        raise SystemExit(
            f"error: {root} has no version of the model {NAME}: make train, or name another store."
        )
    manifest = store.manifest(NAME, store.channels(NAME).version("stable"))
    print(machine_line())
    print(f"version {manifest.version}, {manifest.input.width} pixels a side")
    with tempfile.TemporaryDirectory(prefix="bench-phone-") as name, sync_playwright() as playwright:
        folder = Path(name)
        photos = _photos(folder)
        with (
            running_gateway(store.root, folder) as gateway,
            launched(playwright, camera=film(photos, folder / "camera.mjpeg")) as browser,
        ):
            _first_visits(browser, gateway.url, photos[0])
            _network(browser, gateway.url)
            _camera(browser, gateway.url)


def _photos(folder: Path) -> list[Path]:
    paths = []
    for place, photo in enumerate(generate_shapes(6, seed=11, size=640).photos):
        paths.append(folder / f"{place}.jpg")
        paths[-1].write_bytes(encode(photo.pixels, quality=92))
    return paths


def _first_visits(browser: Browser, url: str, photo: Path) -> None:
    visits = [first_visit(browser, url, photo) for _ in range(VISITS)]
    interactive = statistics.median(visit.interactive_ms for visit in visits)
    detection = statistics.median(visit.first_detection_ms for visit in visits)
    print(f"first visit, without the model  {visits[0].page_bytes / 1e3:7.0f} kB  (at most 900)")
    print(f"until it can be used            {interactive:7.0f} ms  (median of {VISITS}; at most 2000)")
    print(f"until the first detection       {detection:7.0f} ms  (model fetched, tested; at most 4000)")


def _network(browser: Browser, url: str) -> None:
    with phone(browser, "about:blank") as shown:
        page = shown.page
        page.add_init_script(f"({OWN_WORKERS})()")
        page.goto(url)
        wait_for_model(page)
        page.locator(".model summary").tap()
        measured = page.locator(".model-facts dd", has_text="WebGL")
        expect(measured).to_be_visible(timeout=120_000)
        print(f"measured by the page            {measured.inner_text()}")
        page.evaluate(DETECT, 10)
        times: list[float] = page.evaluate(DETECT, FRAMES)
        print(f"network, WebAssembly            {statistics.median(times):7.1f} ms  (median of {FRAMES})")
        before = page.evaluate(MEMORY)
        page.evaluate(DETECT, FLAT_FRAMES)
        after = page.evaluate(MEMORY)
        tensors = after["numTensors"] - before["numTensors"]
        print(f"tensors left by {FLAT_FRAMES} frames      {tensors:7d}")


def _camera(browser: Browser, url: str) -> None:
    with phone(browser, url, permissions=["camera"]) as shown:
        page = shown.page
        rate = page.locator("[data-frames-per-second]")
        rate.wait_for()
        page.locator(".model summary").tap()
        # While backends are measured the camera shares the processor with them.
        expect(page.locator(".model-facts dd", has_text="WebGL")).to_be_visible(timeout=120_000)
        page.wait_for_timeout(CAMERA_SECONDS * 1000)
        frames = float(rate.get_attribute("data-frames-per-second") or 0)
        print(f"camera, 640 × 480               {frames:7.1f} frames a second")


if __name__ == "__main__":
    main()
