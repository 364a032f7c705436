import math
from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers import datumaro
from jobs.train.data.source import open_source
from tests.jobs.train.data.readers.checking import (
    SAMPLE_BOXES,
    boxes_of,
    found_format,
    holds_whatever_is_in_the_files,
    kinds,
)
from tests.jobs.train.data.readers.samples import datumaro_item, datumaro_subset, write_datumaro
from tests.jobs.train.data.writing import HEIGHT, SAMPLES, WIDTH, put, put_json, zipped

ONE, TWO, THREE, FOUR = SAMPLES
FILE = "annotations/default.json"


def read(folder: Path) -> Annotations:
    return datumaro.read(open_source(folder))


def with_annotations(
    folder: Path, *annotations: Any, labels: tuple[str, ...] = ("cat", "dog")
) -> Annotations:
    """The photo one with these annotations."""
    put(folder / "images" / "default" / "one.jpg", ONE.jpeg)
    put_json(folder / FILE, datumaro_subset([datumaro_item(ONE, annotations=list(annotations))], labels))
    return read(folder)


def annotation(kind: str, **more: Any) -> dict[str, Any]:
    return {"id": 0, "type": kind, "attributes": {}, "group": 0, "label_id": 0, "z_order": 0} | more


def test_boxes_are_corner_and_size_in_pixels(tmp_path: Path) -> None:
    write_datumaro(tmp_path)
    for data in (tmp_path, zipped(tmp_path, inside="deep/er")):
        found = read(data)
        assert boxes_of(found) == SAMPLE_BOXES
        assert found.labels == ("cat", "dog")
        assert {photo.stated_size for photo in found.photos} == {(WIDTH, HEIGHT)}
        assert found.problems == ()
    assert found_format(tmp_path) == "datumaro"


def test_an_item_without_annotations_is_a_negative(tmp_path: Path) -> None:
    write_datumaro(tmp_path)
    _, report = open_dataset(tmp_path, size=96)
    assert (report.format, report.photos, report.boxes, report.negatives) == ("datumaro", 4, 4, 1)
    assert report.problems == ()


def test_subsets_are_the_split_and_keep_photos_of_one_name_apart(tmp_path: Path) -> None:
    for subset, sample in (("train", ONE), ("validation", FOUR), ("batch1", TWO), ("batch2", THREE)):
        put(tmp_path / "images" / subset / "1.jpg", sample.jpeg)
        item = datumaro_item(sample, id="1", image={"path": "1.jpg", "size": [HEIGHT, WIDTH]})
        put_json(tmp_path / "annotations" / f"{subset}.json", datumaro_subset([item]))
    found = read(tmp_path)
    assert {photo.name: (photo.side, len(photo.boxes)) for photo in found.photos} == {
        "images/train/1.jpg": ("train", 2),
        "images/validation/1.jpg": ("val", 1),
        "images/batch1/1.jpg": (None, 1),
        "images/batch2/1.jpg": (None, 0),
    }
    assert found.problems == ()


def test_older_versions_call_the_head_info_and_may_lack_the_image(tmp_path: Path) -> None:
    write_datumaro(tmp_path)
    items = [datumaro_item(sample) for sample in SAMPLES]
    for item in items:
        del item["image"]
    document = datumaro_subset(items) | {"info": {}}
    del document["dm_format_version"], document["infos"]
    put_json(tmp_path / FILE, document)
    assert boxes_of(read(tmp_path)) == SAMPLE_BOXES
    assert found_format(tmp_path) == "datumaro"


@pytest.mark.parametrize(
    ("kind", "more", "edges"),
    [
        ("polygon", {"points": [10, 20, 50, 15, 30, 60]}, (10, 15, 50, 60)),
        ("ellipse", {"points": [10, 20, 50, 60]}, (10, 20, 50, 60)),
        ("cuboid_2d", {"points": [[10, 20], [50, 20], [50, 60], [10, 60]] * 2}, (10, 20, 50, 60)),
        ("mask", {"rle": {"counts": [4, 2, 2, 2, 2], "size": [4, 3]}}, (1, 0, 3, 2)),
        ("mask", {"rle": {"counts": "42200", "size": [4, 3]}}, (1, 0, 3, 2)),
    ],
)
def test_a_shape_with_an_area_becomes_the_box_around_it(
    kind: str, more: dict[str, Any], edges: tuple[float, ...], tmp_path: Path
) -> None:
    found = with_annotations(tmp_path, annotation(kind, **more))
    assert boxes_of(found)["one"] == [("cat", *edges)]
    assert found.problems == ()


def test_parts_in_one_group_are_one_object(tmp_path: Path) -> None:
    found = with_annotations(
        tmp_path,
        annotation("polygon", points=[10, 20, 30, 20, 20, 60], group=1),
        annotation("polygon", points=[60, 10, 90, 20, 70, 50], group=1),
        annotation("polygon", points=[60, 10, 90, 20, 70, 50], group=1, label_id=1),
        annotation("polygon", points=[0, 0, 9, 0, 5, 9], group=2),
        annotation("bbox", bbox=[0, 0, 10, 10], group=2),
        annotation("bbox", bbox=[20, 0, 10, 10], group=2),
    )
    assert boxes_of(found)["one"] == [
        ("cat", 10, 10, 90, 60),
        ("dog", 60, 10, 90, 50),
        ("cat", 0, 0, 10, 10),
        ("cat", 20, 0, 30, 10),
    ]


@pytest.mark.parametrize(
    ("changed", "kind", "message"),
    [
        (annotation("points", points=[1, 2]), ProblemKind.DROPPED_BOX, "object 1 is a set of points"),
        (annotation("polyline", points=[1, 2]), ProblemKind.DROPPED_BOX, "object 1 is a line"),
        (annotation("label"), ProblemKind.DROPPED_BOX, "is a label of the whole photo"),
        (annotation("cuboid_3d"), ProblemKind.INVALID_BOX, "has the shape 'cuboid_3d'"),
        (annotation("bbox", bbox=[1, 2, 3]), ProblemKind.INVALID_BOX, "no four numbers"),
        (annotation("polygon", points=[1, 2, 3]), ProblemKind.INVALID_BOX, "x without y"),
        (annotation("mask", rle={"counts": "~", "size": [4, 3]}), ProblemKind.INVALID_BOX, "cannot be read"),
        (annotation("mask", rle={"counts": [12], "size": [4, 3]}), ProblemKind.DROPPED_BOX, "empty mask"),
        (annotation("bbox", bbox=[1, 2, 3, 4], label_id=9), ProblemKind.UNKNOWN_CLASS, "is of label 9"),
        (annotation("bbox", bbox=[1, 2, 3, 4], label_id=None), ProblemKind.UNKNOWN_CLASS, "is of label none"),
        (annotation("bbox", attributes={"is_crowd": True}), ProblemKind.CROWD_BOX, "is a crowd"),
        (annotation("bbox", attributes={"is_crowd": "true"}), ProblemKind.CROWD_BOX, "is a crowd"),
        (
            annotation("bbox", attributes={"is_crowd": "?"}),
            ProblemKind.INVALID_BOX,
            "'?' is neither yes nor no",
        ),
    ],
)
def test_what_has_no_box_is_reported_and_its_photo_is_no_negative(
    changed: Any, kind: ProblemKind, message: str, tmp_path: Path
) -> None:
    found = with_annotations(tmp_path, changed)
    assert kinds(found) == [(FILE, kind)]
    assert message in found.problems[0].message
    assert (found.photos[0].boxes, found.photos[0].left_out) == ((), 1)


@pytest.mark.parametrize("rotation", [90, "90.0", 270, -90.0])
def test_a_turned_box_has_the_bounds_of_its_turned_corners(rotation: object, tmp_path: Path) -> None:
    turned = annotation("bbox", bbox=[20, 30, 60, 20], attributes={"rotation": rotation})
    ((_, *edges),) = boxes_of(with_annotations(tmp_path, turned))["one"]
    assert edges == pytest.approx([40, 10, 60, 70])


def test_a_rotation_that_is_no_number_is_a_fault(tmp_path: Path) -> None:
    turned = annotation("bbox", bbox=[20, 30, 60, 20], attributes={"rotation": "a bit"})
    (box,) = with_annotations(tmp_path, turned).photos[0].boxes
    assert math.isnan(box.xmin)


def test_labels_and_captions_beside_boxes_are_passed_over(tmp_path: Path) -> None:
    box = annotation("bbox", bbox=[1, 2, 3, 4])
    found = with_annotations(tmp_path, annotation("label"), annotation("caption", caption="a cat"), box)
    assert boxes_of(found)["one"] == [("cat", 1, 2, 4, 6)]
    assert found.problems == ()


@pytest.mark.parametrize("annotations", [None, "x", [7], {}])
def test_annotations_that_are_none_make_no_negative(annotations: Any, tmp_path: Path) -> None:
    write_datumaro(tmp_path)
    items = [datumaro_item(ONE), datumaro_item(THREE, annotations=annotations)]
    put_json(tmp_path / FILE, datumaro_subset(items))
    assert {photo.name: photo.left_out for photo in read(tmp_path).photos}["images/default/three.jpg"] == 1


def test_frames_of_films_are_reported(tmp_path: Path) -> None:
    write_datumaro(tmp_path)
    frame = {"id": "f1", "annotations": [], "video_frame": {"video_path": "film.mp4", "frame_index": 3}}
    put_json(tmp_path / FILE, datumaro_subset([datumaro_item(ONE), frame]))
    found = read(tmp_path)
    assert (FILE, ProblemKind.MISSING_PHOTO) in kinds(found)
    assert "'f1' is a video frame" in found.problems[0].message


def test_a_background_and_a_long_vocabulary_are_no_classes(tmp_path: Path) -> None:
    box = annotation("bbox", bbox=[1, 2, 3, 4], label_id=1)
    found = with_annotations(tmp_path / "a", box, labels=("background", "cat", "dog"))
    assert found.labels == ("cat", "dog")
    assert kinds(found) == [("categories", ProblemKind.UNUSED_CLASS)]
    many = tuple(f"thing {number}" for number in range(30))
    assert with_annotations(tmp_path / "b", box, labels=many).labels == ("thing 1",)


def test_a_dataset_of_something_else_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "one.json", '{"categories": {}, "items": []}')
    with pytest.raises(DatasetError, match="no Datumaro JSON"):
        read(tmp_path)


def test_whatever_is_in_the_files_is_read_or_refused(tmp_path: Path) -> None:
    write_datumaro(tmp_path)
    mask = annotation("mask", rle={"counts": [4, 2, 2, 2, 2], "size": [4, 3]})
    polygon = annotation("polygon", points=[10, 20, 50, 15, 30, 60], group=1)
    items = [datumaro_item(sample) for sample in SAMPLES]
    put_json(tmp_path / FILE, datumaro_subset([*items, datumaro_item(ONE, annotations=[mask, polygon])]))
    holds_whatever_is_in_the_files(datumaro.read, tmp_path)
