"""What the page promises a newcomer: little to fetch, soon there, and no memory lost."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.phones import phone, wait_for_model
from tests.e2e.visits import DETECT, MEMORY, OWN_WORKERS, first_visit
from tests.services.gateway.running import Running

pytestmark = pytest.mark.slow

PAGE_BYTES = 900_000
INTERACTIVE_MS = 2_000
FIRST_DETECTION_MS = 4_000
VISITS = 4
"""The best of them counts: other work on the machine is not the page's."""
FRAMES = 500


def test_a_first_visit_is_small_and_quick(browser: Browser, gateway: Running, samples: list[Path]) -> None:
    visits = [first_visit(browser, gateway.url, samples[0]) for _ in range(VISITS)]
    assert max(visit.page_bytes for visit in visits) <= PAGE_BYTES
    assert min(visit.interactive_ms for visit in visits) <= INTERACTIVE_MS
    assert min(visit.first_detection_ms for visit in visits) <= FIRST_DETECTION_MS


def test_memory_stays_flat_over_five_hundred_frames(browser: Browser, gateway: Running) -> None:
    with phone(browser, "about:blank") as shown:
        page = shown.page
        page.add_init_script(f"({OWN_WORKERS})()")
        page.goto(gateway.url)
        wait_for_model(page)
        page.evaluate(DETECT, 5)
        before = page.evaluate(MEMORY)
        page.evaluate(DETECT, FRAMES)
        assert page.evaluate(MEMORY) == before
