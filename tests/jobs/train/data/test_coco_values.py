"""What exporters write into COCO annotations: segmentations without boxes, flags and numbers as text."""

from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError
from jobs.train.data.findings.data_report import DataReport
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Dataset
from jobs.train.data.problems import ProblemKind, faults
from tests.jobs.train.data.writing import HEIGHT, SAMPLES, WIDTH, coco_document, put, put_json, write_coco

OUTLINE = [20, 10, 60, 10, 60, 50, 20, 50]
MASK = {
    "size": [HEIGHT, WIDTH],
    "counts": [20 * HEIGHT + 10, *[40, HEIGHT - 40] * 39, 40, HEIGHT - 50 + 140 * HEIGHT],
}
TWO = "images/two.jpg"


def load(
    folder: Path, *annotations: dict[str, Any], images: list[dict[str, Any]] | None = None
) -> tuple[Dataset, DataReport]:
    """The samples with these annotations on the second photo in the place of its own."""
    write_coco(folder)
    document = coco_document()
    document["images"] = images or document["images"]
    document["annotations"] = [a for a in document["annotations"] if a["image_id"] != 1]
    document["annotations"] += [{"image_id": 1, "category_id": 7, **a} for a in annotations]
    put_json(folder / "annotations.json", document)
    return open_dataset(folder, size=96)


def box_of_two(dataset: Dataset) -> tuple[float, ...]:
    (truth,) = next(photo for photo in dataset.photos if photo.name == TWO).ground_truth
    return truth.box.xmin, truth.box.ymin, truth.box.xmax, truth.box.ymax


@pytest.mark.parametrize(
    "bbox",
    [
        {},
        {"bbox": None},
        {"bbox": []},
        {"bbox": [0, 0, 0, 0]},
        {"bbox": ""},
        {"bbox": [-1, -1, -1, -1]},
        {"bbox": [float("nan")] * 4},
        {"bbox": float("nan")},
    ],
)
@pytest.mark.parametrize(
    "segmentation",
    [[OUTLINE], OUTLINE, [OUTLINE[:6], OUTLINE[2:]], [[str(value) for value in OUTLINE]], MASK],
    ids=["polygon", "flat", "parts", "text", "mask"],
)
def test_an_annotation_without_a_bbox_has_the_bounds_of_its_segmentation(
    bbox: dict[str, Any], segmentation: object, tmp_path: Path
) -> None:
    dataset, report = load(tmp_path, {"segmentation": segmentation, **bbox})
    assert box_of_two(dataset) == pytest.approx((0.1, 0.1, 0.3, 0.5))
    assert faults(report.problems) == ()


def test_a_bbox_wins_over_the_segmentation(tmp_path: Path) -> None:
    dataset, _ = load(tmp_path, {"segmentation": [OUTLINE], "bbox": [0, 0, 100, 50]})
    assert box_of_two(dataset) == (0, 0, 0.5, 0.5)


@pytest.mark.parametrize("bbox", ["[20, 10, 40, 40]", ["20", "10", "40.0", "40"]])
def test_a_bbox_may_be_text(bbox: object, tmp_path: Path) -> None:
    dataset, report = load(tmp_path, {"bbox": bbox})
    assert box_of_two(dataset) == pytest.approx((0.1, 0.1, 0.3, 0.5))
    assert faults(report.problems) == ()


@pytest.mark.parametrize("mode", [0, "0", "XYXY_ABS", "BoxMode.XYXY_ABS"])
def test_a_bbox_mode_for_corners_is_followed(mode: object, tmp_path: Path) -> None:
    dataset, report = load(tmp_path, {"bbox": [20, 10, 60, 50], "bbox_mode": mode})
    assert box_of_two(dataset) == pytest.approx((0.1, 0.1, 0.3, 0.5))
    assert faults(report.problems) == ()


@pytest.mark.parametrize("changes", [{"bbox_mode": 0}, {"info": {"bbox_mode": 0}}])
def test_a_bbox_mode_may_be_of_the_whole_file(changes: dict[str, Any], tmp_path: Path) -> None:
    write_coco(tmp_path)
    document = coco_document()
    for annotation in document["annotations"]:
        annotation["bbox"] = [20, 10, 60, 50]
    put_json(tmp_path / "annotations.json", document | changes)
    dataset, _ = open_dataset(tmp_path, size=96)
    assert box_of_two(dataset) == pytest.approx((0.1, 0.1, 0.3, 0.5))


def test_another_bbox_mode_is_refused(tmp_path: Path) -> None:
    _, report = load(tmp_path, {"bbox": [20, 10, 60, 50], "bbox_mode": 4})
    assert any("has the bbox_mode '4'" in problem.message for problem in report.problems)


def test_bboxes_whose_areas_are_those_of_two_corners_are_refused(tmp_path: Path) -> None:
    write_coco(tmp_path)
    document = coco_document()
    corners = {"image_id": 1, "category_id": 7, "bbox": [20, 10, 60, 50], "area": 1600}
    document["annotations"] = [corners, {**corners, "image_id": 0, "bbox": [10, 10, 30, 40], "area": 600.0}]
    put_json(tmp_path / "annotations.json", document)
    with pytest.raises(DatasetError, match="looks like xmin, ymin, xmax, ymax"):
        open_dataset(tmp_path, size=96)


def test_areas_of_size_or_of_outlines_leave_bboxes_as_they_are(tmp_path: Path) -> None:
    sized = {"bbox": [20, 10, 40, 40], "area": 1600}
    dataset, report = load(tmp_path, sized)
    assert box_of_two(dataset) == pytest.approx((0.1, 0.1, 0.3, 0.5))
    assert faults(report.problems) == ()


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        ({}, "has no segmentation, and no bbox"),
        ({"keypoints": [10, 10, 2]}, "has key points alone, and no bbox"),
        ({"segmentation": [], "bbox": []}, "has no segmentation"),
        ({"segmentation": [[1, 2, 3]]}, "has a polygon of 3 numbers"),
        ({"segmentation": {"size": [HEIGHT, WIDTH], "counts": [5, 7]}}, "do not fill"),
        (
            {"segmentation": {"size": [50, 50], "counts": [5, 2495]}},
            "a mask of 50×50 pixels for a photo of 200×100",
        ),
        ({"bbox": [1, 2, 3]}, "not four numbers, [x, y, width, height]: [1, 2, 3]"),
        ({"bbox": {"x": 1, "y": 1, "width": 9, "height": 9}}, "not four numbers, [x, y, width, height]"),
        ({"bbox": [1, 2, float("nan"), 4]}, "not four numbers"),
        ({"bbox": [1, 2, "3,5", 4]}, "not four numbers"),
        ({"bbox": [20, 10, 40, 40], "iscrowd": "maybe"}, "neither yes nor no"),
        ({"bbox": [20, 10, 40, 40], "iscrowd": 2}, "neither yes nor no"),
    ],
)
def test_an_annotation_that_cannot_be_read_is_named_and_its_photo_is_no_negative(
    annotation: dict[str, Any], message: str, tmp_path: Path
) -> None:
    dataset, report = load(tmp_path, {"id": 31, **annotation})
    problem, no_box = faults(report.problems)
    assert (problem.file, problem.kind) == (TWO, ProblemKind.INVALID_BOX)
    assert "annotation 31 " in problem.message
    assert message in problem.message
    assert (no_box.file, no_box.kind) == (TWO, ProblemKind.NO_USABLE_BOX)
    assert TWO not in {photo.name for photo in dataset.photos}


@pytest.mark.parametrize("crowd", [1, "1", "true", True, 1.0])
def test_a_crowd_is_left_out_however_the_flag_is_written(crowd: object, tmp_path: Path) -> None:
    _, report = load(tmp_path, {"bbox": [20, 10, 40, 40], "iscrowd": crowd})
    assert report.count(ProblemKind.CROWD_BOX) == 1


@pytest.mark.parametrize("crowd", [0, "0", "false", "False", False, 0.0, None, ""])
def test_what_is_no_crowd_is_a_box_however_the_flag_is_written(crowd: object, tmp_path: Path) -> None:
    dataset, report = load(tmp_path, {"bbox": [20, 10, 40, 40], "iscrowd": crowd})
    assert box_of_two(dataset) == pytest.approx((0.1, 0.1, 0.3, 0.5))
    assert faults(report.problems) == ()


def test_a_mask_states_the_size_of_a_photo_that_is_listed_without_one(tmp_path: Path) -> None:
    images = [{"id": i, "file_name": f"{sample.stem}.jpg"} for i, sample in enumerate(SAMPLES)]
    wrong = {"size": [50, 50], "counts": [5, 2495]}
    _, report = load(tmp_path, {"segmentation": wrong}, images=images)
    assert [(p.file, p.kind) for p in faults(report.problems)] == [(TWO, ProblemKind.SIZE_MISMATCH)]


def test_two_photos_with_one_id_are_left_out(tmp_path: Path) -> None:
    images = coco_document()["images"]
    images[2]["id"] = 1
    dataset, report = load(tmp_path, {"bbox": [20, 10, 40, 40]}, images=images)
    assert {photo.name for photo in dataset.photos} == {"images/one.jpg", "images/four.jpg"}
    assert report.count(ProblemKind.AMBIGUOUS_ID) == 1


def test_annotations_of_no_image_are_not_given_to_one_without_an_id(tmp_path: Path) -> None:
    images = coco_document()["images"]
    del images[2]["id"]
    dataset, report = load(tmp_path, {"bbox": [20, 10, 40, 40], "image_id": None}, images=images)
    assert "images/three.jpg" not in {photo.name for photo in dataset.photos}
    assert report.count(ProblemKind.MISSING_PHOTO) == 1


def test_two_categories_with_one_id_are_no_class(tmp_path: Path) -> None:
    write_coco(tmp_path)
    document = coco_document()
    document["categories"].append({"id": 8, "name": "bird"})
    put_json(tmp_path / "annotations.json", document)
    _, report = open_dataset(tmp_path, size=96)
    assert {p.kind for p in faults(report.problems)} == {
        ProblemKind.AMBIGUOUS_ID,
        ProblemKind.UNKNOWN_CLASS,
        ProblemKind.NO_USABLE_BOX,
    }


def test_a_category_that_is_called_by_a_number_has_it_for_its_name(tmp_path: Path) -> None:
    write_coco(tmp_path)
    document = coco_document()
    for category, name in zip(document["categories"], (0, 7), strict=True):
        category["name"] = name
    put_json(tmp_path / "annotations.json", document)
    assert open_dataset(tmp_path, size=96)[0].labels == ("0", "7")


@pytest.mark.parametrize("name", [True, False, None, 1.1, ["cat"]])
def test_a_category_whose_name_is_no_text_is_no_class(name: object, tmp_path: Path) -> None:
    write_coco(tmp_path)
    document = coco_document()
    document["categories"][1]["name"] = name
    put_json(tmp_path / "annotations.json", document)
    dataset, report = open_dataset(tmp_path, size=96)
    assert dataset.labels == ("cat",)
    problem = faults(report.problems)[0]
    assert (problem.file, problem.kind) == ("annotations.json", ProblemKind.UNKNOWN_CLASS)


def test_a_document_in_an_encoding_that_does_not_show_is_refused(tmp_path: Path) -> None:
    write_coco(tmp_path)
    content = (tmp_path / "annotations.json").read_text().replace('"cat"', '"кот"')
    put(tmp_path / "annotations.json", content.encode("cp1251"))
    with pytest.raises(DatasetError, match=r"annotations\.json: .*as UTF-8"):
        open_dataset(tmp_path, size=96)


def test_corners_in_the_place_of_corner_and_size_are_refused(tmp_path: Path) -> None:
    write_coco(tmp_path)
    document = coco_document()
    for annotation in document["annotations"]:
        x, y, width, height = annotation["bbox"]
        annotation["bbox"] = [x, y, x + width, y + height]
    put_json(tmp_path / "annotations.json", document)
    with pytest.raises(DatasetError, match="looks like xmin, ymin, xmax, ymax"):
        open_dataset(tmp_path, size=96)
