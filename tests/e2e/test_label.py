"""Label: photos in, boxes drawn with a finger or keys, and a zip that training takes."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from detector.boxes import Box
from detector.store.store import Store
from jobs.train import train
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Dataset
from tests.conftest import Trained
from tests.e2e.axe import violations
from tests.e2e.fingers import Fingers
from tests.e2e.phones import Phone, answer, choose_mode, choose_photo, launched, phone
from tests.e2e.scenes import Scene, draw_scene
from tests.jobs.train.making import tiny_config
from tests.services.gateway.running import Running, running_gateway

pytestmark = pytest.mark.slow

QUOTA_BYTES = 5_000_000
"""The page itself takes about half of it."""
FINGER_PX = 1.5
"""A touch is placed to the pixel of the screen."""


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream") as it:
        yield it


@pytest.fixture(scope="module")
def server(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Any gateway: labelling asks it for nothing but the page."""
    with running_gateway(trained.store.root, tmp_path_factory.mktemp("label-gateway")) as running:
        yield running


@pytest.fixture
def labelling(chromium: Browser, server: Running) -> Iterator[Phone]:
    """The screen Label of a phone that has never been here, with the two kinds named."""
    with phone(chromium, f"{server.url}/#/label", permissions=["camera"]) as shown:
        name_kinds(shown.page)
        yield shown


def name_kinds(page: Page) -> None:
    page.get_by_label("First kind").fill("ball")
    page.get_by_label("Second kind").fill("brick")
    page.get_by_role("button", name="Go on").tap()


def choose(page: Page, *scenes: Scene) -> None:
    page.get_by_label("Choose photos").set_input_files([scene.path for scene in scenes])
    expect(page.locator(".thumbnail")).to_have_count(len(scenes))


def open_photo(page: Page, number: int) -> Fingers:
    page.get_by_role("link", name=f"Photo {number}:").tap()
    page.locator(".stage-photo").wait_for()
    return Fingers.on(page)


def draw(page: Page, fingers: Fingers, kind: str, box: Box) -> None:
    """Beside the selected box, which a finger would move."""
    fingers.tap((0.02, 0.02))
    page.get_by_role("radio", name=kind).check(force=True)
    fingers.drag((box.xmin, box.ymin), (box.xmax, box.ymax))


def label(page: Page, fingers: Fingers, scene: Scene) -> None:
    assert scene.ball
    assert scene.brick
    draw(page, fingers, "ball", scene.ball)
    draw(page, fingers, "brick", scene.brick)
    expect(boxes(page)).to_have_count(2)


def boxes(page: Page) -> Locator:
    return page.locator(".box-on-stage")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).tap()


def download(page: Page, folder: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_role("button", name="Download").tap()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def read(path: Path) -> Dataset:
    """As training reads it, with no fault forgiven."""
    dataset, _ = open_dataset(path, size=96, strict=True)
    return dataset


def assert_near(found: Box, expected: Box, *, pixels: float = FINGER_PX, width: float = 350) -> None:
    edges = zip(
        (found.ymin, found.xmin, found.ymax, found.xmax),
        (expected.ymin, expected.xmin, expected.ymax, expected.xmax),
        strict=True,
    )
    assert max(abs(a - b) for a, b in edges) * width <= pixels, (found, expected)


def test_ten_minutes_of_labelling_outlive_the_page_and_come_out_as_training_reads_them(
    labelling: Phone, tmp_path: Path
) -> None:
    page = labelling.page
    scenes = [
        draw_scene(tmp_path, 0),
        draw_scene(tmp_path, 1, turned=True),
        draw_scene(tmp_path, 2, empty=True),
    ]
    choose(page, *scenes, draw_scene(tmp_path, 3))
    label(page, open_photo(page, 1), scenes[0])
    press(page, "Next photo")
    expect(page.locator("dialog h2")).to_have_text("2 / 4")
    page.locator(".stage-photo").wait_for()
    label(page, Fingers.on(page), scenes[1])
    press(page, "Next photo")
    press(page, "Nothing here")
    press(page, "Close")
    expect(page.locator(".count")).to_have_text("3 of 4 photos labelled")

    page.reload()
    expect(page.locator(".count")).to_have_text("3 of 4 photos labelled")
    expect(page.get_by_role("link", name="Photo 1: labelled, 2 boxes")).to_be_visible()
    expect(page.get_by_role("link", name="Photo 3: nothing here")).to_be_visible()

    archive = download(page, tmp_path)
    dataset = read(archive)
    assert dataset.labels == ("ball", "brick")
    assert [len(photo.ground_truth) for photo in dataset.photos] == [2, 2, 0]
    for photo, scene in zip(dataset.photos[:2], scenes[:2], strict=True):
        height, width = photo.pixels.shape[:2]
        assert width > height, "the turned photo lies upright in the zip"
        ball, brick = photo.ground_truth
        assert (ball.class_id, brick.class_id) == (0, 1)
        assert scene.ball
        assert scene.brick
        assert_near(ball.box, scene.ball)
        assert_near(brick.box, scene.brick)


def test_the_zip_says_what_the_screen_says_and_nothing_of_the_phone(labelling: Phone, tmp_path: Path) -> None:
    page = labelling.page
    scene = draw_scene(tmp_path, 4, size=(3000, 2250), turned=True)
    choose(page, scene)
    label(page, Fingers.on(page), scene)
    shown = [box.get_attribute("aria-label") or "" for box in boxes(page).all()]
    press(page, "Close")
    archive = download(page, tmp_path)
    with zipfile.ZipFile(archive) as files:
        assert files.testzip() is None
        photo, annotations = (files.read(name) for name in files.namelist())
        listed = json.loads(annotations)
    assert (listed["images"][0]["width"], listed["images"][0]["height"]) == (2048, 1536)
    assert b"Exif" not in photo
    assert b"Somebody" not in photo
    for words, found in zip(shown, read(archive).photos[0].ground_truth, strict=True):
        assert f"left {round(found.box.xmin * 100)}%, top {round(found.box.ymin * 100)}%" in words


def test_ten_photos_labelled_on_a_phone_become_a_published_version(labelling: Phone, tmp_path: Path) -> None:
    page = labelling.page
    scenes = [draw_scene(tmp_path, seed, size=(640, 480)) for seed in range(9)]
    choose(page, *scenes, draw_scene(tmp_path, 9, empty=True, size=(640, 480)))
    fingers = open_photo(page, 1)
    for number, scene in enumerate(scenes, start=1):
        expect(page.locator("dialog h2")).to_have_text(f"{number} / 10")
        page.locator(".stage-photo").wait_for()
        label(page, fingers, scene)
        press(page, "Next photo")
    press(page, "Nothing here")
    press(page, "Done")
    archive = download(page, tmp_path)

    store = tmp_path / "store"
    version = train(tiny_config(store, data=archive, size=96, strict=True), lambda event: None)
    manifest = json.loads((version.artifacts / "manifest.json").read_text())
    assert manifest["labels"] == ["ball", "brick"]
    assert manifest["data"]["photos"] == 10
    assert manifest["data"]["boxes"] == 18
    assert Store(store).channels("detector").stable == version.version


def test_a_box_is_moved_resized_and_deleted_by_touch(labelling: Phone, tmp_path: Path) -> None:
    page = labelling.page
    scene = draw_scene(tmp_path, 10)
    choose(page, scene)
    fingers = Fingers.on(page)
    fingers.drag((0.2, 0.2), (0.5, 0.5))
    fingers.drag((0.35, 0.35), (0.45, 0.45))
    expect(boxes(page)).to_have_attribute("aria-label", wording(0.3, 0.3, 0.3, 0.3))
    fingers.drag((0.6, 0.6), (0.8, 0.7))
    expect(boxes(page)).to_have_attribute("aria-label", wording(0.3, 0.3, 0.5, 0.4))
    press(page, "Delete the box")
    expect(boxes(page)).to_have_count(0)


def wording(left: float, top: float, width: float, height: float) -> str:
    percent = [f"{round(value * 100)}%" for value in (left, top, width, height)]
    return "Box 1, ball: left {}, top {}, width {}, height {}".format(*percent)


def test_undo_and_redo_go_through_every_step_and_outlive_a_look_at_another_photo(
    labelling: Phone, tmp_path: Path
) -> None:
    page = labelling.page
    choose(page, draw_scene(tmp_path, 11), draw_scene(tmp_path, 12))
    fingers = open_photo(page, 1)
    fingers.drag((0.2, 0.2), (0.5, 0.5))
    expect(boxes(page)).to_have_count(1)
    press(page, "Nothing here")
    expect(boxes(page)).to_have_count(0)
    press(page, "Next photo")
    expect(page.locator("dialog h2")).to_have_text("2 / 2")
    press(page, "Previous photo")
    expect(page.locator("dialog h2")).to_have_text("1 / 2")
    page.locator(".stage-photo").wait_for()
    press(page, "Undo")
    expect(boxes(page)).to_have_count(1)
    press(page, "Undo")
    expect(boxes(page)).to_have_count(0)
    press(page, "Redo")
    expect(boxes(page)).to_have_count(1)


def test_two_fingers_zoom_without_drawing_and_a_box_drawn_there_is_where_it_was_seen(
    labelling: Phone, tmp_path: Path
) -> None:
    page = labelling.page
    scene = draw_scene(tmp_path, 13)
    choose(page, scene)
    fingers = Fingers.on(page)
    before = page.locator(".stage-photo").bounding_box()
    fingers.pinch([(0.4, 0.5), (0.6, 0.5)], [(0.2, 0.5), (0.8, 0.5)])
    after = page.locator(".stage-photo").bounding_box()
    assert before
    assert after
    assert after["width"] / before["width"] == pytest.approx(3, rel=0.05)
    expect(boxes(page)).to_have_count(0)
    fingers.drag((0.45, 0.4), (0.6, 0.6))
    press(page, "Close")
    found = read(download(page, tmp_path)).photos[0].ground_truth
    assert_near(found[0].box, Box(0.4, 0.45, 0.6, 0.6))


def test_all_of_it_works_with_keys_alone(labelling: Phone, tmp_path: Path) -> None:
    page = labelling.page
    choose(page, draw_scene(tmp_path, 14))
    page.locator(".stage").focus()
    keys = page.keyboard
    keys.press("b")
    keys.press("2")
    expect(boxes(page)).to_have_attribute(
        "aria-label", "Box 1, brick: left 30%, top 30%, width 40%, height 40%"
    )
    for _ in range(8):
        keys.press("ArrowLeft")
    keys.press("Shift+ArrowDown")
    expect(boxes(page)).to_have_attribute(
        "aria-label", "Box 1, brick: left 27%, top 30%, width 40%, height 41%"
    )
    expect(page.get_by_role("status").last).to_contain_text("Box 1")
    keys.press("b")
    expect(boxes(page)).to_have_count(2)
    keys.press("Shift+Tab")
    expect(page.locator("[data-box='0']")).to_be_focused()
    keys.press("Delete")
    expect(boxes(page)).to_have_count(1)
    keys.press("Control+z")
    expect(boxes(page)).to_have_count(2)
    keys.press("Escape")
    expect(page.locator(".thumbnail")).to_be_visible()
    expect(page.locator(".stage")).to_have_count(0)


def test_escape_lets_go_of_the_box_each_time_and_then_of_the_photo(labelling: Phone, tmp_path: Path) -> None:
    """Browsers let a page hold up the closing of a dialog only now and then."""
    page = labelling.page
    choose(page, draw_scene(tmp_path, 15))
    photo = page.locator(".stage-photo").bounding_box()
    assert photo
    for count in range(1, 5):
        page.mouse.move(photo["x"] + 20 * count, photo["y"] + 20)
        page.mouse.down()
        page.mouse.move(photo["x"] + 20 * count + 60, photo["y"] + 80)
        page.mouse.up()
        expect(boxes(page)).to_have_count(count)
        page.keyboard.press("Escape")
        expect(page.locator(".box-on-stage.selected")).to_have_count(0)
        expect(page.locator("dialog.editor[open]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.editor")).to_have_count(0)


def test_a_full_storage_is_said_and_nothing_kept_is_lost(
    chromium: Browser, server: Running, tmp_path: Path
) -> None:
    with phone(chromium, "about:blank", permissions=["camera"]) as shown:
        page = shown.page
        devtools = shown.context.new_cdp_session(page)
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": server.url, "quotaSize": QUOTA_BYTES})
        page.goto(f"{server.url}/#/label")
        name_kinds(page)
        page.get_by_label("Choose photos").set_input_files([noise(tmp_path, seed) for seed in range(24)])
        told = page.get_by_text("could not be added. The storage of this browser is full.")
        expect(told).to_be_visible(timeout=60_000)
        kept = page.locator(".thumbnail").count()
        assert 1 <= kept < 24
        page.reload()
        expect(page.locator(".thumbnail")).to_have_count(kept)
        expect(page.locator(".thumbnail img").last).to_have_js_property("naturalWidth", 256)


def noise(folder: Path, seed: int) -> Path:
    """A photo that compresses badly: about 0.3 MB."""
    pixels = np.random.default_rng(seed).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    path = folder / f"noise-{seed}.jpg"
    Image.fromarray(pixels).save(path)
    return path


def test_photos_are_taken_one_after_the_other(labelling: Phone) -> None:
    page = labelling.page
    press(page, "Take photos")
    shutter = page.get_by_role("button", name="Take the photo")
    for count in ("1 photo taken", "2 photos taken"):
        expect(shutter).to_have_attribute("aria-disabled", "false")
        shutter.tap()
        expect(page.get_by_text(count)).to_be_visible()
    press(page, "Close the camera")
    expect(page.locator(".thumbnail")).to_have_count(2)


def test_a_broken_photo_is_named_and_one_chosen_twice_is_there_once(labelling: Phone, tmp_path: Path) -> None:
    page = labelling.page
    scene = draw_scene(tmp_path, 22)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(scene.path.read_bytes()[:900])
    page.get_by_label("Choose photos").set_input_files([scene.path, broken, scene.path])
    expect(page.get_by_text("broken.jpg was left out.")).to_be_attached()
    expect(page.get_by_text("1 photo was here already.")).to_be_attached()
    expect(page.locator(".thumbnail")).to_have_count(1)


def test_a_deleted_photo_is_gone_after_a_question(labelling: Phone, tmp_path: Path) -> None:
    page = labelling.page
    choose(page, draw_scene(tmp_path, 23), draw_scene(tmp_path, 24))
    open_photo(page, 1)
    press(page, "Delete this photo")
    press(page, "Keep")
    press(page, "Delete this photo")
    press(page, "Delete")
    expect(page.locator("dialog h2").first).to_have_text("1 / 1")
    page.reload()
    expect(page.locator(".thumbnail")).to_have_count(1)


def test_kinds_are_renamed_and_the_zip_has_the_new_names(labelling: Phone, tmp_path: Path) -> None:
    page = labelling.page
    scene = draw_scene(tmp_path, 25)
    choose(page, scene)
    label(page, Fingers.on(page), scene)
    press(page, "Close")
    press(page, "Change names")
    page.get_by_label("First kind").fill("sphere")
    press(page, "Save")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert read(download(page, tmp_path)).labels == ("sphere", "brick")


def test_this_is_wrong_brings_the_photo_and_its_boxes_to_be_corrected(
    browser: Browser, gateway: Running, samples: list[Path], tmp_path: Path
) -> None:
    with phone(browser, gateway.url) as shown:
        page = shown.page
        choose_mode(page, "Server")
        choose_photo(page, samples[0])
        found = answer(page, "The server's answer")
        assert found, "the photo shows objects, and the version finds some"
        page.get_by_role("button", name="This is wrong").tap()
        expect(boxes(page)).to_have_count(len(found))
        expect(page.get_by_text("These boxes are the detector’s.")).to_be_visible()
        press(page, "Close")
        expect(page.get_by_role("link", name="Photo 1: to check")).to_be_visible()
        expect(page.get_by_role("button", name="Download")).to_be_disabled()

        open_photo(page, 1)
        press(page, "they are right")
        press(page, "Close")
        truth = read_forgiving(download(page, tmp_path)).photos[0].ground_truth
        assert len(truth) == len(found)
        for one, other in zip(truth, found, strict=True):
            assert_near(one.box, Box(*other.box), pixels=1)


def read_forgiving(path: Path) -> Dataset:
    dataset, _ = open_dataset(path, size=96)
    return dataset


def test_over_plain_http_one_still_labels(playwright: Playwright, server: Running, tmp_path: Path) -> None:
    url = server.url.replace("127.0.0.1", "phone.test")
    with (
        launched(playwright, "--host-resolver-rules=MAP phone.test 127.0.0.1") as browser,
        phone(browser, f"{url}/#/label") as shown,
    ):
        page = shown.page
        assert page.evaluate("isSecureContext") is False
        name_kinds(page)
        scene = draw_scene(tmp_path, 26)
        choose(page, scene)
        label(page, Fingers.on(page), scene)
        press(page, "Close")
        assert len(read(download(page, tmp_path)).photos[0].ground_truth) == 2


def test_a_phone_on_its_side_gives_the_photo_its_height(labelling: Phone, tmp_path: Path) -> None:
    page = labelling.page
    page.set_viewport_size({"width": 844, "height": 390})
    scene = draw_scene(tmp_path, 29)
    choose(page, scene)
    label(page, Fingers.on(page), scene)
    stage = page.locator(".stage").bounding_box()
    assert stage
    assert stage["height"] == 390
    for name in ("Close", "Delete this photo", "Undo", "Nothing here", "Done"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)


def test_nothing_is_sent_while_labelling(labelling: Phone, tmp_path: Path) -> None:
    page = labelling.page
    labelling.requests.clear()
    scene = draw_scene(tmp_path, 27)
    choose(page, scene)
    label(page, Fingers.on(page), scene)
    press(page, "Close")
    download(page, tmp_path)
    ours = [each for each in labelling.requests if not each.url.startswith("blob:")]
    assert [each.url for each in ours if each.method != "GET" or each.post_data_buffer] == []
    parts_of_the_page = tuple(f"{labelling.url.split('#')[0]}{folder}/" for folder in ("assets", "icons"))
    assert [each.url for each in ours if not each.url.startswith(parts_of_the_page)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_people_who_hear_or_press_keys(
    chromium: Browser, server: Running, tmp_path: Path, scheme: str
) -> None:
    with phone(chromium, f"{server.url}/#/label", color_scheme=scheme) as shown:
        page = shown.page
        page.get_by_role("heading", level=1, name="Label").wait_for()
        assert violations(page) == []
        name_kinds(page)
        scene = draw_scene(tmp_path, 28)
        choose(page, scene)
        label(page, Fingers.on(page), scene)
        assert violations(page) == []
        press(page, "Close")
        expect(page.locator(".stage")).to_have_count(0)
        assert violations(page) == []
