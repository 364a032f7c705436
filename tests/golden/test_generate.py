import json
from typing import Any

import numpy as np
import pytest

from detector.boxes import Box, as_array
from detector.detections import Detection, GroundTruth
from tests.detector.evaluation.coco_oracle import coco_precision
from tests.golden.generate import FOLDER, LABELS, TOLERANCE, VECTORS, render


def load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", VECTORS)
def test_the_stored_vectors_are_what_the_script_writes(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == render(VECTORS[name])


def test_conversions_lead_back_to_the_box() -> None:
    for case in load("boxes.json")["cases"]:
        width, height = case["width"], case["height"]
        xmin, ymin, xmax, ymax = case["voc"]
        x, y, w, h = case["yolo"]
        boxes = (
            Box.from_coco(case["coco"], width=width, height=height),
            Box.from_voc(xmin=xmin, ymin=ymin, xmax=xmax, ymax=ymax, width=width, height=height),
            Box.from_yolo(x_center=x, y_center=y, width=w, height=h),
        )
        np.testing.assert_allclose(as_array(boxes), [case["box"]] * 3, atol=TOLERANCE)


def test_the_expected_average_precisions_are_those_of_the_coco_api() -> None:
    for case in load("average_precision.json")["cases"]:
        truth = [
            [GroundTruth(item["class_id"], Box(*item["box"])) for item in photo["ground_truth"]]
            for photo in case["photos"]
        ]
        found = [
            [Detection(item["class_id"], item["score"], Box(*item["box"])) for item in photo["detections"]]
            for photo in case["photos"]
        ]
        coco, expected = coco_precision(truth, found, len(LABELS)), case["expected"]
        assert expected["ap50"] == pytest.approx(coco.mean(iou=0), abs=TOLERANCE)
        assert expected["ap75"] == pytest.approx(coco.mean(iou=5), abs=TOLERANCE)
        assert expected["ap"] == pytest.approx(coco.mean(), abs=TOLERANCE)
