import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from detector.boxes import Box
from detector.detections import Detection, GroundTruth
from detector.evaluation import evaluate
from jobs.train.data.photos import Pixels
from jobs.train.report import EvaluatedPhoto, write_samples
from jobs.train.report.samples import LONGEST_SIDE, choose_samples
from tests.jobs.train.report.examples import LABELS, LEFT, RIGHT, THRESHOLD, evaluated, example_photos


def detect(pixels: Pixels) -> list[Detection]:
    """A detector whose answer depends on every pixel it is given."""
    score = float(pixels.mean()) / 255
    return [Detection(0, score, LEFT), Detection(1, score / 2, RIGHT)]


def read(directory: Path) -> Any:
    return json.loads((directory / "samples.json").read_text(encoding="utf-8"))


def write(directory: Path, photos: tuple[EvaluatedPhoto, ...], count: int = 12) -> tuple[str, ...]:
    return write_samples(
        directory, photos, LABELS, detect=detect, score_threshold=THRESHOLD, count=count
    ).photos  # fmt: skip


def test_what_is_recorded_is_what_is_found_on_the_published_file(tmp_path: Path) -> None:
    write(tmp_path, example_photos())
    for photo in read(tmp_path)["photos"]:
        with Image.open(tmp_path / photo["file"]) as image:
            assert (image.width, image.height) == (photo["width"], photo["height"])
            expected = detect(np.asarray(image.convert("RGB")))
        assert [found["score"] for found in photo["detections"]] == [found.score for found in expected]


def test_the_numbers_are_those_of_exactly_these_photos(tmp_path: Path) -> None:
    samples = write_samples(
        tmp_path, example_photos(), LABELS, detect=detect, score_threshold=THRESHOLD, count=3
    )  # fmt: skip
    stored = read(tmp_path)
    truth = [
        [GroundTruth(o["class_id"], Box(**o["box"])) for o in p["ground_truth"]] for p in stored["photos"]
    ]
    found = [
        [Detection(o["class_id"], o["score"], Box(**o["box"])) for o in p["detections"]]
        for p in stored["photos"]
    ]
    again = evaluate(truth, found, LABELS, score_threshold=stored["score_threshold"])
    assert len(truth) == 3
    assert stored["ap50"] == again.ap50 == samples.evaluation.ap50
    assert again.at_threshold is not None
    assert stored["false_positives"] == again.at_threshold.false_positives


def test_files_are_numbered_small_and_without_metadata(tmp_path: Path) -> None:
    photos = (evaluated("secret name.jpg", [GroundTruth(0, LEFT)], width=1300, height=400),)
    assert write(tmp_path, photos) == ("01.jpg",)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["01.jpg", "samples.json"]
    with Image.open(tmp_path / "01.jpg") as image:
        assert image.size == (LONGEST_SIDE, 197)
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert "secret" not in (tmp_path / "samples.json").read_text(encoding="utf-8")


def test_the_first_sample_is_the_one_the_model_is_surest_about() -> None:
    chosen = choose_samples(example_photos(), 2, score_threshold=THRESHOLD, count=12)
    assert chosen[0].name == "good.jpg"
    assert sorted(photo.name for photo in chosen) == sorted(photo.name for photo in example_photos())


def test_the_choice_is_a_spread_of_classes_empty_photos_and_hard_ones() -> None:
    raccoons = [evaluated(f"r{i}", [GroundTruth(0, LEFT)], Detection(0, 0.9, LEFT)) for i in range(30)]
    rest = (
        evaluated("k0", [GroundTruth(1, LEFT)], Detection(1, 0.8, LEFT)),
        evaluated("hard", [GroundTruth(0, LEFT), GroundTruth(0, RIGHT)], Detection(1, 0.9, LEFT)),
        evaluated("empty", []),
    )
    chosen = choose_samples((*raccoons, *rest), 2, score_threshold=THRESHOLD, count=5)
    assert {"k0", "hard", "empty"} <= {photo.name for photo in chosen}
    assert len({photo.name for photo in chosen}) == 5


@pytest.mark.parametrize("count", [0, 1, 2, 5, 50])
def test_as_many_as_asked_for_each_once_and_the_same_every_time(count: int) -> None:
    photos = example_photos()
    chosen = choose_samples(photos, 2, score_threshold=THRESHOLD, count=count)
    assert len(chosen) == min(count, len(photos)) == len({photo.name for photo in chosen})
    again = choose_samples(photos, 2, score_threshold=THRESHOLD, count=count)
    assert [photo.name for photo in chosen] == [photo.name for photo in again]


def test_none_asked_for_writes_nothing(tmp_path: Path) -> None:
    assert write(tmp_path / "samples", example_photos(), count=0) == ()
    assert write(tmp_path / "samples", ()) == ()
    assert not (tmp_path / "samples").exists()
