"""The page in a browser: its filter, its keys, and what a screen reader gets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from jobs.train.check import check_data, render_page
from jobs.train.config import TrainConfig
from tests.e2e.axe import violations
from tests.e2e.phones import launched
from tests.jobs.train.data.writing import LABELS, Labelled, put, voc_xml, write_voc

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("page")
    samples = [Labelled(f"p{i}", ((LABELS[i % 2], 20, 10, 120 + 90 * (i == 3), 60),), i) for i in range(6)]
    write_voc(folder / "data", [*samples, Labelled("empty", (), 60)])
    put(folder / "data" / "Annotations" / "gone.xml", voc_xml("gone.jpg", [("cat", 1, 1, 20, 20)]))
    file = put(folder / "check.html", render_page(check_data(folder / "data", TrainConfig(size=96))))
    with sync_playwright() as playwright, launched(playwright) as browser:
        page = browser.new_page()
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text))
        page.goto(Path(file).as_uri())
        yield page
        assert errors == []


def shown(page: Page) -> list[str]:
    # Not the inner texts: a photo outside the window is not rendered, and has none.
    return [text.split("/")[-1] for text in page.locator(".photo:visible .name").all_text_contents()]


def test_the_filter_shows_what_fits_all_choices(page: Page) -> None:
    assert len(shown(page)) == 7
    page.get_by_role("combobox", name="Show").select_option(label="with faults")
    assert shown(page) == ["p3.jpg"]
    expect(page.get_by_role("status")).to_have_text("1 of 7 photos")
    page.get_by_role("combobox", name="Class").select_option(label="cat")
    assert shown(page) == []
    page.get_by_role("combobox", name="Show").select_option(label="all photos")
    assert sorted(shown(page)) == ["p0.jpg", "p2.jpg", "p4.jpg"]
    page.get_by_role("combobox", name="Class").select_option(label="no objects")
    assert shown(page) == ["empty.jpg"]
    page.get_by_role("combobox", name="Class").select_option(label="any class")
    page.get_by_role("combobox", name="Side").select_option(label="validation")
    assert 0 < len(shown(page)) < 7
    page.get_by_role("combobox", name="Side").select_option(label="any side")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_by_day_and_by_night(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert violations(page) == []


def test_without_its_script_all_photos_are_there(page: Page) -> None:
    assert page.context.browser is not None
    context = page.context.browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(page.url)
    assert plain.locator(".photo:visible").count() == 7
    assert not plain.locator("#filter").is_visible()
    context.close()


def test_a_narrow_phone_needs_no_scrolling_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
