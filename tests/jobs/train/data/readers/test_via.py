from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers import via
from jobs.train.data.source import open_source
from tests.jobs.train.data.readers.checking import (
    SAMPLE_BOXES,
    boxes_of,
    found_format,
    holds_whatever_is_in_the_files,
    kinds,
)
from tests.jobs.train.data.readers.samples import (
    via_csv,
    via_photos,
    via_project,
    via_region,
    write_via,
    write_via_csv,
)
from tests.jobs.train.data.writing import SAMPLES, put, put_json, zipped

ONE, TWO, THREE, FOUR = SAMPLES
ASSUMED = ("photos", ProblemKind.ASSUMED_NEGATIVE)


def read(folder: Path) -> Annotations:
    return via.read(open_source(folder))


def put_photos(folder: Path) -> None:
    for sample in SAMPLES:
        put(folder / f"{sample.stem}.jpg", sample.jpeg)


def with_regions(folder: Path, *regions: Any, attributes: dict[str, Any] | None = None) -> Annotations:
    """The photo one with these regions."""
    put(folder / "one.jpg", ONE.jpeg)
    photos = via_photos([ONE])
    next(iter(photos.values()))["regions"] = list(regions)
    put_json(folder / "via_project.json", via_project(photos, attributes))
    return read(folder)


def of_shape(**shape: Any) -> dict[str, Any]:
    return {"shape_attributes": shape, "region_attributes": {"class": "cat"}}


def with_attributes(**attributes: Any) -> dict[str, Any]:
    return via_region("", 10, 20, 30, 40) | {"region_attributes": attributes}


def labels_of(found: Annotations) -> list[str]:
    return [box.label for photo in found.photos for box in photo.boxes]


@pytest.mark.parametrize("write", [write_via, write_via_csv])
def test_a_project_and_a_csv_have_boxes_to_the_pixel(write: Any, tmp_path: Path) -> None:
    write(tmp_path)
    found = read(tmp_path)
    assert boxes_of(found) == SAMPLE_BOXES
    assert kinds(found) == [ASSUMED]
    assert "1 photo without objects is taken for a negative" in found.problems[0].message
    assert found_format(tmp_path) == "via"
    _, report = open_dataset(tmp_path, size=96, strict=True)
    assert (report.format, report.photos, report.boxes, report.negatives) == ("via", 4, 4, 1)


def test_exported_json_is_read_without_a_project(tmp_path: Path) -> None:
    put_photos(tmp_path)
    put_json(tmp_path / "via_region_data.json", via_photos())
    assert boxes_of(read(tmp_path)) == SAMPLE_BOXES
    assert found_format(tmp_path) == "via"


def test_version_1_numbers_its_regions_and_marks_its_header(tmp_path: Path) -> None:
    photos = via_photos()
    put_photos(tmp_path / "a")
    put(tmp_path / "a" / "regions.csv", via_csv(photos, mark="#"))
    put_photos(tmp_path / "b")
    for photo in photos.values():
        photo["regions"] = {str(number): region for number, region in enumerate(photo["regions"])}
        photo |= {"fileref": "", "base64_img_data": ""}
    put_json(tmp_path / "b" / "regions.json", photos)
    for folder in (tmp_path / "a", tmp_path / "b"):
        assert boxes_of(read(folder)) == SAMPLE_BOXES
        assert found_format(folder) == "via"


def test_a_project_and_its_exports_side_by_side_are_one_dataset(tmp_path: Path) -> None:
    write_via(tmp_path)
    put_json(tmp_path / "export.json", via_photos())
    put(tmp_path / "export.csv", via_csv(via_photos()))
    found = read(tmp_path)
    assert len(found.photos) == len(SAMPLES)
    assert kinds(found) == [ASSUMED]


@pytest.mark.parametrize(
    ("shape", "edges"),
    [
        ({"name": "circle", "cx": 50, "cy": 40, "r": 5.5}, (44.5, 34.5, 55.5, 45.5)),
        ({"name": "ellipse", "cx": 50, "cy": 40, "rx": 10, "ry": 5}, (40, 35, 60, 45)),
        (
            {"name": "ellipse", "cx": 50, "cy": 40, "rx": 10, "ry": 5, "theta": 1.5707963267948966},
            (45, 30, 55, 50),
        ),
        ({"name": "polygon", "all_points_x": [10, 50, 30], "all_points_y": [20, 15, 60]}, (10, 15, 50, 60)),
    ],
)
def test_a_shape_with_an_area_becomes_the_box_around_it(
    shape: dict[str, Any], edges: tuple[float, ...], tmp_path: Path
) -> None:
    found = with_regions(tmp_path, of_shape(**shape))
    ((label, *found_edges),) = boxes_of(found)["one"]
    assert label == "cat"
    assert found_edges == pytest.approx(edges)
    assert found.problems == ()


@pytest.mark.parametrize(
    ("shape", "kind", "message"),
    [
        ({"name": "point", "cx": 1, "cy": 2}, ProblemKind.DROPPED_BOX, "object 1 is a point"),
        ({"name": "polyline", "all_points_x": [1, 2]}, ProblemKind.DROPPED_BOX, "object 1 is a line"),
        ({"name": "star"}, ProblemKind.INVALID_BOX, "object 1 has the shape 'star'"),
        ({}, ProblemKind.INVALID_BOX, "object 1 has the shape None"),
        ({"name": "polygon", "all_points_x": [1, 2]}, ProblemKind.INVALID_BOX, "not as many x as y"),
    ],
)
def test_what_has_no_box_is_reported_and_its_photo_is_no_negative(
    shape: dict[str, Any], kind: ProblemKind, message: str, tmp_path: Path
) -> None:
    found = with_regions(tmp_path, of_shape(**shape))
    assert kinds(found) == [("via_project.json", kind)]
    assert message in found.problems[0].message
    assert (found.photos[0].boxes, found.photos[0].left_out) == ((), 1)


@pytest.mark.parametrize("regions", [None, "x", 3, ["x"]])
def test_regions_that_are_none_make_no_negative(regions: Any, tmp_path: Path) -> None:
    put_photos(tmp_path)
    photos = via_photos()
    photos[f"three.jpg{len(THREE.jpeg)}"]["regions"] = regions
    put_json(tmp_path / "export.json", photos)
    found = read(tmp_path)
    assert {photo.name: photo.left_out for photo in found.photos}["three.jpg"] == 1
    assert kinds(found) == [("export.json", ProblemKind.INVALID_BOX)]


def test_a_broken_row_of_the_csv_is_a_fault_of_its_photo(tmp_path: Path) -> None:
    put_photos(tmp_path)
    put(tmp_path / "export.csv", via_csv(via_photos()) + 'three.jpg,1,"{}",1,0,"{x","{}"\nthree.jpg\n')
    found = read(tmp_path)
    assert ("export.csv", ProblemKind.INVALID_BOX) in kinds(found)


def test_a_region_without_the_class_is_reported(tmp_path: Path) -> None:
    with_regions(tmp_path, via_region("cat", 1, 2, 30, 40), with_attributes())
    _, report = open_dataset(tmp_path, size=96)
    assert [problem.kind for problem in report.problems] == [ProblemKind.UNKNOWN_CLASS]


def test_the_only_attribute_in_use_is_the_class(tmp_path: Path) -> None:
    found = with_regions(
        tmp_path,
        with_attributes(species="cat", class_="", notes=""),
        attributes={"species": {"type": "text"}, "notes": {"type": "text"}},
    )
    assert labels_of(found) == ["cat"]


def test_of_several_attributes_the_one_with_the_name_of_a_class_is_it(tmp_path: Path) -> None:
    found = with_regions(tmp_path, with_attributes(colour="black", name="Tom", Class="cat"))
    assert labels_of(found) == ["cat"]


def test_else_the_only_choice_is_the_class(tmp_path: Path) -> None:
    attributes = {
        "remark": {"type": "text"},
        "species": {"type": "dropdown", "options": {"0": "cat", "1": "dog"}, "default_options": {}},
    }
    found = with_regions(tmp_path, with_attributes(remark="nice", species="1"), attributes=attributes)
    assert labels_of(found) == ["dog"]


def test_else_the_attributes_are_named_in_the_refusal(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="none of them is plainly the class: 'remark', 'species'"):
        with_regions(tmp_path, with_attributes(remark="nice", species="cat"), attributes={})


def test_regions_without_any_attribute_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DatasetError, match=r"no region says what it is\. Define a region attribute called class"
    ):
        with_regions(tmp_path, with_attributes(), attributes={})


def test_choices_are_called_as_they_are_described(tmp_path: Path) -> None:
    attributes = {"species": {"type": "radio", "options": {"c": "cat", "dog": ""}, "default_options": {}}}
    found = with_regions(
        tmp_path, with_attributes(species="c"), with_attributes(species="dog"), attributes=attributes
    )
    assert labels_of(found) == ["cat", "dog"]


def test_descriptions_hold_for_an_export_beside_the_attributes(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    photos = via_photos([ONE])
    for region in next(iter(photos.values()))["regions"]:
        region["region_attributes"] = {"species": "1"}
    put_json(tmp_path / "export.json", photos)
    attributes = {"species": {"type": "dropdown", "description": "", "options": {"1": "cat"}}}
    put_json(tmp_path / "via_attributes.json", {"region": attributes, "file": {}})
    assert labels_of(read(tmp_path)) == ["cat", "cat"]


def test_each_tick_of_a_checkbox_is_a_box(tmp_path: Path) -> None:
    attributes = {"species": {"type": "checkbox", "options": {"c": "cat", "d": "dog", "b": "bird"}}}
    ticks = {"c": True, "b": True, "d": False}
    found = with_regions(tmp_path, with_attributes(species=ticks), attributes=attributes)
    assert labels_of(found) == ["cat", "bird"]


def test_a_photo_that_is_not_there_is_reported(tmp_path: Path) -> None:
    write_via(tmp_path)
    (tmp_path / "two.jpg").unlink()
    assert ("via_project.json", ProblemKind.MISSING_PHOTO) in kinds(read(tmp_path))


def test_photos_may_lie_in_folders_and_be_named_with_backslashes(tmp_path: Path) -> None:
    photos = via_photos()
    for photo in photos.values():
        photo["filename"] = f"C:\\pets\\photos\\{photo['filename']}"
    put_photos(tmp_path / "set" / "photos")
    put_json(tmp_path / "set" / "project" / "via.json", via_project(photos))
    for data in (tmp_path, zipped(tmp_path / "set", inside="deep/er")):
        assert boxes_of(read(data)) == SAMPLE_BOXES
        assert kinds(read(data)) == [ASSUMED]


def via3(metadata: dict[str, Any]) -> dict[str, Any]:
    """A project as VIA 3 saves it: photo one in view 1, photo three in view 2, a film in view 3."""
    attribute = {"aname": "species", "anchor_id": "FILE1_Z0_XY1", "desc": "", "default_option_id": ""}
    files = [("one.jpg", 2), ("three.jpg", 2), ("film.mp4", 4)]
    return {
        "project": {"pid": "__VIA_PROJECT_ID__", "data_format_version": "3.1.1", "vid_list": ["1", "2", "3"]},
        "config": {"file": {"loc_prefix": {}}, "ui": {}},
        "attribute": {
            "1": attribute | {"type": 4, "options": {"0": "cat", "1": "dog"}},
            "2": attribute | {"aname": "state", "type": 2, "options": {"0": "wet", "1": "old"}},
        },
        "file": {
            str(n): {"fid": n, "fname": name, "type": kind, "loc": 1, "src": ""}
            for n, (name, kind) in enumerate(files, start=1)
        },
        "view": {str(n): {"fid_list": [n]} for n in (1, 2, 3)},
        "metadata": metadata,
    }


def test_version_3_keeps_files_views_and_regions_apart(tmp_path: Path) -> None:
    def region(xy: list[Any], view: str = "1", z: Any = ()) -> dict[str, Any]:
        return {"vid": view, "flg": 0, "z": list(z), "xy": xy, "av": {"1": "1"}}

    put_photos(tmp_path)
    metadata = {
        "1_a": region([2, 10.5, 20, 30, 40]),
        "1_b": region([7, 10, 20, 50, 15, 30, 60]),
        "1_c": region([3, 50, 40, 5]),
        "1_d": region([4, 50, 40, 10, 5]),
        "1_e": region([8, 10, 30, 20, 15, 60, 25, 35, 70]),
        "1_f": region([1, 5, 5]),
        "1_g": region([9, 5, 5, 6, 6, 7, 7]),
        "1_h": region([]),
        "3_a": region([2, 1, 1, 5, 5], "3", [1.5]),
    }
    put_json(tmp_path / "via3.json", via3(metadata))
    found = read(tmp_path)
    assert boxes_of(found) == {
        "one": [
            ("dog", 10.5, 20, 40.5, 60),
            ("dog", 10, 15, 50, 60),
            ("dog", 45, 35, 55, 45),
            ("dog", 40, 35, 60, 45),
            ("dog", 10, 15, 60, 70),
        ],
        "three": [],
    }
    assert kinds(found)[:4] == [
        ("via3.json", ProblemKind.DROPPED_BOX),
        ("via3.json", ProblemKind.INVALID_BOX),
        ASSUMED,
        ("via3.json", ProblemKind.MISSING_PHOTO),
    ]
    assert "'film.mp4', which is no photo" in found.problems[3].message
    assert found_format(tmp_path) == "via"


def test_version_3_writes_ticks_with_commas(tmp_path: Path) -> None:
    put_photos(tmp_path)
    ticked = {"vid": "1", "flg": 0, "z": [], "xy": [2, 1, 1, 5, 5], "av": {"2": "0,1"}}
    put_json(tmp_path / "via3.json", via3({"1_a": ticked}))
    assert labels_of(read(tmp_path)) == ["wet", "old"]


def test_a_dataset_of_something_else_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "package.json", '{"name": "x", "files": {"a": "b"}}')
    put(tmp_path / "table.csv", "a,b\n1,2\n")
    with pytest.raises(DatasetError, match="no project or export of the VGG Image Annotator"):
        read(tmp_path)


@pytest.mark.parametrize("write", [write_via, write_via_csv])
def test_whatever_is_in_the_files_is_read_or_refused(write: Any, tmp_path: Path) -> None:
    write(tmp_path)
    put_json(tmp_path / "export.json", via_photos())
    put_json(
        tmp_path / "via3.json", via3({"1_a": {"vid": "1", "z": [], "xy": [2, 1, 1, 5, 5], "av": {"2": "0"}}})
    )
    holds_whatever_is_in_the_files(via.read, tmp_path)
