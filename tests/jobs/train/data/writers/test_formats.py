"""What each format says of one dataset, as its own tools read it."""

import csv
import xml.etree.ElementTree as ET

import yaml
from hypothesis import given
from hypothesis import strategies as st

from detector.boxes import Box
from detector.detections import GroundTruth
from jobs.train.data.writers import WRITERS, WrittenPhoto
from jobs.train.data.writers.voc import whole_pixels

LABELS = ("off", "a, b", "007")
PHOTOS = (
    WrittenPhoto("a.jpg", 200, 100, "train", (GroundTruth(1, Box(0.1, 0.1, 0.505, 0.3)),)),
    WrittenPhoto("b.png", 50, 80, "val", ()),
    WrittenPhoto("c.jpg", 10, 10, "test", (GroundTruth(0, Box(0.0, 0.0, 1.0, 1.0)),)),
)


def files(name: str, photos: tuple[WrittenPhoto, ...] = PHOTOS) -> dict[str, str]:
    return {path: content.decode() for path, content in WRITERS[name].annotation_files(photos, LABELS)}


def test_yolo_names_its_parts_and_quotes_its_classes() -> None:
    written = files("yolo")
    assert yaml.safe_load(written["data.yaml"]) == {
        "train": "train/images", "val": "valid/images", "test": "test/images", "nc": 3, "names": list(LABELS),
    }  # fmt: skip
    assert written["train/labels/a.txt"] == "1 0.20000000 0.30250000 0.20000000 0.40500000\n"
    assert written["valid/labels/b.txt"] == ""
    assert WRITERS["yolo"].photo_path("b.png", "val") == "valid/images/b.png"


def test_voc_has_whole_pixels_lists_and_a_file_without_objects() -> None:
    written = files("voc")
    edges = {element.tag: element.text for element in ET.fromstring(written["Annotations/a.xml"]).iter()}
    assert [edges[name] for name in ("xmin", "ymin", "xmax", "ymax")] == ["20", "10", "60", "50"]
    assert (edges["name"], edges["filename"], edges["width"], edges["height"]) == (
        "a, b",
        "a.jpg",
        "200",
        "100",
    )
    assert ET.fromstring(written["Annotations/b.xml"]).find("object") is None
    lists = {path.rsplit("/", 1)[1]: text.split() for path, text in written.items() if "ImageSets" in path}
    assert lists == {"train.txt": ["a"], "val.txt": ["b"], "test.txt": ["c"], "trainval.txt": ["a", "b"]}


def test_voc_writes_no_character_that_xml_has_not() -> None:
    photo = WrittenPhoto("a.jpg", 10, 10, "train", (GroundTruth(0, Box(0, 0, 1, 1)),))
    content = dict(WRITERS["voc"].annotation_files([photo], ["a\uffff"]))["Annotations/a.xml"]
    assert ET.fromstring(content).findtext("object/name") == "a\ufffd"


@given(st.floats(0, 1000), st.floats(0.5, 1000))
def test_whole_pixels_are_less_than_one_away_and_never_nothing(low: float, extent: float) -> None:
    first, last = whole_pixels(low, low + extent)
    assert first < last
    assert abs(first - low) < 1
    assert abs(last - (low + extent)) < 1


def test_csv_has_a_row_a_box_and_an_empty_one_for_a_negative() -> None:
    rows = list(csv.reader(files("csv")["annotations.csv"].splitlines()))
    assert rows == [
        ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax", "set"],
        ["images/a.jpg", "200", "100", "a, b", "20", "10", "60", "50.5", "train"],
        ["images/b.png", "50", "80", "", "", "", "", "", "val"],
        ["images/c.jpg", "10", "10", "off", "0", "0", "10", "10", "test"],
    ]


def test_csv_edges_within_the_first_pixel_are_not_taken_for_shares_of_the_photo() -> None:
    photo = WrittenPhoto("a.jpg", 200, 100, "train", (GroundTruth(0, Box(0.002, 0.001, 0.009, 0.004)),))
    row = files("csv", (photo,))["annotations.csv"].splitlines()[1]
    assert row == "images/a.jpg,200,100,off,0,0,1,1,train"
