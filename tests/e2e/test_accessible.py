"""The page for those who do not see it, who use a keyboard, and in the dark: axe-core, and Tab."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.axe import violations
from tests.e2e.phones import WIDTH, answer, choose_mode, choose_photo, phone, wait_for_model
from tests.services.gateway.running import Running

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_screen(
    browser: Browser, gateway: Running, samples: list[Path], scheme: str
) -> None:
    with phone(browser, gateway.url, color_scheme=scheme) as shown:
        page = shown.page
        wait_for_model(page)
        assert violations(page) == []
        page.locator(".model summary").tap()
        choose_mode(page, "Both")
        choose_photo(page, samples[0])
        answer(page, "The server's answer")
        assert violations(page) == []
        for screen in ("Label", "Evaluate", "Get it"):
            page.get_by_role("link", name=screen).tap()
            expect(page.get_by_role("heading", level=1)).to_have_text(screen)
            assert violations(page) == [], screen


def test_everything_on_detect_can_be_reached_and_used_by_keyboard(
    browser: Browser, gateway: Running, samples: list[Path]
) -> None:
    with phone(browser, gateway.url, is_mobile=False) as shown:
        page = shown.page
        wait_for_model(page)
        choose_photo(page, samples[0])
        answer(page)
        reached: list[str] = []
        for _ in range(20):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("() => document.activeElement.outerHTML.slice(0, 900)"))
        for part in (
            "Skip to the screen",
            'name="mode"',
            'type="file"',
            "Camera",
            'type="range"',
            "<summary",
            "#/label",
        ):
            assert any(part in element for element in reached), part
        page.get_by_role("radio", name="Phone").focus()
        page.keyboard.press("ArrowRight")
        answer(page, "The server's answer")


def test_an_answer_is_read_out(browser: Browser, gateway: Running, samples: list[Path]) -> None:
    with phone(browser, gateway.url) as shown:
        choose_photo(shown.page, samples[0])
        answer(shown.page)
        picture = shown.page.get_by_role("img", name="The phone's answer.")
        expect(picture).to_be_visible()
        assert shown.page.locator("[aria-live=polite] ul.found, [aria-live=polite] p").count() > 0


def test_less_motion_is_respected_and_small_screens_need_no_sideways_scrolling(
    browser: Browser, gateway: Running, samples: list[Path]
) -> None:
    with phone(
        browser, gateway.url, viewport={"width": 320, "height": 568}, reduced_motion="reduce"
    ) as shown:
        page = shown.page
        for screen in ("Label", "Evaluate", "Get it", "Detect"):
            page.get_by_role("link", name=screen).tap()
            expect(page.get_by_role("heading", level=1)).to_have_text(screen)
            assert page.evaluate("() => document.documentElement.scrollWidth") <= 320, screen
        choose_mode(page, "Both")
        choose_photo(page, samples[0])
        answer(page)
        answer(page, "The server's answer")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
        page.get_by_role("link", name="Get it").tap()
        cards = page.locator(".files li, .files .button")
        cards.first.wait_for()
        assert (
            max(box["x"] + box["width"] for card in cards.all() if (box := card.bounding_box())) <= 320 - 16
        )


LARGE_LETTERS = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('html { font-size: 200% }');
  document.adoptedStyleSheets = [sheet];
}"""
"""As somebody has set them in the browser. Not a style element: the page's own policy lets none in."""


def test_with_letters_twice_as_large_nothing_is_cut_off_and_all_can_be_pressed(
    browser: Browser, gateway: Running, samples: list[Path]
) -> None:
    with phone(browser, gateway.url) as shown:
        page = shown.page
        page.evaluate(LARGE_LETTERS)

        def width() -> int:
            return int(page.evaluate("() => document.documentElement.scrollWidth"))

        wait_for_model(page)
        choose_photo(page, samples[0])
        answer(page)
        choose_mode(page, "Both")
        answer(page, "The server's answer")
        page.locator(".model summary").tap()
        assert width() <= WIDTH
        page.get_by_role("link", name="Get it").tap()
        page.locator(".files li").first.wait_for()
        assert width() <= WIDTH
        page.get_by_role("link", name="Evaluate").tap()
        page.get_by_role("button", name="Run them on this phone").tap()
        page.locator(".samples .photo").first.wait_for()
        assert width() <= WIDTH
        page.get_by_role("link", name="Label").tap()
        page.get_by_label("First kind").fill("ball")
        page.get_by_role("button", name="Go on").tap()
        page.get_by_label("Choose photos").set_input_files(samples[:2])
        page.get_by_role("link", name="Photo 1:").wait_for()
        assert width() <= WIDTH
        page.get_by_role("link", name="Photo 1:").tap()
        nothing = page.get_by_role("button", name="Nothing here")
        assert nothing.evaluate("button => button.scrollWidth <= button.clientWidth")
        nothing.tap()


def test_what_is_long_beside_the_picture_of_a_turned_phone_neither_leaves_the_screen_nor_moves_the_picture(
    browser: Browser, gateway: Running
) -> None:
    with phone(browser, gateway.url, viewport={"width": 740, "height": 360}) as shown:
        page = shown.page
        wait_for_model(page)
        page.get_by_role("button", name="Use the camera").tap()
        page.locator(".sight").wait_for()
        before = page.locator(".sight").bounding_box()
        page.locator(".model summary").tap()
        expect(page.get_by_role("button", name="Delete the model")).to_be_visible()
        assert page.locator(".sight").bounding_box() == before
        assert page.locator(".model").evaluate("panel => panel.getBoundingClientRect().right") <= 740 - 16


def test_the_tools_of_a_small_screen_stand_in_one_row(
    browser: Browser, gateway: Running, samples: list[Path]
) -> None:
    with phone(browser, f"{gateway.url}/#/label", viewport={"width": 320, "height": 568}) as shown:
        page = shown.page
        page.get_by_label("First kind").fill("ball")
        page.get_by_role("button", name="Go on").tap()
        page.get_by_label("Choose photos").set_input_files(samples[0])
        page.locator(".stage-photo").wait_for()
        tops = page.locator(".tool-row button").evaluate_all(
            "buttons => buttons.map(button => Math.round(button.getBoundingClientRect().top))"
        )
        assert len(set(tops)) == 1, tops
