"""The page in a browser, in seconds; the other files here look closer. All need Chromium, so all are slow tests."""

from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.conftest import Trained
from tests.e2e.phones import (
    answer,
    choose_mode,
    choose_photo,
    launched,
    lower_threshold,
    phone,
    wait_for_model,
)
from tests.services.gateway.running import running_gateway


@pytest.mark.slow
def test_a_newcomer_opens_every_screen_and_detects_on_the_phone_and_on_the_server(
    playwright: Playwright, trained: Trained, tmp_path: Path
) -> None:
    photo = trained.version.artifacts / "report" / "samples" / "01.jpg"
    with (
        running_gateway(trained.store.root, tmp_path) as gateway,
        launched(playwright) as browser,
        phone(browser, gateway.url) as shown,
    ):
        page = shown.page
        for screen in ("Label", "Evaluate", "Get it", "Detect"):
            page.get_by_role("link", name=screen).tap()
            expect(page).to_have_title(f"{screen} · Pocket Detector")
            expect(page.get_by_role("heading", level=1)).to_have_text(screen)
        wait_for_model(page)
        lower_threshold(page, 1)
        choose_photo(page, photo)
        on_phone = answer(page)
        choose_mode(page, "Server")
        on_server = answer(page, "The server's answer")
        assert on_phone == [] or on_phone[0].score >= 0.01
        assert abs(len(on_phone) - len(on_server)) <= 2
