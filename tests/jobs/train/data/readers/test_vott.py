from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError
from jobs.train.data.formats import detect_format
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers import vott
from jobs.train.data.source import open_source
from tests.jobs.train.data.readers.checking import (
    SAMPLE_BOXES,
    boxes_of,
    found_format,
    holds_whatever_is_in_the_files,
    kinds,
)
from tests.jobs.train.data.readers.samples import vott_asset, vott_export, write_vott
from tests.jobs.train.data.writing import HEIGHT, SAMPLES, WIDTH, put, put_json, zipped

ONE, TWO, THREE, FOUR = SAMPLES
ASSUMED = ("photos", ProblemKind.ASSUMED_NEGATIVE)


def read(folder: Path) -> Annotations:
    return vott.read(open_source(folder))


def put_photos(folder: Path) -> None:
    for sample in SAMPLES:
        put(folder / f"{sample.stem}.jpg", sample.jpeg)


def project(assets: list[dict[str, Any]]) -> dict[str, Any]:
    """The `.vott` file: photos without regions, the connections encrypted."""
    hidden: dict[str, Any] = {"id": "c", "name": "pets", "providerType": "localFileSystemProxy"}
    hidden |= {"providerOptions": {"encrypted": "eyJjaXBoZXJ0ZXh0Ijoi"}}
    return vott_export([]) | {
        "sourceConnection": hidden,
        "targetConnection": hidden,
        "assets": {entry["asset"]["id"]: entry["asset"] for entry in assets},
    }


def write_project(folder: Path) -> None:
    """A project as VoTT keeps it: a file for each photo with regions, the others in the .vott file alone."""
    put_photos(folder)
    assets = [vott_asset(sample) for sample in SAMPLES]
    for asset in assets:
        if asset["regions"]:
            put_json(folder / f"{asset['asset']['id']}-asset.json", asset)
    put_json(folder / "pets.vott", project(assets))


def with_regions(folder: Path, *regions: Any) -> Annotations:
    put(folder / "one.jpg", ONE.jpeg)
    put_json(folder / "pets-export.json", vott_export([vott_asset(ONE) | {"regions": list(regions)}]))
    return read(folder)


def region(**changes: Any) -> dict[str, Any]:
    box = {"height": 40, "width": 30, "left": 10, "top": 20}
    return {"id": "r", "type": "RECTANGLE", "tags": ["cat"], "boundingBox": box, "points": []} | changes


def test_an_export_has_boxes_to_the_pixel_and_classes_in_the_order_of_its_tags(tmp_path: Path) -> None:
    write_vott(tmp_path)
    found = read(tmp_path)
    assert boxes_of(found) == SAMPLE_BOXES
    assert found.labels == ("dog", "cat")
    assert {photo.stated_size for photo in found.photos} == {(WIDTH, HEIGHT)}
    assert kinds(found) == [ASSUMED]
    assert "1 photo without objects is taken for a negative" in found.problems[0].message
    assert found_format(tmp_path) == "vott"
    _, report = open_dataset(tmp_path, size=96, strict=True)
    assert (report.format, report.photos, report.boxes, report.negatives) == ("vott", 4, 4, 1)


def test_a_photo_that_was_never_opened_is_no_negative(tmp_path: Path) -> None:
    put_photos(tmp_path)
    assets = [vott_asset(ONE), vott_asset(TWO), vott_asset(THREE, state=0)]
    put_json(tmp_path / "pets-export.json", vott_export(assets))
    found = read(tmp_path)
    assert set(boxes_of(found)) == {"one", "two"}
    assert kinds(found) == [
        ("four.jpg", ProblemKind.NOT_ANNOTATED),
        ("three.jpg", ProblemKind.NOT_ANNOTATED),
    ]


def test_a_project_is_read_from_the_files_of_its_photos(tmp_path: Path) -> None:
    write_project(tmp_path)
    found = read(tmp_path)
    assert boxes_of(found) == SAMPLE_BOXES
    assert found.labels == ("dog", "cat")
    assert kinds(found) == [ASSUMED]
    assert found_format(tmp_path) == "vott"


def test_the_files_of_photos_are_enough(tmp_path: Path) -> None:
    write_project(tmp_path)
    (tmp_path / "pets.vott").unlink()
    found = read(tmp_path)
    assert set(boxes_of(found)) == {"one", "two", "four"}
    assert found.labels is None


def test_a_project_and_its_export_side_by_side_are_one_dataset(tmp_path: Path) -> None:
    write_project(tmp_path)
    export = vott_export([vott_asset(sample) for sample in SAMPLES])
    put_json(tmp_path / "vott-json-export" / "pets-export.json", export)
    found = read(tmp_path)
    assert len(found.photos) == len(SAMPLES)
    assert kinds(found) == [ASSUMED]


def test_a_file_of_a_photo_that_is_missing_is_reported(tmp_path: Path) -> None:
    write_project(tmp_path)
    (tmp_path / "id-two-asset.json").unlink()
    found = read(tmp_path)
    assert set(boxes_of(found)) == {"one", "three", "four"}
    assert ("pets.vott", ProblemKind.UNREADABLE_ANNOTATION) in kinds(found)
    assert "id-two-asset.json is not here" in found.problems[0].message


def test_a_project_alone_is_refused_with_the_export_to_choose(tmp_path: Path) -> None:
    put_photos(tmp_path)
    put_json(tmp_path / "pets.vott", project([vott_asset(sample) for sample in SAMPLES]))
    with pytest.raises(DatasetError, match=r"pets\.vott is a VoTT project without(.|\n)*Choose VoTT JSON"):
        detect_format(open_source(tmp_path))
    with pytest.raises(DatasetError, match="no VoTT JSON"):
        read(tmp_path)


def test_names_are_percent_decoded(tmp_path: Path) -> None:
    put(tmp_path / "My pets" / "my cat #1.jpg", ONE.jpeg)
    asset = vott_asset(ONE, name="my%20cat%20%231.jpg", path="file:C:/Users/me/My%20pets/my%20cat%20%231.jpg")
    put_json(tmp_path / "x" / "id-asset.json", asset)
    for data in (tmp_path, zipped(tmp_path, inside="deep/er")):
        assert boxes_of(read(data)) == {"my cat #1": SAMPLE_BOXES["one"]}


def test_a_name_that_exists_as_written_is_not_decoded(tmp_path: Path) -> None:
    put(tmp_path / "my%20cat.jpg", ONE.jpeg)
    put(tmp_path / "my cat.jpg", TWO.jpeg)
    put_json(tmp_path / "id-asset.json", vott_asset(ONE, name="my%20cat.jpg", path="file:C:/my%20cat.jpg"))
    assert boxes_of(read(tmp_path)) == {"my%20cat": SAMPLE_BOXES["one"]}


def test_photos_in_the_cloud_are_known_by_the_end_of_their_address(tmp_path: Path) -> None:
    put_photos(tmp_path)
    address = "https://pets.blob.core.windows.net/photos/one.jpg?sv=2019&sig=a%2Fb"
    put_json(tmp_path / "id-asset.json", vott_asset(ONE, path=address))
    assert boxes_of(read(tmp_path)) == {"one": SAMPLE_BOXES["one"]}


def test_frames_of_a_film_are_found_as_they_are_exported(tmp_path: Path) -> None:
    put(tmp_path / "film.mp4#t=2.5.jpg", ONE.jpeg)
    put(tmp_path / "film.jpg", TWO.jpeg)
    frames = [
        vott_asset(ONE, id=str(time), name=f"film.mp4#t={time}", path=f"file:C:/film.mp4#t={time}", type=3)
        for time in (2.5, 3)
    ]
    put_json(tmp_path / "pets-export.json", vott_export(frames))
    found = read(tmp_path)
    assert [photo.name for photo in found.photos] == ["film.mp4#t=2.5.jpg"]
    assert ("pets-export.json", ProblemKind.MISSING_PHOTO) in kinds(found)


def test_a_region_with_two_tags_is_a_box_of_each_class(tmp_path: Path) -> None:
    found = with_regions(tmp_path, region(tags=["cat", "tabby"]))
    assert boxes_of(found)["one"] == [("cat", 10, 20, 40, 60), ("tabby", 10, 20, 40, 60)]
    assert found.labels == ("dog", "cat", "tabby")


@pytest.mark.parametrize("tags", [[], None, "cat"])
def test_a_region_without_a_tag_is_reported(tags: Any, tmp_path: Path) -> None:
    with_regions(tmp_path, region(), region(tags=tags), region(tags=["dog"]))
    _, report = open_dataset(tmp_path, size=96)
    assert [problem.kind for problem in report.problems] == [ProblemKind.UNKNOWN_CLASS]


def test_polygons_have_their_bounding_box_or_get_one(tmp_path: Path) -> None:
    corners = [{"x": 10, "y": 20}, {"x": 50, "y": 15}, {"x": 30, "y": 60}]
    found = with_regions(
        tmp_path, region(type="POLYGON", boundingBox=None, points=corners), region(type="POLYGON")
    )
    assert boxes_of(found)["one"] == [("cat", 10, 15, 50, 60), ("cat", 10, 20, 40, 60)]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        (region(type="POINT"), ProblemKind.DROPPED_BOX),
        (region(type="POLYLINE"), ProblemKind.DROPPED_BOX),
        (region(type="BLOB"), ProblemKind.INVALID_BOX),
        (region(type=None), ProblemKind.INVALID_BOX),
    ],
)
def test_what_has_no_box_is_reported_and_its_photo_is_no_negative(
    changed: Any, kind: ProblemKind, tmp_path: Path
) -> None:
    found = with_regions(tmp_path, changed)
    assert kinds(found) == [("pets-export.json", kind)]
    assert (found.photos[0].boxes, found.photos[0].left_out) == ((), 1)


@pytest.mark.parametrize("regions", [None, "x", [7], [region(boundingBox={}, points="x")]])
def test_broken_regions_are_faults_and_no_negative(regions: Any, tmp_path: Path) -> None:
    put_photos(tmp_path)
    assets = [vott_asset(sample) for sample in SAMPLES]
    assets[2]["regions"] = regions
    put_json(tmp_path / "pets-export.json", vott_export(assets))
    _, report = open_dataset(tmp_path, size=96)
    assert (report.photos, report.negatives) == (3, 0)
    assert ProblemKind.NO_USABLE_BOX in {problem.kind for problem in report.problems}


def test_version_1_has_boxes_in_the_frame_that_was_shown(tmp_path: Path) -> None:
    put_photos(tmp_path)
    frames = {
        f"{sample.stem}.jpg": [
            {"x1": x0 / 2, "y1": y0 / 2, "x2": x1 / 2, "y2": y1 / 2, "width": WIDTH / 2, "height": HEIGHT / 2}
            | {"type": "rect", "tags": [label], "name": 1, "id": 0, "UID": "a"}
            for label, x0, y0, x1, y1 in sample.boxes
        ]
        for sample in SAMPLES
    }
    document = {"frames": frames, "framerate": "1", "inputTags": "dog,cat,", "visitedFrames": list(frames)}
    put_json(tmp_path / "photos.json", document | {"suggestiontype": "track", "scd": False})
    found = read(tmp_path)
    assert found.labels == ("dog", "cat")
    one = next(photo for photo in found.photos if photo.name == "one.jpg").boxes[0]
    assert (one.xmin, one.ymin, one.xmax, one.ymax, one.normalised) == (0.1, 0.1, 0.3, 0.5, True)
    assert kinds(found) == [ASSUMED]
    assert found_format(tmp_path) == "vott"


def test_whatever_is_in_the_files_is_read_or_refused(tmp_path: Path) -> None:
    write_project(tmp_path)
    put_json(tmp_path / "pets-export.json", vott_export([vott_asset(sample) for sample in SAMPLES]))
    region_1 = {"x1": 1, "y1": 2, "x2": 3, "y2": 4, "width": 10, "height": 10, "tags": ["cat"]}
    put_json(tmp_path / "photos.json", {"frames": {"one.jpg": [region_1]}, "inputTags": "cat"})
    holds_whatever_is_in_the_files(vott.read, tmp_path)
