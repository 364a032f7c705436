import json

from detector.boxes import Box
from detector.detections import Detection, GroundTruth
from detector.evaluation import evaluate, evaluation_to_json
from tests.detector.evaluation.scenes import random_scene

LABELS = ("raccoon", "kangaroo")


def test_is_strict_json_with_every_number() -> None:
    result = evaluate(*random_scene(1, photos=12), LABELS, score_threshold=0.4, resamples=50)
    written = json.loads(json.dumps(evaluation_to_json(result), allow_nan=False))
    assert written["ap50"] == result.ap50
    assert written["at_threshold"]["recall"] == result.recall
    assert [entry["label"] for entry in written["per_class"]] == list(LABELS)
    assert [entry["size"] for entry in written["per_size"]] == ["small", "medium", "large"]
    assert len(written["per_class"][0]["precision_at_101_recalls"]) == 101
    assert len(written["ap50_interval"]) == 2


def test_what_was_not_measured_is_null() -> None:
    box = Box(0.1, 0.1, 0.5, 0.5)
    result = evaluate([[GroundTruth(0, box)]], [[Detection(0, 0.9, box)]], LABELS)
    written = evaluation_to_json(result)
    assert written["per_class"][1]["ap50"] is None
    assert written["at_threshold"] is None
    assert written["false_positives_per_empty_photo"] is None
