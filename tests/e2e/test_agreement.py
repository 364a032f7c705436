"""One photo, the same answer: SavedModel, LiteRT, /detect, and tfjs in this browser (docs/architecture.md)."""

from collections.abc import Sequence
from pathlib import Path

import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser

from detector.boxes import Box
from detector.detections import Detection
from detector.images import load_image, resize_square
from detector.store.store import Store
from jobs.train.data.shapes import generate_shapes
from jobs.train.export.runtimes import open_runtime
from jobs.train.export.runtimes.runtime import Kind
from tests.conftest import Trained
from tests.detector.pictures import encode, orientation_exif
from tests.e2e.phones import Shown, answer, choose_mode, choose_photo, lower_threshold, phone, wait_for_model
from tests.services.gateway.running import Running

pytestmark = pytest.mark.slow

SAME_OVERLAP = 0.85
"""0.9 is promised and holds at 320 pixels; with 96 a pixel of difference moves an edge three times as far, and which
network comes out of a minute's training is a matter of luck."""
SCORE_MARGIN = 0.05
SIDE = 192
"""Twice the network: every way sees all of the photo, and a network trained for a minute is not asked for more."""
LARGE = (3000, 4000)

SHAPES = [photo.pixels for photo in generate_shapes(24, seed=7, size=SIDE).photos]
PHOTOS = {
    **{f"{place}.jpg": encode(pixels, quality=95) for place, pixels in enumerate(SHAPES[:16])},
    "turned.jpg": encode(SHAPES[16], exif=orientation_exif(6)),
    "mirrored.jpg": encode(SHAPES[17], exif=orientation_exif(2)),
    "photo.png": encode(SHAPES[18], "PNG"),
    "photo.webp": encode(SHAPES[19], "WEBP"),
    "large.jpg": encode(resize_square(SHAPES[20], LARGE[0]), quality=90),
}


def of_file(store: Store, kind: Kind, photo: bytes) -> list[Detection]:
    """As a program finds it that has the file of the version and Pillow."""
    artifacts, model = store.artifacts_dir("detector", 1), store.model_dir("detector", 1)
    with open_runtime(kind, artifacts, model) as runtime:
        square = resize_square(load_image(photo).pixels, runtime.size)
        (found,) = runtime.detect(square[np.newaxis]).per_photo()
    return list(found)


def of_gateway(url: str, photo: bytes) -> list[Detection]:
    found = httpx.post(f"{url}/detect?min_score=0.01", content=photo, timeout=20).json()["detections"]
    return [Detection(each["class_id"], each["score"], Box(**each["box"])) for each in found]


def unmatched(ours: Sequence[Detection], theirs: Sequence[Detection], threshold: float) -> list[Detection]:
    """Those of ours at threshold + 0.05 or more without a match among theirs."""
    return [
        mine
        for mine in ours
        if mine.score >= threshold + SCORE_MARGIN
        and not any(
            other.class_id == mine.class_id and overlap(mine.box, other.box) >= SAME_OVERLAP
            for other in theirs
        )
    ]


def overlap(a: Box, b: Box) -> float:
    width = max(0.0, min(a.xmax, b.xmax) - max(a.xmin, b.xmin))
    height = max(0.0, min(a.ymax, b.ymax) - max(a.ymin, b.ymin))
    both = width * height
    return both / (a.area + b.area - both) if both else 0.0


def test_every_way_gives_the_same_answer(
    browser: Browser, gateway: Running, competent: Trained, tmp_path: Path
) -> None:
    threshold = competent.store.manifest("detector", 1).score_threshold
    apart: list[str] = []
    sure = 0
    with phone(browser, gateway.url) as shown:
        page = shown.page
        wait_for_model(page)
        lower_threshold(page, 1)
        choose_mode(page, "Both")
        for name, photo in PHOTOS.items():
            (tmp_path / name).write_bytes(photo)
            with page.expect_response(lambda each: "/detect?" in each.url):
                choose_photo(page, tmp_path / name)
            answers = {
                "LiteRT": of_file(competent.store, "tflite_f32", photo),
                "/detect": of_gateway(gateway.url, photo),
                "this browser": in_browser(answer(page)),
                "/detect, photo made small here": in_browser(answer(page, "The server's answer")),
            }
            reference = of_file(competent.store, "saved_model", photo)
            sure += sum(each.score >= threshold + SCORE_MARGIN for each in reference)
            for way, found in answers.items():
                for one, other in ((reference, found), (found, reference)):
                    apart += [f"{name}, {way}: {each}" for each in unmatched(one, other, threshold)]
    assert sure >= 10, "too few sure detections to compare anything"
    assert apart == []


def in_browser(listed: Sequence[Shown]) -> list[Detection]:
    return [Detection(each.class_id, each.score, Box(*each.box)) for each in listed]
