"""Evaluate: the published samples run on the phone, beside what the server found on exactly these photos."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from detector.boxes import Box
from detector.detections import Detection, GroundTruth
from detector.evaluation import photo_outcome
from tests.conftest import Trained
from tests.e2e.axe import violations
from tests.e2e.phones import Phone, kept_files, phone, wait_for_model
from tests.e2e.versions import copy_store, publish_again
from tests.services.gateway.running import Running, poll, running_gateway

pytestmark = pytest.mark.slow

SAME_AP50 = 0.02
SAME_EDGE = 0.01


@pytest.fixture(scope="module")
def published(competent: Trained) -> dict[str, Any]:
    """samples.json."""
    path = competent.version.artifacts / "report" / "samples" / "samples.json"
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


CUT_TAGS = """tags => tags.filter(tag => {
  const edge = tag.closest('.photo').getBoundingClientRect();
  const own = tag.getBoundingClientRect();
  return own.left < edge.left - 1 || own.right > edge.right + 1;
}).map(tag => tag.textContent)"""
"""Words that the photo's edge cuts."""


def open_evaluate(shown: Phone) -> Page:
    shown.page.get_by_role("link", name="Evaluate").tap()
    return shown.page


def run_samples(page: Page) -> None:
    page.get_by_role("button", name="Run them on this phone").tap()
    page.get_by_role("heading", name="The photos, worst first").wait_for()


def row(page: Page, name: str) -> list[float]:
    """The phone's and the server's number."""
    header = page.get_by_role("rowheader", name=name, exact=True)
    cells = page.get_by_role("row").filter(has=header).locator("td").all()
    return [float(cell.get_attribute("data-value") or "nan") for cell in cells]


def mistakes(published: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    """Of each photo what the server found, by file: right, wrong and missed."""
    counted = {}
    for photo in published["photos"]:
        truth = [GroundTruth(each["class_id"], Box(**each["box"])) for each in photo["ground_truth"]]
        found = [
            Detection(each["class_id"], each["score"], Box(**each["box"])) for each in photo["detections"]
        ]
        outcome = photo_outcome(truth, found, score_threshold=published["score_threshold"])
        counted[photo["file"]] = (len(outcome.right), len(outcome.wrong), len(outcome.missed))
    return counted


def test_the_phones_numbers_stand_beside_the_servers_and_equal_them(
    browser: Browser, gateway: Running, published: dict[str, Any]
) -> None:
    with phone(browser, gateway.url) as shown:
        page = open_evaluate(shown)
        run_samples(page)
        counted = mistakes(published).values()
        right, wrong = sum(each[0] for each in counted), sum(each[1] for each in counted)
        on_phone, on_server = row(page, "AP50")
        assert on_server == published["ap50"]
        assert on_phone == pytest.approx(published["ap50"], abs=SAME_AP50)
        assert row(page, "Objects found") == [right, right]
        assert row(page, "Wrong boxes") == [wrong, published["false_positives"]]
        per_empty = published["false_positives_per_empty_photo"]
        assert row(page, "Wrong boxes a photo with nothing on it") == [per_empty, per_empty]
        assert row(page, "Time a photo")[0] > 0
        verdict = page.get_by_role("status", name="Verdict")
        photos = len(published["photos"])
        expect(verdict).to_contain_text(f"This phone gives the server’s answers on all {photos} photos.")
        expect(verdict).to_contain_text(f"It found {right} of ")


def test_every_photo_shows_what_is_on_it_and_what_was_found_worst_first(
    browser: Browser, gateway: Running, published: dict[str, Any]
) -> None:
    with phone(browser, gateway.url) as shown:
        page = open_evaluate(shown)
        run_samples(page)
        counted = mistakes(published)
        figures = page.locator("figure.sample").all()
        files = [figure.get_attribute("data-file") or "" for figure in figures]
        assert sorted(files) == sorted(counted)
        worst = [counted[file][1] + counted[file][2] for file in files]
        assert worst == sorted(worst, reverse=True)
        assert worst[0] > 0
        for figure, file in zip(figures, files, strict=True):
            drawn = tuple(figure.locator(f".mark.{kind}").count() for kind in ("right", "wrong", "missed"))
            assert drawn == counted[file], file
            cut = figure.locator(".tag").evaluate_all(CUT_TAGS)
            assert cut == [], file
            assert (
                figure.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
            )


def test_boxes_lie_where_the_things_are(
    browser: Browser, gateway: Running, published: dict[str, Any]
) -> None:
    with phone(browser, gateway.url) as shown:
        page = open_evaluate(shown)
        run_samples(page)
        missed = {file: counted[2] for file, counted in mistakes(published).items() if counted[2]}
        photo = next(each for each in published["photos"] if each["file"] in missed)
        figure = page.locator(f'figure.sample[data-file="{photo["file"]}"]')
        stage = figure.locator(".photo").bounding_box()
        assert stage is not None
        truth = [tuple(each["box"].values()) for each in photo["ground_truth"]]
        marks = figure.locator(".mark.missed")
        expect(marks).to_have_count(missed[photo["file"]])
        for mark in marks.all():
            at = mark.bounding_box()
            assert at is not None
            top, left = (at["y"] - stage["y"]) / stage["height"], (at["x"] - stage["x"]) / stage["width"]
            edges = (
                top,
                left,
                top + at["height"] / stage["height"],
                left + at["width"] / stage["width"],
            )
            assert any(edges == pytest.approx(box, abs=SAME_EDGE) for box in truth), edges


def test_the_curves_of_both_phases_are_drawn_with_the_border_between_them(
    browser: Browser, gateway: Running, competent: Trained
) -> None:
    lines = (competent.version.artifacts / "report" / "history.jsonl").read_text().splitlines()
    epochs = [event for event in map(json.loads, lines) if event["event"] == "epoch"]
    best = max(range(len(epochs)), key=lambda place: epochs[place]["val_ap50"])
    first_phase = sum(event["phase"] == 1 for event in epochs)
    with phone(browser, gateway.url) as shown:
        page = open_evaluate(shown)
        chart = page.locator("figure.chart", has_text="Average precision")
        expect(chart).to_contain_text(
            f"highest, {epochs[best]['val_ap50']:.3f}, after epoch {best + 1} of {len(epochs)}. "
            f"Phase 2 begins after epoch {first_phase}."
        )
        expect(page.locator("figure.chart", has_text="Loss")).to_contain_text("The loss went from")
        canvases = page.locator("figure.chart canvas")
        expect(canvases).to_have_count(2)
        for canvas in canvases.all():
            painted = canvas.evaluate(
                """canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
                .data.filter((value, place) => place % 4 === 3 && value > 0).length"""
            )
            assert painted > 1000


def test_it_evaluates_without_a_network_after_one_visit(
    browser: Browser, gateway: Running, published: dict[str, Any]
) -> None:
    with phone(browser, gateway.url) as shown:
        page = shown.page
        wait_for_model(page)
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        # The network and its weights, its training, the samples and what is on them.
        wanted = 4 + len(published["photos"])
        poll(lambda: kept_files(page) == wanted)
        shown.expected.append("ERR_INTERNET_DISCONNECTED")
        shown.context.set_offline(True)
        page.reload()
        run_samples(open_evaluate(shown))
        expect(page.locator("figure.chart", has_text="Average precision")).to_contain_text("Phase 2 begins")


def test_a_run_can_be_cancelled_while_a_photo_is_on_its_way_and_done_again(
    browser: Browser, gateway: Running
) -> None:
    with phone(browser, gateway.url) as shown:
        page = open_evaluate(shown)
        held: list[Route] = []
        page.route("**/report/samples/04.jpg", lambda route: held.append(route))
        page.get_by_role("button", name="Run them on this phone").tap()
        expect(page.get_by_text("Photo 4 of 8…")).to_be_visible()
        page.get_by_role("button", name="Cancel").tap()
        expect(page.get_by_role("button", name="Run them on this phone")).to_be_visible()
        for route in held:
            route.continue_()
        page.unroute("**/report/samples/04.jpg")
        run_samples(page)


def test_a_damaged_photo_is_not_judged_and_the_run_can_be_tried_again(
    browser: Browser, gateway: Running
) -> None:
    with phone(browser, gateway.url) as shown:
        page = open_evaluate(shown)
        page.route("**/report/samples/03.jpg", lambda route: route.fulfill(body=b"not the photo"))
        page.get_by_role("button", name="Run them on this phone").tap()
        expect(page.get_by_role("alert")).to_contain_text("report/samples/03.jpg arrived damaged")
        page.unroute("**/report/samples/03.jpg")
        page.get_by_role("button", name="Try again").tap()
        page.get_by_role("heading", name="The photos, worst first").wait_for()


def test_a_version_without_samples_says_so_and_shows_its_training(
    browser: Browser, competent: Trained, tmp_path: Path
) -> None:
    store = copy_store(competent.store, tmp_path / "store")
    publish_again(store, spoil=without_samples)
    with (
        running_gateway(store.root, tmp_path) as gateway,
        phone(browser, gateway.url) as shown,
    ):
        page = open_evaluate(shown)
        expect(page.get_by_text("was published without sample photos")).to_be_visible()
        expect(page.get_by_role("button", name="Run them on this phone")).to_have_count(0)
        expect(page.locator("figure.chart", has_text="Average precision")).to_be_visible()


def without_samples(artifacts: Path) -> None:
    """As `--samples 0` publishes."""
    path = artifacts / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"samples": []}))
    for sample in (artifacts / "report" / "samples").iterdir():
        sample.unlink()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_result(browser: Browser, gateway: Running, scheme: str) -> None:
    with phone(browser, gateway.url, color_scheme=scheme) as shown:
        page = open_evaluate(shown)
        run_samples(page)
        assert violations(page) == []
