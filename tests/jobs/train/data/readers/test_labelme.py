import base64
from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers import labelme
from jobs.train.data.source import open_source
from tests.jobs.train.data.readers.checking import (
    SAMPLE_BOXES,
    boxes_of,
    found_format,
    holds_whatever_is_in_the_files,
    kinds,
)
from tests.jobs.train.data.readers.samples import labelme_document as document
from tests.jobs.train.data.readers.samples import labelme_shape as shape
from tests.jobs.train.data.readers.samples import write_labelme
from tests.jobs.train.data.writing import (
    HEIGHT,
    SAMPLES,
    WIDTH,
    put,
    put_json,
    source_that_refuses,
    zipped,
)

ONE, TWO, THREE, FOUR = SAMPLES


def read(folder: Path) -> Annotations:
    return labelme.read(open_source(folder))


def with_shapes(folder: Path, *shapes: Any) -> Annotations:
    """The photo one with these shapes."""
    put(folder / "one.jpg", ONE.jpeg)
    put_json(folder / "one.json", document(ONE, shapes=list(shapes)))
    return read(folder)


def test_rectangles_have_their_corners_in_any_order(tmp_path: Path) -> None:
    write_labelme(tmp_path)
    found = read(tmp_path)
    assert boxes_of(found) == SAMPLE_BOXES
    assert {photo.stated_size for photo in found.photos} == {(WIDTH, HEIGHT)}
    assert found.problems == ()
    assert found_format(tmp_path) == "labelme"


def test_a_file_without_shapes_is_a_negative(tmp_path: Path) -> None:
    write_labelme(tmp_path)
    _, report = open_dataset(tmp_path, size=96)
    assert (report.format, report.photos, report.boxes, report.negatives) == ("labelme", 4, 4, 1)
    assert report.problems == ()


@pytest.mark.parametrize(
    ("kind", "points", "edges"),
    [
        ("polygon", [[10, 20], [50, 15], [30, 60]], (10, 15, 50, 60)),
        (None, [[10, 20], [50, 15], [30, 60]], (10, 15, 50, 60)),
        ("circle", [[50, 40], [53, 44]], (45, 35, 55, 45)),
        ("rotation", [[50, 10], [70, 30], [50, 50], [30, 30]], (30, 10, 70, 50)),
        ("oriented_rectangle", [[50, 10], [70, 30], [50, 50], [30, 30]], (30, 10, 70, 50)),
        ("rectangle", [[10, 10], [70, 10], [70, 50], [10, 50]], (10, 10, 70, 50)),
        ("mask", [[10, 20], [49, 59]], (10, 20, 50, 60)),
    ],
)
def test_a_shape_with_an_area_becomes_the_box_around_it(
    kind: str | None, points: Any, edges: tuple[float, ...], tmp_path: Path
) -> None:
    found = with_shapes(tmp_path, shape("cat", points, kind))
    assert boxes_of(found) == {"one": [("cat", *edges)]}
    assert found.problems == ()


@pytest.mark.parametrize(
    ("kind", "word"),
    [("point", "point"), ("points", "set of points"), ("line", "line"), ("linestrip", "line")],
)
def test_points_and_lines_are_left_out_and_their_photo_is_no_negative(
    kind: str, word: str, tmp_path: Path
) -> None:
    found = with_shapes(tmp_path, shape("cat", [[1, 2], [30, 40]], kind))
    assert (found.photos[0].boxes, found.photos[0].left_out) == ((), 1)
    assert kinds(found) == [("one.json", ProblemKind.DROPPED_BOX)]
    assert f"'one.jpg': object 1 is a {word}" in found.problems[0].message


def test_a_shape_that_is_not_known_is_reported(tmp_path: Path) -> None:
    found = with_shapes(tmp_path, shape("cat", [[1, 2], [30, 40]]), shape("cat", [[1, 2]], "blob"))
    assert kinds(found) == [("one.json", ProblemKind.INVALID_BOX)]
    assert "object 2 has the shape 'blob'" in found.problems[0].message


@pytest.mark.parametrize(
    "broken", ["x", {}, {"label": "cat"}, shape("cat", "1 2 3 4"), shape("cat", [[1], [2, "a"]])]
)
def test_a_broken_shape_is_reported_and_no_negative(broken: Any, tmp_path: Path) -> None:
    put(tmp_path / "two.jpg", TWO.jpeg)
    put_json(tmp_path / "two.json", document(TWO))
    with_shapes(tmp_path, broken)
    _, report = open_dataset(tmp_path, size=96, every_class=False)
    assert (report.photos, report.negatives) == (1, 0)
    assert ProblemKind.INVALID_BOX in {problem.kind for problem in report.problems}
    assert {problem.file for problem in report.problems} == {"one.jpg"}


def test_a_shape_without_a_label_is_reported(tmp_path: Path) -> None:
    with_shapes(tmp_path, shape("cat", [[10, 10], [50, 50]]), shape("", [[60, 10], [90, 50]]))
    _, report = open_dataset(tmp_path, size=96)
    assert [problem.kind for problem in report.problems] == [ProblemKind.UNKNOWN_CLASS]


def test_polygons_in_one_group_are_parts_of_one_object(tmp_path: Path) -> None:
    left = shape("cat", [[10, 20], [30, 20], [20, 60]], "polygon", group_id=1)
    right = shape("cat", [[60, 10], [90, 20], [70, 50]], "polygon", group_id=1)
    other = shape("dog", [[60, 10], [90, 20], [70, 50]], "polygon", group_id=1)
    box = shape("cat", [[0, 0], [5, 5]], "rectangle", group_id=1)
    found = with_shapes(tmp_path, left, right, other, box)
    assert boxes_of(found)["one"] == [("cat", 10, 10, 90, 60), ("dog", 60, 10, 90, 50), ("cat", 0, 0, 5, 5)]


def test_windows_paths_lead_to_photos_in_another_folder(tmp_path: Path) -> None:
    for sample in SAMPLES:
        put(tmp_path / "set" / "images" / f"{sample.stem}.jpg", sample.jpeg)
        path = f"..\\images\\{sample.stem}.jpg"
        put_json(tmp_path / "set" / "labels" / f"{sample.stem}.json", document(sample, imagePath=path))
    for data in (tmp_path, zipped(tmp_path / "set", inside="deep/er")):
        found = read(data)
        assert boxes_of(found) == SAMPLE_BOXES
        assert found.problems == ()


def test_the_photo_inside_the_file_is_used_where_it_is_missing(tmp_path: Path) -> None:
    for sample in SAMPLES:
        inside = base64.b64encode(sample.jpeg).decode()
        put_json(tmp_path / f"{sample.stem}.json", document(sample, imageData=inside))
    found = read(tmp_path)
    assert [photo.read() for photo in found.photos] == [
        sample.jpeg for sample in sorted(SAMPLES, key=lambda sample: sample.stem)
    ]
    _, report = open_dataset(tmp_path, size=96)
    assert (report.photos, report.boxes, report.problems) == (4, 4, ())


def test_a_photo_file_comes_before_the_copy_inside(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    put_json(tmp_path / "one.json", document(ONE, imageData=base64.b64encode(TWO.jpeg).decode()))
    (photo,) = read(tmp_path).photos
    assert (photo.name, photo.read()) == ("one.jpg", ONE.jpeg)


def test_a_photo_inside_that_is_damaged_is_named(tmp_path: Path) -> None:
    put(tmp_path / "two.jpg", TWO.jpeg)
    put_json(tmp_path / "two.json", document(TWO))
    put_json(tmp_path / "one.json", document(ONE, imageData="abcde"))
    _, report = open_dataset(tmp_path, size=96, every_class=False)
    assert [problem.kind for problem in report.problems] == [ProblemKind.UNREADABLE_PHOTO]
    assert "one.json: the photo inside it cannot be read" in report.problems[0].message


def test_a_photo_that_is_nowhere_is_reported(tmp_path: Path) -> None:
    put(tmp_path / "two.jpg", TWO.jpeg)
    put_json(tmp_path / "one.json", document(ONE))
    assert kinds(read(tmp_path)) == [
        ("one.json", ProblemKind.MISSING_PHOTO),
        ("two.jpg", ProblemKind.NOT_ANNOTATED),
    ]


def test_without_a_path_the_file_is_about_the_photo_of_its_own_name(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    put_json(tmp_path / "one.json", document(ONE, imagePath=""))
    assert boxes_of(read(tmp_path)) == {"one": SAMPLE_BOXES["one"]}


def test_a_size_that_was_never_filled_in_is_no_size(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    put_json(tmp_path / "one.json", document(ONE, imageHeight=-1, imageWidth=-1))
    assert read(tmp_path).photos[0].stated_size is None


def test_flags_without_any_shape_are_refused_as_classes_of_whole_photos(tmp_path: Path) -> None:
    for sample in SAMPLES:
        put(tmp_path / f"{sample.stem}.jpg", sample.jpeg)
        flags = {"cat": True, "dog": False}
        put_json(tmp_path / f"{sample.stem}.json", document(sample, shapes=[], flags=flags))
    with pytest.raises(DatasetError, match=r"flags for whole photos \(cat\) and no shapes"):
        read(tmp_path)


def test_a_file_that_cannot_be_read_is_reported_and_the_others_are_used(tmp_path: Path) -> None:
    write_labelme(tmp_path)
    put(tmp_path / "bad.json", "{")
    found = labelme.read(source_that_refuses(tmp_path, "worse.json"))
    assert boxes_of(found) == SAMPLE_BOXES
    assert kinds(found) == [
        ("bad.json", ProblemKind.UNREADABLE_ANNOTATION),
        ("worse.json", ProblemKind.UNREADABLE_ANNOTATION),
    ]


def test_a_dataset_of_something_else_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "one.json", "{}")
    put(tmp_path / "two.json", "{")
    with pytest.raises(DatasetError, match=r"no JSON file of labelme(.|\n)*two\.json: not JSON"):
        read(tmp_path)


def test_isat_files_are_read_too(tmp_path: Path) -> None:
    def entry(label: str, segmentation: Any, group: int, **more: Any) -> dict[str, Any]:
        common = {"category": label, "group": group, "segmentation": segmentation, "area": 1.0, "layer": 1.0}
        return common | {"bbox": [1, 2, 3, 4], "iscrowd": False, "note": ""} | more

    objects = [
        entry("cat", [[10, 20], [30, 20], [20, 60]], 1),
        entry("cat", [[60, 10], [90, 20], [70, 50]], 1),
        entry("cat", [[100, 10], [120, 20], [110, 50]], 0),
        entry("dog", [], 2, bbox=[5, 6, 70, 80]),
        entry("dog", [[1, 1], [2, 2], [3, 3]], 3, iscrowd=True),
        entry("dog", [[1, 1], [2, 2], [3, 3]], 4, iscrowd="1"),
        entry("dog", [[1, 1], [2, 2], [3, 3]], 5, iscrowd="maybe"),
    ]
    info = {
        "description": "ISAT",
        "folder": "C:\\photos",
        "name": "one.jpg",
        "width": WIDTH,
        "height": HEIGHT,
    }
    put(tmp_path / "one.jpg", ONE.jpeg)
    put_json(tmp_path / "one.json", {"info": info | {"depth": 3, "note": ""}, "objects": objects})
    put(tmp_path / "isat.yaml", "contour_mode: max_only\nlabel:\n- color: '#000000'\n  name: cat\n")
    found = read(tmp_path)
    assert boxes_of(found)["one"] == [
        ("cat", 10, 10, 90, 60),
        ("cat", 100, 10, 120, 50),
        ("dog", 5, 6, 70, 80),
    ]
    crowd = ("one.json", ProblemKind.CROWD_BOX)
    assert kinds(found) == [crowd, crowd, ("one.json", ProblemKind.INVALID_BOX)]
    assert found_format(tmp_path) == "labelme"


def test_whatever_is_in_the_files_is_read_or_refused(tmp_path: Path) -> None:
    write_labelme(tmp_path)
    holds_whatever_is_in_the_files(labelme.read, tmp_path)


def test_renamed_photos_keep_their_boxes_although_the_names_inside_moved_by_one(tmp_path: Path) -> None:
    for i, sample in enumerate(SAMPLES, start=1):
        put(tmp_path / f"{i}.jpg", sample.jpeg)
        put_json(tmp_path / f"{i}.json", document(sample, imagePath=f"{i - 1}.jpg"))
    found = labelme.read(open_source(tmp_path))
    boxes = {photo.name: len(photo.boxes) for photo in found.photos}
    assert boxes == {f"{i}.jpg": len(sample.boxes) for i, sample in enumerate(SAMPLES, start=1)}
