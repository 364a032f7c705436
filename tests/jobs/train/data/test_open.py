import re
from pathlib import Path

import pytest

from detector.errors import DatasetError, InvalidRequestError
from jobs.train.data.open import open_dataset
from jobs.train.data.problems import ProblemKind, faults
from tests.jobs.train.data.writing import (
    HEIGHT,
    SAMPLES,
    WIDTH,
    WRITERS,
    contents,
    put,
    write_voc,
    zipped,
)


@pytest.fixture(scope="module")
def fingerprint(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of the samples written as VOC."""
    folder = tmp_path_factory.mktemp("voc")
    write_voc(folder)
    return open_dataset(folder, size=96)[1].fingerprint


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_photos_and_boxes_from_a_folder(
    name: str, tmp_path: Path, fingerprint: str
) -> None:
    WRITERS[name](tmp_path)
    before = contents(tmp_path)
    dataset, report = open_dataset(tmp_path, size=96)
    assert report.fingerprint == fingerprint
    assert report.format == name
    assert faults(report.problems) == ()
    assert (report.photos, report.boxes, report.negatives) == (4, 4, 1)
    assert dataset.labels == ("cat", "dog")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("inside", ["", "my dataset/v1"])
def test_every_format_gives_the_same_from_a_zip_that_is_left_alone(
    name: str, inside: str, tmp_path: Path, fingerprint: str
) -> None:
    folder = tmp_path / "data"
    WRITERS[name](folder)
    archive = zipped(folder, inside=inside)
    before = contents(tmp_path)
    _, report = open_dataset(archive, size=96)
    assert (report.fingerprint, report.format, faults(report.problems)) == (fingerprint, name, ())
    assert contents(tmp_path) == before


def test_boxes_are_normalised_to_the_photo(tmp_path: Path) -> None:
    write_voc(tmp_path)
    dataset, _ = open_dataset(tmp_path, size=96)
    photo = next(photo for photo in dataset.photos if photo.name.endswith("one.jpg"))
    label, xmin, ymin, xmax, ymax = SAMPLES[0].boxes[0]
    box = photo.ground_truth[0].box
    assert dataset.labels[photo.ground_truth[0].class_id] == label
    edges = [ymin / HEIGHT, xmin / WIDTH, ymax / HEIGHT, xmax / WIDTH]
    assert [box.ymin, box.xmin, box.ymax, box.xmax] == pytest.approx(edges)


def test_photos_are_kept_at_most_twice_the_size_a_side(tmp_path: Path) -> None:
    write_voc(tmp_path)
    small, _ = open_dataset(tmp_path, size=32)
    large, _ = open_dataset(tmp_path, size=320)
    assert {photo.pixels.shape for photo in small.photos} == {(32, 64, 3)}
    assert {photo.pixels.shape for photo in large.photos} == {(HEIGHT, WIDTH, 3)}


def test_without_data_shapes_are_drawn() -> None:
    dataset, report = open_dataset(None, size=64, shapes=30, seed=3)
    assert (len(dataset.photos), report.format, report.photos) == (30, "shapes", 30)
    assert {photo.pixels.shape for photo in dataset.photos} == {(64, 64, 3)}


def test_a_folder_of_text_files_says_what_was_found(tmp_path: Path) -> None:
    for i in range(3):
        put(tmp_path / f"note{i}.txt", "hello")
    with pytest.raises(DatasetError, match=r"Found: 3 files, 0 of them photos by name \(3 \.txt\)"):
        open_dataset(tmp_path, size=96)


def test_two_formats_at_once_are_refused_and_settled_by_saying_which(
    tmp_path: Path, fingerprint: str
) -> None:
    write_voc(tmp_path)
    put(tmp_path / "labels.csv", "filename,class,xmin,ymin,xmax,ymax\none.jpg,cat,20,10,60,50\n")
    with pytest.raises(DatasetError, match=r"voc \(Annotations/four.xml\), csv \(labels.csv\).*--format"):
        open_dataset(tmp_path, size=96)
    assert open_dataset(tmp_path, format_name="voc", size=96)[1].fingerprint == fingerprint


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="voc, coco, yolo, csv, tfrecord"):
        open_dataset(tmp_path, format_name="darknet", size=96)


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="there is no such file or folder"):
        open_dataset(tmp_path / "nowhere", size=96)


def test_a_format_that_is_said_but_not_there_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "a.jpg", SAMPLES[0].jpeg)
    for name in ("voc", "coco", "yolo", "csv", "tfrecord"):
        with pytest.raises(DatasetError, match=re.escape(str(tmp_path))):
            open_dataset(tmp_path, format_name=name, size=96)


def test_strict_refuses_a_fault_and_names_its_file(tmp_path: Path) -> None:
    write_voc(tmp_path)
    put(tmp_path / "JPEGImages" / "two.jpg", SAMPLES[1].jpeg[:-500])
    _, report = open_dataset(tmp_path, size=96)
    assert report.count(ProblemKind.UNREADABLE_PHOTO) == 1
    with pytest.raises(DatasetError, match=r"JPEGImages/two\.jpg"):
        open_dataset(tmp_path, size=96, strict=True)


def test_strict_takes_a_dataset_without_faults(tmp_path: Path) -> None:
    write_voc(tmp_path)
    put(tmp_path / "JPEGImages" / "unlabelled.jpg", SAMPLES[1].jpeg)
    _, report = open_dataset(tmp_path, size=96, strict=True)
    assert [problem.kind for problem in report.problems] == [ProblemKind.NOT_ANNOTATED]
