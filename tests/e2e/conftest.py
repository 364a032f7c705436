"""What tests in a browser share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """The one of this process. Not for the session: its event loop would be in the way of every later asyncio.run."""
    with sync_playwright() as playwright:
        yield playwright
