from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers import createml
from jobs.train.data.source import open_source
from tests.jobs.train.data.readers.checking import (
    SAMPLE_BOXES,
    boxes_of,
    found_format,
    holds_whatever_is_in_the_files,
    kinds,
)
from tests.jobs.train.data.readers.samples import createml_entry, write_createml
from tests.jobs.train.data.writing import HEIGHT, SAMPLES, WIDTH, put, put_json

ONE, TWO, THREE, FOUR = SAMPLES


def read(folder: Path) -> Annotations:
    return createml.read(open_source(folder))


def of_entries(folder: Path, entries: Any) -> Annotations:
    for sample in SAMPLES:
        put(folder / f"{sample.stem}.jpg", sample.jpeg)
    put_json(folder / "annotations.json", entries)
    return read(folder)


def test_boxes_are_centre_and_size_in_pixels(tmp_path: Path) -> None:
    write_createml(tmp_path)
    found = read(tmp_path)
    assert boxes_of(found) == SAMPLE_BOXES
    assert found.problems == ()
    assert found_format(tmp_path) == "createml"


def test_a_photo_with_an_empty_list_is_a_negative(tmp_path: Path) -> None:
    write_createml(tmp_path)
    _, report = open_dataset(tmp_path, size=96)
    assert (report.format, report.photos, report.boxes, report.negatives) == ("createml", 4, 4, 1)
    assert report.problems == ()


@pytest.mark.parametrize(
    ("photo", "objects"),
    [("imagefilename", "annotation"), ("imageFilename", "annotations"), ("imageURL", "annotations")],
)
def test_fields_may_be_called_as_apple_documents_them(photo: str, objects: str, tmp_path: Path) -> None:
    found = of_entries(tmp_path, [createml_entry(sample, photo=photo, objects=objects) for sample in SAMPLES])
    assert boxes_of(found) == SAMPLE_BOXES
    assert found_format(tmp_path) == "createml"


@pytest.mark.parametrize("key", ["anchor", "origin", "coordinatesOrigin", "coordinates_origin"])
@pytest.mark.parametrize("value", ["top-left", "topLeft", "bottom_left"])
def test_a_file_whose_boxes_may_not_be_given_by_their_centre_is_refused(
    key: str, value: str, tmp_path: Path
) -> None:
    entries = [createml_entry(sample) for sample in SAMPLES]
    for places in ([entries[0]], entries[0]["annotations"], [entries[0]["annotations"][0]["coordinates"]]):
        places[0][key] = value
        found = of_entries(tmp_path, entries)
        assert found.photos == () or all(not photo.boxes for photo in found.photos)
        assert f"says {key}: {value}" in found.problems[0].message
        del places[0][key]


@pytest.mark.parametrize(
    "stated", [{"anchor": "center"}, {"origin": "centre"}, {"anchor": "center", "origin": "topLeft"}]
)
def test_a_file_may_state_the_usual_anchor(stated: dict[str, str], tmp_path: Path) -> None:
    found = of_entries(tmp_path, [createml_entry(sample) | stated for sample in SAMPLES])
    assert boxes_of(found) == SAMPLE_BOXES


def test_roboflow_has_a_list_in_each_part(tmp_path: Path) -> None:
    for part, sample in (("train", ONE), ("valid", THREE), ("test", FOUR)):
        put(tmp_path / part / f"{sample.stem}.jpg", sample.jpeg)
        put_json(tmp_path / part / "_annotations.createml.json", [createml_entry(sample)])
    found = read(tmp_path)
    assert {photo.name: photo.side for photo in found.photos} == {
        "train/one.jpg": "train",
        "valid/three.jpg": "val",
        "test/four.jpg": "test",
    }
    assert found_format(tmp_path) == "createml"


def test_numbers_that_are_all_in_0_to_1_are_parts_of_the_photo(tmp_path: Path) -> None:
    entries = [createml_entry(sample) for sample in SAMPLES]
    for entry in entries:
        for annotation in entry["annotations"]:
            box = annotation["coordinates"]
            annotation["coordinates"] = {
                "x": box["x"] / WIDTH,
                "y": box["y"] / HEIGHT,
                "width": box["width"] / WIDTH,
                "height": box["height"] / HEIGHT,
            }
    found = of_entries(tmp_path, entries)
    one = next(photo for photo in found.photos if photo.name == "one.jpg")
    assert all(box.normalised for box in one.boxes)
    assert (one.boxes[0].xmin, one.boxes[0].ymin, one.boxes[0].xmax, one.boxes[0].ymax) == pytest.approx(
        (0.1, 0.1, 0.3, 0.5)
    )


@pytest.mark.parametrize(
    "annotation",
    [
        "x",
        {"label": "cat"},
        {"label": "cat", "coordinates": [1, 2, 3, 4]},
        {"label": "cat", "coordinates": {}},
        {"label": "cat", "coordinates": {"x": "a", "y": 1, "width": 5, "height": 5}},
    ],
)
def test_a_broken_object_is_reported_and_no_negative(annotation: Any, tmp_path: Path) -> None:
    broken = createml_entry(THREE) | {"annotations": [annotation]}
    of_entries(tmp_path, [createml_entry(ONE), createml_entry(TWO), broken, createml_entry(FOUR)])
    _, report = open_dataset(tmp_path, size=96, format_name="createml")
    assert (report.photos, report.negatives) == (3, 0)
    found = {problem.kind for problem in report.problems}
    assert found == {ProblemKind.INVALID_BOX, ProblemKind.NO_USABLE_BOX}


def test_a_list_of_objects_that_is_none_is_no_negative(tmp_path: Path) -> None:
    found = of_entries(tmp_path, [createml_entry(ONE), {"image": "three.jpg", "annotations": None}])
    assert {photo.name: photo.left_out for photo in found.photos} == {"one.jpg": 0, "three.jpg": 1}
    assert found.problems[0].file == "annotations.json"
    assert "'three.jpg': object 1 has no coordinates" in found.problems[0].message


def test_an_object_without_a_label_is_reported(tmp_path: Path) -> None:
    entry = createml_entry(ONE)
    del entry["annotations"][0]["label"]
    of_entries(tmp_path, [entry, createml_entry(FOUR)])
    _, report = open_dataset(tmp_path, size=96)
    assert ProblemKind.UNKNOWN_CLASS in {problem.kind for problem in report.problems}
    assert report.boxes == 2


def test_entries_that_name_no_photo_or_one_that_is_not_there_are_reported(tmp_path: Path) -> None:
    entries = [createml_entry(ONE), {"annotations": []}, 7, createml_entry(TWO) | {"image": "gone.jpg"}]
    found = of_entries(tmp_path, entries)
    assert kinds(found)[:3] == [
        ("annotations.json", ProblemKind.UNREADABLE_ANNOTATION),
        ("annotations.json", ProblemKind.UNREADABLE_ANNOTATION),
        ("annotations.json", ProblemKind.MISSING_PHOTO),
    ]
    assert "entry 2 names no photo" in found.problems[0].message


@pytest.mark.parametrize(
    "content",
    [
        [],
        [1, 2],
        [{"image": "one.jpg"}],
        [{"image": "one.jpg", "label": "cat"}],
        [{"image": "one.jpg", "annotations": []}],
        [{"image": "one.jpg", "annotations": "cat"}],
        [{"id": 1, "annotations": [{"result": []}], "data": {"image": "/data/one.jpg"}}],
        [{"image": "/data/one.jpg", "id": 1, "label": [{"x": 1, "y": 2, "width": 3, "height": 4}]}],
        {"images": [], "annotations": [], "categories": []},
    ],
)
def test_other_lists_are_not_taken_for_it(content: Any) -> None:
    assert not createml.is_createml(content)


def test_a_dataset_of_something_else_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "one.json", "{}")
    with pytest.raises(DatasetError, match="no Create ML JSON"):
        read(tmp_path)


def test_whatever_is_in_the_files_is_read_or_refused(tmp_path: Path) -> None:
    write_createml(tmp_path)
    holds_whatever_is_in_the_files(createml.read, tmp_path)
