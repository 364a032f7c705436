from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError
from jobs.train.data.formats import detect_format
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind, faults
from jobs.train.data.readers import sagemaker
from jobs.train.data.source import open_source
from tests.jobs.train.data.readers.checking import (
    SAMPLE_BOXES,
    boxes_of,
    found_format,
    holds_whatever_is_in_the_files,
    kinds,
)
from tests.jobs.train.data.readers.sagemaker_samples import (
    MANIFEST,
    manifest,
    sagemaker_box,
    sagemaker_job,
    sagemaker_line,
    write_sagemaker,
)
from tests.jobs.train.data.writing import HEIGHT, SAMPLES, WIDTH, put, zipped

ONE, TWO, THREE, FOUR = SAMPLES
BOX = sagemaker_box("cat", 20, 10, 60, 50)
OTHER = sagemaker_box("dog", 0, 0, 60, 50)


def read(folder: Path) -> Annotations:
    return sagemaker.read(open_source(folder))


def with_lines(folder: Path, *lines: Any) -> Annotations:
    for sample in SAMPLES:
        put(folder / f"{sample.stem}.jpg", sample.jpeg)
    put(folder / MANIFEST, manifest(lines))
    return read(folder)


def test_boxes_are_corner_and_size_in_pixels(tmp_path: Path) -> None:
    write_sagemaker(tmp_path)
    for data in (tmp_path, zipped(tmp_path, inside="deep/er")):
        found = read(data)
        assert boxes_of(found) == SAMPLE_BOXES
        assert found.labels == ("cat", "dog")
        assert {photo.stated_size for photo in found.photos} == {(WIDTH, HEIGHT)}
        assert found.problems == ()
    assert found_format(tmp_path) == "sagemaker"


def test_a_photo_without_boxes_is_a_negative(tmp_path: Path) -> None:
    write_sagemaker(tmp_path)
    _, report = open_dataset(tmp_path, size=96)
    assert (report.format, report.photos, report.boxes, report.negatives) == ("sagemaker", 4, 4, 1)
    assert report.problems == ()


@pytest.mark.parametrize("name", ["train.manifest", "output.jsonl", "lines.json"])
def test_the_file_may_be_called_otherwise(name: str, tmp_path: Path) -> None:
    write_sagemaker(tmp_path)
    (tmp_path / MANIFEST).rename(tmp_path / name)
    found = read(tmp_path)
    assert boxes_of(found) == SAMPLE_BOXES
    assert {photo.side for photo in found.photos} == {"train" if name.startswith("train") else None}
    assert found_format(tmp_path) == "sagemaker"


def test_a_failed_labelling_makes_no_negative(tmp_path: Path) -> None:
    failed = sagemaker_job([], **{"failure-reason": "ClientError: not annotated in time"})
    found = with_lines(tmp_path, sagemaker_line(ONE), sagemaker_line(TWO, failed))
    assert list(boxes_of(found)) == ["one"]
    assert (MANIFEST, ProblemKind.NOT_ANNOTATED) in kinds(found)
    assert "the labelling failed" in found.problems[0].message
    assert faults(found.problems) == ()


def test_the_latest_of_several_jobs_counts_and_the_others_are_reported(tmp_path: Path) -> None:
    adjusted = sagemaker_job(
        [OTHER], job="adjusted", **{"adjustment-status": "adjusted", "creation-date": "2024-06-01T10:00:00.0"}
    )
    for jobs in ((adjusted, sagemaker_job([BOX])), (sagemaker_job([BOX]), adjusted)):
        found = with_lines(tmp_path, sagemaker_line(ONE, *jobs))
        assert boxes_of(found)["one"] == [("dog", 0, 0, 60, 50)]
        assert kinds(found)[0] == (MANIFEST, ProblemKind.SET_ASIDE)
        assert "(adjusted, pets)" in found.problems[0].message


def test_an_adjustment_that_failed_leaves_the_boxes_before_it(tmp_path: Path) -> None:
    failed = sagemaker_job(
        [], job="adjusted", **{"failure-reason": "x", "creation-date": "2024-06-01T10:00:00.0"}
    )
    found = with_lines(tmp_path, sagemaker_line(ONE, failed, sagemaker_job([BOX])))
    assert boxes_of(found)["one"] == [("cat", 20, 10, 60, 50)]


def test_photos_that_a_verification_calls_bad_are_not_used(tmp_path: Path) -> None:
    def verified(verdict: str) -> dict[str, Any]:
        return sagemaker_job(
            [], job="check", value="1", **{"class-name": verdict, "type": "groundtruth/label-verification"}
        )

    lines = [sagemaker_line(ONE, sagemaker_job([BOX]), verified("good"))]
    found = with_lines(tmp_path, *lines, sagemaker_line(TWO, sagemaker_job([BOX]), verified("bad")))
    assert list(boxes_of(found)) == ["one"]
    assert "1 photo is not used: a verification job calls its boxes bad." in found.problems[0].message


def test_jobs_without_boxes_are_named(tmp_path: Path) -> None:
    masks = sagemaker_job([], value="s3://bucket/mask.png", type="groundtruth/semantic-segmentation")
    with pytest.raises(
        DatasetError, match=r"no photo with boxes \(found: groundtruth/semantic-segmentation\)"
    ):
        with_lines(tmp_path, sagemaker_line(ONE, masks))


def test_numbers_of_classes_that_differ_between_photos_give_no_order(tmp_path: Path) -> None:
    lines = []
    for sample, name in ((ONE, "dog"), (TWO, "cat")):
        job = sagemaker_job([BOX])
        job["pets-metadata"]["class-map"] = {"0": name}
        lines.append(sagemaker_line(sample, job))
    found = with_lines(tmp_path, *lines)
    assert found.labels is None
    assert {box.label for photo in found.photos for box in photo.boxes} == {"cat", "dog"}


@pytest.mark.parametrize(
    ("boxes", "kind", "message"),
    [
        ([BOX | {"class_id": 9}], ProblemKind.UNKNOWN_CLASS, "is of class 9"),
        ([{"top": 1}], ProblemKind.UNKNOWN_CLASS, "is of class none"),
        ([7], ProblemKind.INVALID_BOX, "is no box"),
        ("x", ProblemKind.INVALID_BOX, "is no box"),
        (None, ProblemKind.INVALID_BOX, "is no box"),
    ],
)
def test_what_has_no_box_is_reported_and_its_photo_is_no_negative(
    boxes: Any, kind: ProblemKind, message: str, tmp_path: Path
) -> None:
    found = with_lines(tmp_path, sagemaker_line(ONE, sagemaker_job(boxes)))
    assert kinds(found)[0] == (MANIFEST, kind)
    assert message in found.problems[0].message
    assert (found.photos[0].boxes, found.photos[0].left_out) == ((), 1)


def test_broken_edges_are_faults(tmp_path: Path) -> None:
    write_sagemaker(tmp_path)
    lines = [sagemaker_line(sample) for sample in (TWO, THREE, FOUR)]
    put(
        tmp_path / MANIFEST,
        manifest([*lines, sagemaker_line(ONE, sagemaker_job([BOX, BOX | {"left": None}]))]),
    )
    _, report = open_dataset(tmp_path, size=96)
    assert [(problem.file, problem.kind) for problem in report.problems] == [
        ("images/one.jpg", ProblemKind.INVALID_BOX)
    ]


def test_broken_lines_are_reported(tmp_path: Path) -> None:
    with_lines(tmp_path, sagemaker_line(ONE))
    put(tmp_path / MANIFEST, manifest([sagemaker_line(ONE), {"source": "x"}]) + "{\n")
    messages = [problem.message for problem in faults(read(tmp_path).problems)]
    assert [message[:10] for message in messages] == ["line 2: ha", "line 3: no"]


def test_an_input_manifest_says_what_to_give_instead(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    put(tmp_path / "input.manifest", '{"source-ref": "s3://bucket/one.jpg"}\n')
    with pytest.raises(DatasetError, match=r"input\.manifest is a SageMaker manifest.*output manifest"):
        detect_format(open_source(tmp_path))
    with pytest.raises(DatasetError, match="no output manifest"):
        read(tmp_path)


def test_whatever_is_in_the_files_is_read_or_refused(tmp_path: Path) -> None:
    write_sagemaker(tmp_path)
    holds_whatever_is_in_the_files(sagemaker.read, tmp_path)


def test_whatever_is_in_one_line_is_read_or_refused(tmp_path: Path) -> None:
    adjusted = sagemaker_job([OTHER], job="adjusted", **{"adjustment-status": "adjusted"})
    with_lines(tmp_path, sagemaker_line(ONE, sagemaker_job([BOX]), adjusted))
    holds_whatever_is_in_the_files(sagemaker.read, tmp_path, examples=100)
