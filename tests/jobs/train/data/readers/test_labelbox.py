import json
from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind, faults
from jobs.train.data.readers import labelbox
from jobs.train.data.source import open_source
from tests.jobs.train.data.readers.checking import (
    SAMPLE_BOXES,
    boxes_of,
    found_format,
    holds_whatever_is_in_the_files,
    kinds,
)
from tests.jobs.train.data.readers.labelbox_samples import (
    LABELBOX_FILE,
    json_lines,
    labelbox_label,
    labelbox_object,
    labelbox_older,
    labelbox_row,
    labelbox_unlabelled,
    write_labelbox,
    write_older_labelbox,
)
from tests.jobs.train.data.writing import HEIGHT, SAMPLES, WIDTH, put, put_json, zipped

ONE, TWO, THREE, FOUR = SAMPLES
BOX = labelbox_object("cat", 20, 10, 60, 50)
OTHER = labelbox_object("dog", 0, 0, 60, 50)


def read(folder: Path) -> Annotations:
    return labelbox.read(open_source(folder))


def with_rows(folder: Path, *rows: Any) -> Annotations:
    for sample in SAMPLES:
        put(folder / f"{sample.stem}.jpg", sample.jpeg)
    put(folder / LABELBOX_FILE, json_lines(rows))
    return read(folder)


def boxes_of_one(folder: Path, *rows: Any) -> Any:
    return boxes_of(with_rows(folder, *rows))["one"]


@pytest.mark.parametrize("write", [write_labelbox, write_older_labelbox])
def test_boxes_are_corner_and_size_in_pixels(write: Any, tmp_path: Path) -> None:
    write(tmp_path)
    for data in (tmp_path, zipped(tmp_path, inside="deep/er")):
        found = read(data)
        assert boxes_of(found) == SAMPLE_BOXES
        assert found.problems == ()
    assert found_format(tmp_path) == "labelbox"


@pytest.mark.parametrize("write", [write_labelbox, write_older_labelbox])
def test_a_label_without_objects_is_a_negative(write: Any, tmp_path: Path) -> None:
    write(tmp_path)
    _, report = open_dataset(tmp_path, size=96)
    assert (report.format, report.photos, report.boxes, report.negatives) == ("labelbox", 4, 4, 1)
    assert report.problems == ()


def test_the_size_is_stated(tmp_path: Path) -> None:
    write_labelbox(tmp_path)
    assert {photo.stated_size for photo in read(tmp_path).photos} == {(WIDTH, HEIGHT)}


@pytest.mark.parametrize("name", ["export.json", "export.jsonl", "export.ndjson"])
def test_rows_may_be_a_list_or_lines_whatever_the_file_is_called(name: str, tmp_path: Path) -> None:
    write_labelbox(tmp_path)
    (tmp_path / LABELBOX_FILE).unlink()
    rows = [labelbox_row(sample) for sample in SAMPLES]
    put(tmp_path / name, json_lines(rows))
    assert boxes_of(read(tmp_path)) == SAMPLE_BOXES
    assert found_format(tmp_path) == "labelbox"
    put_json(tmp_path / name, rows)
    assert boxes_of(read(tmp_path)) == SAMPLE_BOXES
    if name.endswith(".json"):
        assert found_format(tmp_path) == "labelbox"


def test_only_line_feeds_end_a_line(tmp_path: Path) -> None:
    write_labelbox(tmp_path)
    rows = [labelbox_row(sample, attachments=["a\u2028b\x85c"]) for sample in SAMPLES]
    put(tmp_path / LABELBOX_FILE, "\n" + "\r\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    assert boxes_of(read(tmp_path)) == SAMPLE_BOXES
    assert found_format(tmp_path) == "labelbox"


def test_a_photo_may_be_called_like_the_global_key_or_the_address(tmp_path: Path) -> None:
    put(tmp_path / "1234-one.jpg", ONE.jpeg)
    put(tmp_path / "key-two.jpg", TWO.jpeg)
    put(tmp_path / LABELBOX_FILE, json_lines([labelbox_row(ONE), labelbox_row(TWO)]))
    assert {photo.name: len(photo.boxes) for photo in read(tmp_path).photos} == {
        "1234-one.jpg": 2,
        "key-two.jpg": 1,
    }


@pytest.mark.parametrize("field", [
    {"schema_name": "split", "value": [{"schema_id": "x", "schema_name": "valid"}]},
    {"name": "split", "value": "valid"},
])  # fmt: skip
def test_the_split_is_that_of_the_metadata(field: Any, tmp_path: Path) -> None:
    found = with_rows(tmp_path, labelbox_row(ONE, metadata_fields=[{"schema_name": "tag"}, field]))
    assert found.photos[0].side == "val"


def test_unlabelled_and_skipped_rows_make_no_negatives(tmp_path: Path) -> None:
    found = with_rows(
        tmp_path,
        labelbox_row(ONE),
        labelbox_unlabelled(TWO),
        labelbox_row(THREE, labelbox_label([], skipped=True)),
        labelbox_row(FOUR, labelbox_label([]), status="TO_LABEL"),
    )
    assert list(boxes_of(found)) == ["one"]
    assert (LABELBOX_FILE, ProblemKind.NOT_ANNOTATED) in kinds(found)
    assert "3 data rows" in found.problems[0].message
    assert faults(found.problems) == ()


def test_an_empty_label_in_review_is_taken_for_a_negative_and_said_so(tmp_path: Path) -> None:
    found = with_rows(tmp_path, labelbox_row(ONE), labelbox_row(THREE, status="IN_REVIEW"))
    assert boxes_of(found)["three"] == []
    assert ("photos", ProblemKind.ASSUMED_NEGATIVE) in kinds(found)


@pytest.mark.parametrize("older", ["Skip", {"objects": "x"}, None])
def test_in_the_older_export_what_is_skipped_or_broken_makes_no_negative(older: Any, tmp_path: Path) -> None:
    entry = labelbox_older(THREE) | {"Label": older}
    found = with_rows(tmp_path, labelbox_older(ONE), entry)
    assert {photo.name: photo.left_out for photo in found.photos if not photo.boxes} in ({}, {"three.jpg": 1})


def test_the_oldest_export_has_outlines_by_class(tmp_path: Path) -> None:
    outline = [{"x": 20, "y": 10}, {"x": 60, "y": 10}, {"x": 60, "y": 50}]
    label = {"Cat": [outline], "Dog": [{"geometry": outline}]}
    assert boxes_of_one(tmp_path, labelbox_older(ONE, label)) == [
        ("Cat", 20, 10, 60, 50),
        ("Dog", 20, 10, 60, 50),
    ]


def test_a_polygon_becomes_the_box_around_it(tmp_path: Path) -> None:
    polygon = {"name": "cat", "annotation_kind": "ImagePolygon"} | {
        "polygon": [{"x": 10.5, "y": 20}, {"x": 50, "y": 15}, {"x": 30, "y": 60}]
    }
    assert boxes_of_one(tmp_path, labelbox_row(ONE, labelbox_label([polygon]))) == [("cat", 10.5, 15, 50, 60)]


@pytest.mark.parametrize(
    ("entry", "kind", "message"),
    [
        ({"name": "cat", "line": [{"x": 1, "y": 2}]}, ProblemKind.DROPPED_BOX, "is a line"),
        ({"name": "cat", "point": {"x": 1, "y": 2}}, ProblemKind.DROPPED_BOX, "is a point"),
        (
            {"name": "cat", "mask": {"url": "https://api.labelbox.com/1"}},
            ProblemKind.INVALID_BOX,
            "on Labelbox's servers",
        ),
        ({"name": "cat", "annotation_kind": "ImageCuboid"}, ProblemKind.INVALID_BOX, "'ImageCuboid'"),
        (None, ProblemKind.INVALID_BOX, "not known"),
    ],
)
def test_what_has_no_box_is_reported_and_its_photo_is_no_negative(
    entry: Any, kind: ProblemKind, message: str, tmp_path: Path
) -> None:
    found = with_rows(tmp_path, labelbox_row(ONE, labelbox_label([entry])))
    assert kinds(found)[0] == (LABELBOX_FILE, kind)
    assert message in found.problems[0].message
    assert (found.photos[0].boxes, found.photos[0].left_out) == ((), 1)


def test_the_benchmark_goes_before_the_latest_label(tmp_path: Path) -> None:
    late = {"updated_at": "2025-05-01T10:00:00.000+00:00"}
    benchmark = labelbox_label([BOX], details={"is_benchmark_reference": True})
    assert boxes_of_one(tmp_path, labelbox_row(ONE, benchmark, labelbox_label([OTHER], details=late))) == [
        ("cat", 20, 10, 60, 50)
    ]
    found = with_rows(
        tmp_path, labelbox_row(ONE, labelbox_label([BOX], details=late), labelbox_label([OTHER]))
    )
    assert boxes_of(found)["one"] == [("cat", 20, 10, 60, 50)]
    assert kinds(found)[0] == (LABELBOX_FILE, ProblemKind.CONFLICTING_DUPLICATE)


def test_the_older_export_has_a_row_for_each_label(tmp_path: Path) -> None:
    label = {"objects": [labelbox_object("cat", 20, 10, 60, 50, key="bbox")]}
    rows = [labelbox_older(ONE, label, **{"Updated At": "2022-01-01"}), labelbox_older(ONE)]
    found = with_rows(tmp_path, *rows)
    assert boxes_of(found) == {"one": [("cat", 20, 10, 60, 50)]}
    assert (LABELBOX_FILE, ProblemKind.CONFLICTING_DUPLICATE) in kinds(found)


def test_objects_of_several_projects_are_all_used(tmp_path: Path) -> None:
    row = labelbox_row(ONE, labelbox_label([BOX]))
    row["projects"]["p2"] = labelbox_row(ONE, labelbox_label([OTHER]))["projects"]["p1"]
    assert boxes_of_one(tmp_path, row) == [("cat", 20, 10, 60, 50), ("dog", 0, 0, 60, 50)]


def test_videos_broken_lines_and_rows_of_something_else_are_reported(tmp_path: Path) -> None:
    video = labelbox_row(TWO, media_attributes={"asset_type": "video"})
    with_rows(tmp_path, labelbox_row(ONE))
    lines = json_lines([labelbox_row(ONE), video, {"a": 1}]) + '\n{"data_row": \n'
    put(tmp_path / LABELBOX_FILE, lines)
    messages = [problem.message for problem in faults(read(tmp_path).problems)]
    assert [message[:10] for message in messages] == ["line 3: is", "line 5: no", "'two.jpg' "]


def test_rows_without_any_label_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="none of the 2 data rows"):
        with_rows(tmp_path, labelbox_unlabelled(ONE), labelbox_row(TWO, projects={}))


def test_classifications_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="classifications of whole photos"):
        with_rows(tmp_path, labelbox_row(ONE, labelbox_label([], classes=[{"name": "mood"}])))


def test_a_dataset_of_something_else_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "one.jsonl", '{"a": 1}\n{"b": 2}\n')
    with pytest.raises(DatasetError, match="no export of Labelbox"):
        read(tmp_path)


@pytest.mark.parametrize("write", [write_labelbox, write_older_labelbox])
def test_whatever_is_in_the_files_is_read_or_refused(write: Any, tmp_path: Path) -> None:
    write(tmp_path)
    holds_whatever_is_in_the_files(labelbox.read, tmp_path)


def test_whatever_is_in_one_row_is_read_or_refused(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    put_json(
        tmp_path / "export.json", [labelbox_row(ONE, metadata_fields=[{"name": "split", "value": "train"}])]
    )
    holds_whatever_is_in_the_files(labelbox.read, tmp_path, examples=100)
