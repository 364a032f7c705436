import base64
import io

import numpy as np
from PIL import Image

from detector.detections import Detection, GroundTruth
from jobs.train.report.pictures import LONGEST_SIDE, TEXT_WIDTH, worst_pictures
from tests.jobs.train.report.examples import LABELS, LEFT, RIGHT, THRESHOLD, evaluated, example_photos


def test_the_photos_with_the_most_mistakes_come_first_and_faultless_ones_not_at_all() -> None:
    shown = worst_pictures(example_photos(), LABELS, score_threshold=THRESHOLD)
    assert [picture.name for picture in shown] == ["confused.jpg", "alarm.jpg", "missed.jpg"]
    assert [picture.text for picture in shown] == ["1 right, 1 wrong, 1 missed", "1 wrong", "1 missed"]


def test_no_more_than_asked_for_are_shown() -> None:
    assert len(worst_pictures(example_photos(), LABELS, score_threshold=THRESHOLD, count=1)) == 1


def test_every_box_is_drawn_as_what_it_is() -> None:
    confused = worst_pictures(example_photos(), LABELS, score_threshold=THRESHOLD)[0]
    assert [(box.fate, box.caption) for box in confused.boxes] == [
        ("truth", ""), ("missed", "kangaroo"), ("right", "raccoon 0.80"), ("wrong", "raccoon 0.90"),
    ]  # fmt: skip
    truth = confused.boxes[0]
    assert (truth.x, truth.y, truth.width, truth.height) == (12.0, 9.0, 36.0, 45.0)


def test_large_photos_are_made_small_and_small_ones_stay() -> None:
    photos = (
        evaluated("wide.jpg", [GroundTruth(0, LEFT)], width=2000, height=500),
        evaluated("small.jpg", [GroundTruth(0, LEFT)], width=40, height=30),
    )
    wide, small = worst_pictures(photos, LABELS, score_threshold=THRESHOLD)
    assert (wide.width, wide.height) == (LONGEST_SIDE, 120)
    assert (small.width, small.height) == (40, 30)


def test_the_picture_in_the_page_is_the_photo_without_metadata() -> None:
    photo = example_photos()[1]
    picture = worst_pictures([photo], LABELS, score_threshold=THRESHOLD)[0]
    kind, content = picture.data_uri.split(",")
    assert kind == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        assert not image.getexif()
        difference = np.abs(np.asarray(image, np.int16) - photo.pixels)
    assert difference.mean() < 4


def test_captions_stay_inside_the_photo() -> None:
    edge = evaluated("edge.jpg", [], Detection(1, 0.9, RIGHT))
    for label in ("koala", "a very long name indeed", "a name that no photo is wide enough for"):
        picture = worst_pictures([edge], ("a", label), score_threshold=THRESHOLD)[0]
        box = picture.boxes[0]
        width = TEXT_WIDTH * picture.font_size * len(box.caption)
        leftmost = round(0.2 * picture.font_size, 1)
        assert box.text_x == leftmost or box.text_x + width <= picture.width + 0.1
        assert box.text_x >= leftmost
