"""A first visit, timed by the browser's own clock."""

from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser

from tests.e2e.phones import Phone, choose_photo, phone

OWN_WORKERS = """() => {
  const Plain = Worker;
  window.startedWorkers = [];
  window.Worker = class extends Plain {
    constructor(...options) { super(...options); window.startedWorkers.push(this); }
  };
}"""
"""Keeps the page's workers where a test can ask them."""

DETECT = """async frames => {
  const [worker] = window.startedWorkers;
  const canvas = new OffscreenCanvas(640, 480);
  const context = canvas.getContext('2d');
  const times = [];
  for (let frame = 0; frame < frames; frame++) {
    const id = -2 - frame;
    context.fillStyle = `hsl(${frame % 360} 80% 50%)`;
    context.fillRect(frame % 600, 50, 40, 40);
    const picture = await createImageBitmap(canvas);
    await new Promise((done, failed) => {
      const heard = ({data}) => {
        if (data.id !== id) return;
        worker.removeEventListener('message', heard);
        if (data.fault) failed(new Error(data.fault));
        else { times.push(data.result.ms.inference); done(); }
      };
      worker.addEventListener('message', heard);
      worker.postMessage({id, kind: 'detect', picture}, [picture]);
    });
  }
  return times;
}"""
"""Milliseconds of the network on so many frames, in the page's own worker."""

MEMORY = """() => new Promise(done => {
  const [worker] = window.startedWorkers;
  worker.addEventListener('message', ({data}) => { if (data.id === -1) done(data.result); });
  worker.postMessage({id: -1, kind: 'memory'});
})"""
"""tf.memory() of the page's own worker."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Milliseconds since the navigation began, and bytes as they come over the network without the model."""

    interactive_ms: float
    first_detection_ms: float
    page_bytes: int


def first_visit(browser: Browser, url: str, photo: Path) -> Visit:
    """A browser that has never been here opens the page and chooses a photo as soon as it can."""
    with phone(browser, url) as shown:
        page = shown.page
        page.locator("input[type=file]").first.wait_for(state="attached")
        interactive = page.evaluate("() => performance.now()")
        choose_photo(page, photo)
        page.locator("[data-ms]").first.wait_for()
        detected = page.evaluate("() => performance.now()")
        page.wait_for_function(
            "async () => (await navigator.serviceWorker.ready).active.state === 'activated'"
        )
        return Visit(interactive, detected, page_bytes(shown))


def page_bytes(shown: Phone) -> int:
    """Of everything that the page has asked for except the model's own files, each file once."""
    urls = {each.url for each in shown.requests if "/v1/" not in each.url and each.url.startswith(shown.url)}
    total = 0
    for url in urls:
        answer = httpx.get(url, headers={"Accept-Encoding": "gzip"})
        answer.raise_for_status()
        total += answer.num_bytes_downloaded
    return total
