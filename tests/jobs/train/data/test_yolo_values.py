"""What tools write into YOLO rows, read as a whole dataset."""

from collections.abc import Callable
from pathlib import Path

import pytest

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.problems import ProblemKind, faults
from tests.jobs.train.data.writing import SAMPLES, put, write_yolo

BOX = "0.4375 0.5 0.375 0.5"
LABELLED = [sample.stem for sample in SAMPLES if sample.boxes]


def write_rows(folder: Path, row: Callable[[int], str]) -> None:
    """One row on each of the labelled photos."""
    write_yolo(folder)
    for i, stem in enumerate(LABELLED):
        put(folder / "labels" / f"{stem}.txt", row(i) + "\n")


@pytest.mark.parametrize(
    "row",
    [
        lambda i: f"{i % 2} {BOX} {i + 1}",
        lambda i: f"{i % 2} {BOX} 0.91 1",
        lambda i: f"{i % 2} {BOX} 0.91 {i}",
    ],
)
def test_score_and_track_number_are_left_out_with_one_remark(
    row: Callable[[int], str], tmp_path: Path
) -> None:
    write_rows(tmp_path, row)
    dataset, report = open_dataset(tmp_path, size=96)
    boxes = [truth.box for photo in dataset.photos for truth in photo.ground_truth]
    assert {(box.xmin, box.ymin, box.xmax, box.ymax) for box in boxes} == {(0.25, 0.25, 0.625, 0.75)}
    assert faults(report.problems) == ()
    (remark,) = (p for p in report.problems if p.kind is ProblemKind.EXTRA_COLUMNS)
    assert "3 rows in 3 files" in remark.message
    assert "predictions" not in remark.message


def test_low_scores_are_told_to_be_predictions(tmp_path: Path) -> None:
    write_rows(tmp_path, lambda i: f"{i % 2} 0.5 0.5 0.1 0.2 0.{3 + i}1")
    _, report = open_dataset(tmp_path, size=96)
    (remark,) = (p for p in report.problems if p.kind is ProblemKind.EXTRA_COLUMNS)
    assert "lowest score is 0.31: the boxes may be predictions" in remark.message


def test_boxes_and_polygons_in_one_file_are_both_read(tmp_path: Path) -> None:
    write_rows(tmp_path, lambda i: f"0 {BOX}\n1 0.1 0.2 0.5 0.3 0.3 0.7\n1 0.5 0.1 0.9 0.1 0.9 0.4 0.5 0.4")
    _, report = open_dataset(tmp_path, size=96)
    assert report.boxes == 9
    assert [p.kind for p in report.problems] == [ProblemKind.ASSUMED_NEGATIVE]


@pytest.mark.parametrize("names_in", ["data.yaml", "classes.txt"])
def test_classes_by_name_are_read(names_in: str, tmp_path: Path) -> None:
    write_rows(tmp_path, lambda i: f"{('cat', 'dog')[i % 2]} {BOX}")
    if names_in == "classes.txt":
        (tmp_path / "data.yaml").unlink()
        put(tmp_path / "classes.txt", "cat\ndog\n")
    dataset, report = open_dataset(tmp_path, size=96)
    assert dataset.labels == ("cat", "dog")
    assert report.boxes == 3
    assert faults(report.problems) == ()


def test_rows_that_may_be_two_things_are_named_and_their_photo_is_no_negative(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "labels" / "four.txt", f"0 {BOX} 0.91 1\n")
    dataset, report = open_dataset(tmp_path, size=96)
    problem, no_box = faults(report.problems)
    assert (problem.file, problem.kind) == ("labels/four.txt", ProblemKind.INVALID_BOX)
    assert problem.message.startswith("line 1 may be a box with score and track number, or a triangle")
    assert (no_box.file, no_box.kind) == ("images/four.jpg", ProblemKind.NO_USABLE_BOX)
    assert "images/four.jpg" not in {photo.name for photo in dataset.photos}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("0 87 50 75 50", "look like pixels"),
        ("0 0.9 " + BOX, "score before the box"),
        ("0 0.25 0.25 0.625 0.75", "looks like xmin ymin xmax ymax"),
    ],
)
def test_rows_that_are_no_yolo_are_refused_with_what_they_look_like(
    row: str, message: str, tmp_path: Path
) -> None:
    write_rows(tmp_path, lambda i: row)
    with pytest.raises(DatasetError, match=message):
        open_dataset(tmp_path, size=96)
