from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers import coco
from jobs.train.data.source import open_source
from tests.jobs.train.data.writing import (
    SAMPLES,
    coco_document,
    put,
    put_json,
    source_that_refuses,
    write_coco,
)

ONE, TWO, THREE, FOUR = SAMPLES


def read(folder: Path) -> Annotations:
    return coco.read(open_source(folder))


def changed(folder: Path, **changes: Any) -> Annotations:
    """The samples with some top-level lists of the document replaced."""
    write_coco(folder)
    put_json(folder / "annotations.json", coco_document() | changes)
    return read(folder)


def test_roboflow_has_a_file_beside_the_photos_of_each_part(tmp_path: Path) -> None:
    for part, sample in (("train", ONE), ("valid", TWO), ("test", FOUR)):
        put(tmp_path / part / f"{sample.stem}.jpg", sample.jpeg)
        put_json(tmp_path / part / "_annotations.coco.json", coco_document([sample]))
    found = read(tmp_path)
    assert {photo.name: photo.side for photo in found.photos} == {
        "train/one.jpg": "train",
        "valid/two.jpg": "val",
        "test/four.jpg": "test",
    }
    assert found.labels == ("cat", "dog")
    assert found.problems == ()


def test_coco_itself_has_a_folder_of_annotations_and_folders_of_photos(tmp_path: Path) -> None:
    for part, sample in (("train2017", ONE), ("val2017", TWO)):
        put(tmp_path / part / "000000000001.jpg", sample.jpeg)
        document = coco_document([sample])
        document["images"][0]["file_name"] = "000000000001.jpg"
        put_json(tmp_path / "annotations" / f"instances_{part}.json", document)
    found = {photo.name: (photo.side, len(photo.boxes)) for photo in read(tmp_path).photos}
    assert found == {"train2017/000000000001.jpg": ("train", 2), "val2017/000000000001.jpg": ("val", 1)}


def test_a_photo_missing_in_one_part_is_not_taken_from_another(tmp_path: Path) -> None:
    put(tmp_path / "val2017" / "one.jpg", TWO.jpeg)
    put_json(tmp_path / "annotations" / "instances_train2017.json", coco_document([ONE]))
    found = read(tmp_path)
    assert found.photos == ()
    assert found.problems[0].kind is ProblemKind.MISSING_PHOTO
    assert found.problems[0].file == "annotations/instances_train2017.json"


def test_a_photo_missing_in_one_folder_is_not_taken_from_another(tmp_path: Path) -> None:
    document = coco_document((ONE, TWO))
    for record, folder in zip(document["images"], ("cats", "dogs"), strict=True):
        record["file_name"] = f"{folder}/001.jpg"
    put(tmp_path / "images" / "cats" / "001.jpg", ONE.jpeg)
    put_json(tmp_path / "annotations.json", document)
    found = read(tmp_path)
    assert [(photo.name, len(photo.boxes)) for photo in found.photos] == [("images/cats/001.jpg", 2)]
    assert [problem.kind for problem in found.problems] == [ProblemKind.MISSING_PHOTO]
    assert "means 'dogs/001.jpg'" in found.problems[0].message


def test_photos_that_are_named_but_missing_are_each_reported(tmp_path: Path) -> None:
    put_json(tmp_path / "annotations.json", coco_document())
    with pytest.raises(DatasetError, match=r"no usable photo in it\.\n  annotations\.json: names 'one\.jpg'"):
        open_dataset(tmp_path, size=96)


def test_a_file_that_cannot_be_read_is_reported_and_the_others_are_used(tmp_path: Path) -> None:
    write_coco(tmp_path)
    found = coco.read(source_that_refuses(tmp_path, "notes.json"))
    assert len(found.photos) == len(SAMPLES)
    assert [(p.file, p.kind) for p in found.problems] == [("notes.json", ProblemKind.UNREADABLE_ANNOTATION)]
    assert "(Permission denied); the file is left out." in found.problems[0].message


def test_crowds_are_left_out_and_said_so(tmp_path: Path) -> None:
    annotations = coco_document()["annotations"]
    annotations[0]["iscrowd"] = 1
    found = changed(tmp_path, annotations=annotations)
    assert [(p.file, p.kind) for p in found.problems] == [("images/one.jpg", ProblemKind.CROWD_BOX)]
    one = next(photo for photo in found.photos if photo.name == "images/one.jpg")
    assert ([box.label for box in one.boxes], one.left_out) == (["dog"], 1)


def test_boxes_are_corner_and_size(tmp_path: Path) -> None:
    write_coco(tmp_path)
    box = read(tmp_path).photos[0].boxes[0]
    assert (box.xmin, box.ymin, box.xmax, box.ymax, box.normalised) == (20, 10, 60, 50, False)


@pytest.mark.parametrize(
    "bbox", [None, [], [1, 2, 3], "1 2 3 4", [1, 2, "x", 4], [1, 2, None, 4], {"x": 1}, [1, 2, True, 4]]
)
def test_a_box_that_is_none_is_reported_with_its_photo(bbox: object, tmp_path: Path) -> None:
    write_coco(tmp_path)
    document = coco_document()
    document["annotations"].append({"image_id": 0, "category_id": 7, "bbox": bbox})
    put_json(tmp_path / "annotations.json", document)
    _, report = open_dataset(tmp_path, size=96)
    assert [(p.file, p.kind) for p in report.problems] == [("images/one.jpg", ProblemKind.INVALID_BOX)]
    assert report.boxes == 4


def test_ids_may_be_text(tmp_path: Path) -> None:
    document = coco_document()
    for annotation in document["annotations"]:
        annotation["image_id"] = str(annotation["image_id"])
        annotation["category_id"] = float(annotation["category_id"])
    found = changed(tmp_path, annotations=document["annotations"])
    assert sum(len(photo.boxes) for photo in found.photos) == 4
    assert found.problems == ()


def test_ids_that_a_float_cannot_tell_apart_are_two(tmp_path: Path) -> None:
    document = coco_document((ONE, TWO))
    for record in document["images"]:
        record["id"] += 2**60 + 1
    for number, annotation in enumerate(document["annotations"]):
        annotation["image_id"] += 2**60 + 1
        annotation["image_id"] = str(annotation["image_id"]) if number % 2 else annotation["image_id"]
    found = changed(tmp_path, **document)
    boxes = {photo.name: len(photo.boxes) for photo in found.photos}
    assert boxes == {"images/one.jpg": 2, "images/two.jpg": 1}


def test_one_file_for_each_class_over_the_same_photos_is_one_dataset(tmp_path: Path) -> None:
    write_coco(tmp_path)
    (tmp_path / "annotations.json").unlink()
    for number, label in enumerate(("cat", "dog")):
        document = coco_document([ONE])
        document["annotations"] = [document["annotations"][number] | {"category_id": 1}]
        document["categories"] = [{"id": 1, "name": label}]
        put_json(tmp_path / f"{label}.json", document)
    dataset, report = open_dataset(tmp_path, size=96)
    assert dataset.labels == ("cat", "dog")
    assert (report.photos, report.boxes) == (1, 2)


def test_an_unknown_category_and_an_unlisted_image_are_reported(tmp_path: Path) -> None:
    annotations = [
        *coco_document()["annotations"],
        {"image_id": 0, "category_id": 99, "bbox": [1, 2, 3, 4]},
        {"image_id": 77, "category_id": 7, "bbox": [1, 2, 3, 4]},
    ]
    found = changed(tmp_path, annotations=annotations)
    assert {p.kind for p in found.problems} == {ProblemKind.UNKNOWN_CLASS, ProblemKind.MISSING_PHOTO}


def test_photos_that_no_file_lists_are_reported_and_not_used(tmp_path: Path) -> None:
    write_coco(tmp_path)
    put(tmp_path / "images" / "stranger.jpg", ONE.jpeg)
    found = read(tmp_path)
    assert len(found.photos) == 4
    assert [(p.file, p.kind) for p in found.problems] == [("images/stranger.jpg", ProblemKind.NOT_ANNOTATED)]


def test_labels_are_in_the_order_of_their_ids(tmp_path: Path) -> None:
    categories = [{"id": 8, "name": "aardvark"}, {"id": 7, "name": "zebra"}]
    assert changed(tmp_path, categories=categories).labels == ("zebra", "aardvark")


def test_a_forgotten_class_is_an_error(tmp_path: Path) -> None:
    changed(tmp_path, categories=[*coco_document()["categories"], {"id": 9, "name": "bird"}])
    with pytest.raises(DatasetError, match="no usable box of 'bird'"):
        open_dataset(tmp_path, size=96)


def test_a_supercategory_is_no_class(tmp_path: Path) -> None:
    categories = [{"id": 0, "name": "animals", "supercategory": "none"}]
    categories += [{**entry, "supercategory": "animals"} for entry in coco_document()["categories"]]
    found = changed(tmp_path, categories=categories)
    assert found.labels == ("cat", "dog")
    assert [p.kind for p in found.problems] == [ProblemKind.UNUSED_CLASS]


def test_a_long_vocabulary_is_reduced_to_what_is_used(tmp_path: Path) -> None:
    categories = [*coco_document()["categories"], *({"id": 100 + i, "name": f"thing {i}"} for i in range(78))]
    found = changed(tmp_path, categories=categories)
    assert found.labels == ("cat", "dog")
    assert "(78)" in found.problems[0].message


def test_files_may_number_the_same_classes_differently(tmp_path: Path) -> None:
    for part, sample, numbers in (("train", ONE, (1, 2)), ("valid", TWO, (2, 1))):
        document = coco_document([sample])
        document["categories"] = [
            {"id": number, "name": name} for number, name in zip(numbers, ("cat", "dog"), strict=True)
        ]
        for annotation in document["annotations"]:
            annotation["category_id"] = numbers[annotation["category_id"] - 7]
        put(tmp_path / part / f"{sample.stem}.jpg", sample.jpeg)
        put_json(tmp_path / part / "_annotations.coco.json", document)
    found = read(tmp_path)
    assert found.labels == ("cat", "dog")
    assert {photo.name: [box.label for box in photo.boxes] for photo in found.photos} == {
        "train/one.jpg": ["cat", "dog"],
        "valid/two.jpg": ["dog"],
    }


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[1, 2]",
        "nonsense",
        pytest.param("[" * 200_000, id="deep"),
        '{"images": [], "annotations": {}}',
    ],
)
def test_json_that_is_no_coco_is_refused(content: str, tmp_path: Path) -> None:
    put(tmp_path / "annotations.json", content)
    with pytest.raises(DatasetError, match="no JSON file with the lists images, annotations and categories"):
        read(tmp_path)


def test_records_that_are_no_records_are_passed_over(tmp_path: Path) -> None:
    document = coco_document()
    found = changed(
        tmp_path,
        images=[*document["images"], None, 3, [], {}],
        annotations=[*document["annotations"], None, "x", {}],
        categories=[*document["categories"], None, {"id": "x"}, {"id": 1e999}],
    )
    assert len(found.photos) == 4
    assert found.labels == ("cat", "dog")
