"""What tests in a browser share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.conftest import Trained
from tests.e2e.films import film
from tests.e2e.phones import launched
from tests.services.gateway.running import Running, running_gateway


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """The one of this process. Not for the session: its event loop would be in the way of every later asyncio.run."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def samples(competent: Trained) -> list[Path]:
    """Photos on which the competent version was measured, as published with it."""
    return sorted((competent.version.artifacts / "report" / "samples").glob("*.jpg"))


@pytest.fixture(scope="package")
def browser(
    playwright: Playwright, samples: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Chromium whose camera shows the competent version's samples, one after another."""
    path = film(samples, tmp_path_factory.mktemp("film") / "camera.mjpeg")
    with launched(playwright, camera=path) as browser:
        yield browser


@pytest.fixture(scope="package")
def gateway(competent: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A gateway on the competent version, for tests that change nothing in its store."""
    with running_gateway(competent.store.root, tmp_path_factory.mktemp("gateway")) as running:
        yield running
