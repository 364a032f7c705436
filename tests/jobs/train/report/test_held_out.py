import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detector.boxes import Box
from detector.detections import GroundTruth
from jobs.train.report import write_eval
from tests.jobs.train.report.examples import LABELS, LEFT, RIGHT, labelled_photo


def test_photos_and_boxes_can_be_read_back(tmp_path: Path) -> None:
    photos = [
        labelled_photo(
            "holiday/private.jpg", GroundTruth(1, RIGHT), GroundTruth(0, LEFT), width=200, height=100
        ),
        labelled_photo("nothing here.jpg", shade=200),
    ]
    write_eval(tmp_path / "eval", photos, LABELS)
    text = (tmp_path / "eval" / "annotations.json").read_text(encoding="utf-8")
    coco = json.loads(text)
    assert [category["name"] for category in coco["categories"]] == list(LABELS)
    assert "private" not in text
    for image, photo in zip(coco["images"], photos, strict=True):
        with Image.open(tmp_path / "eval" / image["file_name"]) as stored:
            assert stored.size == (image["width"], image["height"])
            assert not stored.getexif()
            assert np.abs(np.asarray(stored, np.int16) - photo.pixels).mean() < 2
    assert [annotation["image_id"] for annotation in coco["annotations"]] == [1, 1]
    kangaroo = coco["annotations"][0]
    assert kangaroo["category_id"] == 2
    box = Box.from_coco(kangaroo["bbox"], width=200, height=100)
    assert (box.ymin, box.xmin, box.ymax, box.xmax) == pytest.approx((0.2, 0.55, 0.9, 0.95))


def test_no_photos_are_an_empty_dataset(tmp_path: Path) -> None:
    write_eval(tmp_path, [], LABELS)
    coco = json.loads((tmp_path / "annotations.json").read_text(encoding="utf-8"))
    assert (coco["images"], coco["annotations"]) == ([], [])
