import math
from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind, faults
from jobs.train.data.readers import label_studio
from jobs.train.data.source import open_source
from tests.jobs.train.data.readers.checking import (
    SAMPLE_BOXES,
    boxes_of,
    found_format,
    holds_whatever_is_in_the_files,
    kinds,
)
from tests.jobs.train.data.readers.label_studio_samples import (
    LABEL_STUDIO_FILE,
    SIZE,
    label_studio_annotation,
    label_studio_record,
    label_studio_rectangle,
    label_studio_result,
    label_studio_task,
    packed_mask,
    write_label_studio,
    write_label_studio_min,
)
from tests.jobs.train.data.writing import HEIGHT, SAMPLES, WIDTH, put, put_json, zipped

ONE, TWO, THREE, FOUR = SAMPLES
BOX = label_studio_result(label_studio_rectangle("cat", 20, 10, 60, 50))
OTHER = label_studio_result(label_studio_rectangle("dog", 0, 0, 60, 50))


def read(folder: Path) -> Annotations:
    return label_studio.read(open_source(folder))


def with_results(folder: Path, *results: Any) -> Annotations:
    """The photo one with one annotation."""
    return with_annotations(folder, label_studio_annotation(list(results)))


def with_annotations(folder: Path, *annotations: Any) -> Annotations:
    put(folder / "one.jpg", ONE.jpeg)
    put_json(folder / LABEL_STUDIO_FILE, [label_studio_task(ONE, list(annotations))])
    return read(folder)


@pytest.mark.parametrize("write", [write_label_studio, write_label_studio_min])
def test_boxes_are_percentages_of_the_photo(write: Any, tmp_path: Path) -> None:
    write(tmp_path)
    for data in (tmp_path, zipped(tmp_path, inside="deep/er")):
        found = read(data)
        assert boxes_of(found) == SAMPLE_BOXES
        assert found.labels is None
        assert found.problems == ()
        assert {photo.stated_size for photo in found.photos if photo.boxes} == {(WIDTH, HEIGHT)}
    assert found_format(tmp_path) == "labelstudio"


@pytest.mark.parametrize("write", [write_label_studio, write_label_studio_min])
def test_an_empty_annotation_is_a_negative(write: Any, tmp_path: Path) -> None:
    write(tmp_path)
    _, report = open_dataset(tmp_path, size=96)
    assert (report.format, report.photos, report.boxes, report.negatives) == ("labelstudio", 4, 4, 1)
    assert report.problems == ()


@pytest.mark.parametrize(
    "stated",
    [
        "/data/upload/1/1a2b3c4d-one.jpg",
        "/data/local-files/?d=photos/one.jpg",
        "/data/local-files/?d=photos%5Cone.jpg",
        "s3://bucket/photos/one.jpg",
        "https://host/photos/one.jpg?X-Amz-Signature=abc",
        "https://host/upload/1a2b3c4d-one.jpg?token=1",
    ],
)
def test_the_photo_is_named_by_its_upload_by_a_path_or_by_an_address(stated: str, tmp_path: Path) -> None:
    put(tmp_path / "photos" / "one.jpg", ONE.jpeg)
    put_json(tmp_path / LABEL_STUDIO_FILE, [label_studio_task(ONE, data={"picture": stated})])
    assert boxes_of(read(tmp_path)) == {"one": SAMPLE_BOXES["one"]}


def test_spaces_that_label_studio_replaced_are_found(tmp_path: Path) -> None:
    put(tmp_path / "my cat.jpg", ONE.jpeg)
    put_json(
        tmp_path / LABEL_STUDIO_FILE,
        [label_studio_task(ONE, data={"image": "/data/upload/1/1a2b3c4d-my_cat.jpg"})],
    )
    assert boxes_of(read(tmp_path)) == {"my cat": SAMPLE_BOXES["one"]}


def test_the_name_as_stored_is_believed_first(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", TWO.jpeg)
    put(tmp_path / "1a2b3c4d-one.jpg", ONE.jpeg)
    put_json(tmp_path / LABEL_STUDIO_FILE, [label_studio_task(ONE)])
    found = read(tmp_path)
    assert [photo.name for photo in found.photos] == ["1a2b3c4d-one.jpg"]
    assert kinds(found) == [("one.jpg", ProblemKind.NOT_ANNOTATED)]


def test_a_turned_rectangle_turns_about_its_top_left_corner(tmp_path: Path) -> None:
    value = label_studio_rectangle("cat", 100, 20, 140, 40) | {"rotation": 90}
    [(_, *quarter)] = boxes_of(with_results(tmp_path, label_studio_result(value)))["one"]
    assert quarter == pytest.approx((80, 20, 100, 60))
    [(_, *little)] = boxes_of(with_results(tmp_path, label_studio_result(value | {"rotation": 30})))["one"]
    right, down = 40 * math.cos(math.pi / 6), 40 * math.sin(math.pi / 6)
    left, deep = 20 * math.sin(math.pi / 6), 20 * math.cos(math.pi / 6)
    assert little == pytest.approx((100 - left, 20, 100 + right, 20 + down + deep))


@pytest.mark.parametrize(
    ("kind", "value", "edges"),
    [
        ("polygonlabels", {"points": [[10, 20], [50, 15], [30, 60]], "closed": True}, (20, 15, 100, 60)),
        ("ellipselabels", {"x": 25, "y": 40, "radiusX": 10, "radiusY": 10, "rotation": 0}, (30, 30, 70, 50)),
        ("ellipselabels", {"x": 25, "y": 40, "radiusX": 10, "radiusY": 10, "rotation": 90}, (40, 20, 60, 60)),
    ],
)
def test_a_shape_with_an_area_becomes_the_box_around_it(
    kind: str, value: dict[str, Any], edges: tuple[float, ...], tmp_path: Path
) -> None:
    [(label, *box)] = boxes_of(with_results(tmp_path, label_studio_result(value | {kind: ["cat"]}, kind)))[
        "one"
    ]
    assert label == "cat"
    assert box == pytest.approx(edges)


@pytest.mark.parametrize(
    ("colour", "together"), [(None, 1), ((1, 2, 3), 1), ((1, 2, 3), 15), ((1, 2, 3), 150)]
)
def test_a_brush_becomes_the_box_around_what_it_marks(colour: Any, together: int, tmp_path: Path) -> None:
    pixels = [[0] * WIDTH for _ in range(HEIGHT)]
    for row, first, last in ((10, 150, 190), (11, 120, 130), (12, 0, 0), (40, 7, 7)):
        pixels[row][first : last + 1] = [255] * (last - first + 1)
    value = {
        "format": "rle",
        "rle": packed_mask(pixels, colour=colour, together=together),
        "brushlabels": ["cat"],
    }
    found = with_results(tmp_path, label_studio_result(value, "brushlabels"))
    assert boxes_of(found)["one"] == [("cat", 0, 10, 191, 41)]


def test_a_run_that_goes_on_in_the_next_row_reaches_from_side_to_side(tmp_path: Path) -> None:
    pixels = [[0] * WIDTH for _ in range(HEIGHT)]
    pixels[20][-5:] = pixels[21][:5] = [255] * 5
    value = {"format": "rle", "rle": packed_mask(pixels), "brushlabels": ["cat"]}
    found = with_results(tmp_path, label_studio_result(value, "brushlabels"))
    assert boxes_of(found)["one"] == [("cat", 0, 20, WIDTH, 22)]


def test_a_shape_and_its_class_may_be_two_results(tmp_path: Path) -> None:
    value = {key: entry for key, entry in BOX["value"].items() if key != "rectanglelabels"}
    found = with_results(
        tmp_path,
        label_studio_result(value, "rectangle", id="a", from_name="bbox"),
        label_studio_result(value | {"labels": ["cat"]}, "labels", id="a"),
        label_studio_result(value | {"text": ["meow"]}, "textarea", id="a", from_name="transcription"),
    )
    assert boxes_of(found)["one"] == [("cat", 20, 10, 60, 50)]
    assert found.problems == ()


def test_in_json_min_too(tmp_path: Path) -> None:
    value = {key: entry for key, entry in BOX["value"].items() if key != "rectanglelabels"} | SIZE
    record = label_studio_record(ONE, []) | {
        "bbox": [value], "label": [value | {"labels": ["cat"]}], "transcription": "meow"
    }  # fmt: skip
    put(tmp_path / "one.jpg", ONE.jpeg)
    put_json(tmp_path / LABEL_STUDIO_FILE, [record])
    assert boxes_of(read(tmp_path)) == {"one": [("cat", 20, 10, 60, 50)]}


def test_a_region_of_several_classes_is_a_box_of_each(tmp_path: Path) -> None:
    value = BOX["value"] | {"rectanglelabels": ["cat", "pet"]}
    found = with_results(tmp_path, label_studio_result(value))
    assert boxes_of(found)["one"] == [("cat", 20, 10, 60, 50), ("pet", 20, 10, 60, 50)]


def test_without_the_size_percentages_are_of_whatever_the_photo_has(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    task = label_studio_task(ONE)
    for result in task["annotations"][0]["result"]:
        del result["original_width"]
    task["completions"] = task.pop("annotations")
    put_json(tmp_path / "old.json", [task, label_studio_task(TWO)])
    put(tmp_path / "two.jpg", TWO.jpeg)
    dataset, report = open_dataset(tmp_path, size=96)
    assert report.problems == ()
    [first, _] = next(photo for photo in dataset.photos if photo.name == "one.jpg").ground_truth
    assert (first.box.xmin, first.box.ymin, first.box.xmax, first.box.ymax) == (0.1, 0.1, 0.3, 0.5)


@pytest.mark.parametrize(
    ("result", "kind", "message"),
    [
        (
            label_studio_result({"x": 1, "y": 2, "width": 1, "keypointlabels": ["cat"]}, "keypointlabels"),
            ProblemKind.DROPPED_BOX,
            "is a point",
        ),
        (
            label_studio_result({"points": [[1, 2], [3, 4]], "closed": False, "polygonlabels": ["cat"]}),
            ProblemKind.DROPPED_BOX,
            "is a line",
        ),
        (
            label_studio_result({"format": "rle", "rle": [1, 2, 3], "brushlabels": ["cat"]}),
            ProblemKind.INVALID_BOX,
            "cannot be read",
        ),
        (
            label_studio_result({"rle": packed_mask([[0] * WIDTH] * HEIGHT), "brushlabels": ["cat"]}),
            ProblemKind.DROPPED_BOX,
            "empty mask",
        ),
        (
            label_studio_result({"rle": packed_mask([[1] * 10] * 10), "brushlabels": ["cat"]}),
            ProblemKind.INVALID_BOX,
            "not that of the photo",
        ),
        (
            label_studio_result({"vertices": [], "vectorlabels": ["cat"]}),
            ProblemKind.INVALID_BOX,
            "'vertices'",
        ),
        (
            label_studio_result(BOX["value"] | {"rotation": 5}, original_width=None),
            ProblemKind.INVALID_BOX,
            "original_height are missing",
        ),
        (7, ProblemKind.INVALID_BOX, "is no region"),
        (label_studio_result(None), ProblemKind.INVALID_BOX, "is no region"),
    ],
)
def test_what_has_no_box_is_reported_and_its_photo_is_no_negative(
    result: Any, kind: ProblemKind, message: str, tmp_path: Path
) -> None:
    found = with_results(tmp_path, result)
    assert kinds(found) == [(LABEL_STUDIO_FILE, kind)]
    assert message in found.problems[0].message
    assert (found.photos[0].boxes, found.photos[0].left_out) == ((), 1)


def test_an_annotation_whose_result_is_no_list_makes_no_negative(tmp_path: Path) -> None:
    found = with_annotations(tmp_path, label_studio_annotation("x"))
    assert (found.photos[0].boxes, found.photos[0].left_out) == ((), 1)


def test_skipped_and_unannotated_tasks_and_predictions_make_no_negatives(tmp_path: Path) -> None:
    write_label_studio(tmp_path)
    predicted = label_studio_task(THREE, [], predictions=[{"result": [BOX], "score": 0.9}])
    skipped = label_studio_task(FOUR, [label_studio_annotation([BOX], was_cancelled=True)])
    put_json(
        tmp_path / LABEL_STUDIO_FILE, [label_studio_task(ONE), label_studio_task(TWO), predicted, skipped]
    )
    found = read(tmp_path)
    assert sorted(boxes_of(found)) == ["one", "two"]
    assert (LABEL_STUDIO_FILE, ProblemKind.NOT_ANNOTATED) in kinds(found)
    assert faults(found.problems) == ()


def test_nothing_but_predictions_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    put_json(tmp_path / LABEL_STUDIO_FILE, [label_studio_task(ONE, [], predictions=[{"result": [BOX]}])])
    with pytest.raises(DatasetError, match="none of the 1 tasks"):
        read(tmp_path)


def test_choices_beside_boxes_are_passed_over_and_alone_are_refused(tmp_path: Path) -> None:
    choice = label_studio_result({"choices": ["sharp"]}, "choices", from_name="quality")
    assert with_results(tmp_path, BOX, choice).problems == ()
    with pytest.raises(DatasetError, match="choices for whole photos, without boxes"):
        with_results(tmp_path, choice)


def test_the_latest_of_several_annotations_counts_and_the_others_are_reported(tmp_path: Path) -> None:
    found = with_annotations(
        tmp_path,
        label_studio_annotation([BOX], updated_at="2024-05-02T10:00:00Z"),
        label_studio_annotation([OTHER], updated_at="2024-05-01T10:00:00Z"),
        label_studio_annotation([], updated_at="2024-05-03T10:00:00Z", was_cancelled=True),
    )
    assert boxes_of(found)["one"] == [("cat", 20, 10, 60, 50)]
    assert kinds(found) == [(LABEL_STUDIO_FILE, ProblemKind.CONFLICTING_DUPLICATE)]
    assert "annotated 2 times" in found.problems[0].message


def test_equal_annotations_are_no_conflict(tmp_path: Path) -> None:
    found = with_annotations(tmp_path, label_studio_annotation([BOX]), label_studio_annotation([BOX]))
    assert found.problems == ()


def test_the_ground_truth_goes_before_a_later_annotation(tmp_path: Path) -> None:
    found = with_annotations(
        tmp_path,
        label_studio_annotation([BOX], ground_truth=True),
        label_studio_annotation([OTHER], updated_at="2025-05-01T10:00:00Z"),
    )
    assert boxes_of(found)["one"] == [("cat", 20, 10, 60, 50)]
    assert kinds(found) == [(LABEL_STUDIO_FILE, ProblemKind.SET_ASIDE)]


def test_times_in_seconds_are_in_order_too(tmp_path: Path) -> None:
    found = with_annotations(
        tmp_path,
        {"result": [BOX], "created_at": 1600000000},
        {"result": [OTHER], "created_at": 999999999},
    )
    assert boxes_of(found)["one"] == [("cat", 20, 10, 60, 50)]


def test_json_min_has_a_record_for_each_annotation(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    records = [label_studio_record(ONE), label_studio_record(ONE, [BOX["value"]]) | {"updated_at": "2025"}]
    put_json(tmp_path / LABEL_STUDIO_FILE, records)
    found = read(tmp_path)
    assert boxes_of(found) == {"one": [("cat", 20, 10, 60, 50)]}
    assert kinds(found) == [(LABEL_STUDIO_FILE, ProblemKind.CONFLICTING_DUPLICATE)]


def test_a_task_with_several_photos_has_regions_by_the_place_in_its_list(tmp_path: Path) -> None:
    for sample in (ONE, TWO):
        put(tmp_path / f"{sample.stem}.jpg", sample.jpeg)
    results = [BOX | {"item_index": 1}, OTHER | {"item_index": 0}]
    task = label_studio_task(
        ONE, [label_studio_annotation(results)], data={"pages": ["a/one.jpg", "a/two.jpg"]}
    )
    put_json(tmp_path / LABEL_STUDIO_FILE, [task])
    assert boxes_of(read(tmp_path)) == {"one": [("dog", 0, 0, 60, 50)], "two": [("cat", 20, 10, 60, 50)]}


def test_or_by_the_name_of_the_field(tmp_path: Path) -> None:
    for sample in (ONE, TWO):
        put(tmp_path / f"{sample.stem}.jpg", sample.jpeg)
    data = {"left": "one.jpg", "right": "two.jpg", "source": "https://host/original.jpg"}
    results = [BOX | {"to_name": "right"}, OTHER | {"to_name": "left"}]
    put_json(
        tmp_path / LABEL_STUDIO_FILE, [label_studio_task(ONE, [label_studio_annotation(results)], data=data)]
    )
    found = read(tmp_path)
    assert boxes_of(found) == {"one": [("dog", 0, 0, 60, 50)], "two": [("cat", 20, 10, 60, 50)]}
    assert found.problems == ()


def test_where_nothing_tells_which_photo_is_meant_none_is_used(tmp_path: Path) -> None:
    for sample in (ONE, TWO):
        put(tmp_path / f"{sample.stem}.jpg", sample.jpeg)
    task = label_studio_task(ONE, data={"left": "one.jpg", "right": "two.jpg"})
    put_json(tmp_path / LABEL_STUDIO_FILE, [task])
    assert [(photo.boxes, photo.left_out) for photo in read(tmp_path).photos] == [((), 2), ((), 2)]


def test_files_of_a_target_storage_have_an_annotation_each(tmp_path: Path) -> None:
    for place, sample in enumerate(SAMPLES):
        put(tmp_path / f"{sample.stem}.jpg", sample.jpeg)
        task = label_studio_task(sample)
        annotation = task["annotations"][0] | {"task": {"id": place, "data": task["data"]}}
        put_json(tmp_path / "storage" / f"{place}.json", annotation)
    assert boxes_of(read(tmp_path)) == SAMPLE_BOXES
    assert found_format(tmp_path) == "labelstudio"


def test_a_dataset_of_something_else_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "one.json", '[{"image": "one.jpg", "label": "cat"}]')
    with pytest.raises(DatasetError, match="no JSON file of Label Studio"):
        read(tmp_path)


@pytest.mark.parametrize("write", [write_label_studio, write_label_studio_min])
def test_whatever_is_in_the_files_is_read_or_refused(write: Any, tmp_path: Path) -> None:
    write(tmp_path)
    holds_whatever_is_in_the_files(label_studio.read, tmp_path)


def test_whatever_is_in_masks_and_ellipses_is_read_or_refused(tmp_path: Path) -> None:
    pixels = [[0, 1], [1, 0]]
    with_results(
        tmp_path,
        label_studio_result(
            {"rle": packed_mask(pixels), "brushlabels": ["cat"]}, original_width=2, original_height=2
        ),
        label_studio_result(
            {"x": 5, "y": 5, "radiusX": 2, "radiusY": 2, "rotation": 3, "ellipselabels": ["cat"]}
        ),
        label_studio_result({"points": [[1, 2], [3, 4], [5, 9]], "polygonlabels": ["cat"]}, item_index=0),
    )
    holds_whatever_is_in_the_files(label_studio.read, tmp_path, examples=100)
