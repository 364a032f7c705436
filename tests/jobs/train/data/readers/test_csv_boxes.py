import math
from pathlib import Path

import pytest

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind, faults
from jobs.train.data.readers import csv_boxes
from jobs.train.data.source import open_source
from tests.jobs.train.data.writing import SAMPLES, put, write_csv

ONE, TWO, THREE, FOUR = SAMPLES


def read(folder: Path) -> Annotations:
    return csv_boxes.read(open_source(folder))


def found_in(folder: Path, text: str | bytes, name: str = "labels.csv") -> Annotations:
    """What a CSV says of the sample photos one and three."""
    put(folder / "images" / "one.jpg", ONE.jpeg)
    put(folder / "images" / "three.jpg", THREE.jpeg)
    put(folder / name, text)
    return read(folder)


PIXELS = "one.jpg,cat,20,10,60,50\n"


@pytest.mark.parametrize(
    "text",
    [
        "filename,width,height,class,xmin,ymin,xmax,ymax\none.jpg,200,100,cat,20,10,60,50\nthree.jpg,200,100,,,,,\n",
        "filename;class;xmin;ymin;xmax;ymax\none.jpg;cat;20;10;60;50\nthree.jpg;;;;;\n",
        "class\tXMin\tYMin\tXMax\tYMax\tImage_Path\ncat\t20\t10\t60\t50\timages/one.jpg\n\t\t\t\t\tthree.jpg\n",
        "image_id,label,x,y,w,h\none,cat,20,10,40,40\nthree,,,,,\n",
        "filename,name,class,xmin,ymin,xmax,ymax\none.jpg,Tom,cat,20,10,60,50\nthree.jpg,,,,,,\n",
        "image_id,filename,class,class_name,xmin,ymin,xmax,ymax\n1,one.jpg,0,cat,20,10,60,50\n2,three.jpg,,,,,,\n",
        "filename,label,x,y,width,height\none.jpg,cat,20,10,40,40\nthree.jpg,,,,,\n",
        "image_width,image_height,filename,label,x,y,width,height\n"
        "200,100,one.jpg,cat,20,10,40,40\n200,100,three.jpg,,,,,\n",
        "ImageID,LabelName,XMin,XMax,YMin,YMax\none,cat,0.1,0.3,0.1,0.5\nthree,,,,,\n",
        "images/one.jpg,20,10,60,50,cat\nimages/three.jpg,,,,,\n",
        "TRAIN,gs://bucket/one.jpg,cat,0.1,0.1,0.3,0.1,0.3,0.5,0.1,0.5\nTRAIN,gs://bucket/three.jpg,,,,,,,,,\n",
        "TRAIN,gs://bucket/one.jpg,cat,0.1,0.1,,,0.3,0.5,,\nTRAIN,gs://bucket/three.jpg,,,,,,,,,\n",
        "UNASSIGNED,gs://bucket/one.jpg,cat,0.1,0.1,0.3,0.5\n,gs://bucket/three.jpg,,,,,\n",
        '\ufeff"filename","class","xmin","ymin","xmax","ymax"\r\n"one.jpg","cat","20","10","60","50"\r\n"three.jpg",,,,,\r\n',
        "filename,class,xmin,ymin,xmax,ymax\r\n\r\none.jpg, cat "
        ",20.0,10.0,60.0,50.0\r\nthree.jpg,,-1,-1,-1,-1\r\n",
    ],
)
def test_the_layouts_that_occur_are_read(text: str, tmp_path: Path) -> None:
    found = found_in(tmp_path, text)
    assert [photo.name for photo in found.photos] == ["images/one.jpg", "images/three.jpg"]
    assert [len(photo.boxes) for photo in found.photos] == [1, 0]
    box = found.photos[0].boxes[0]
    width, height = (1, 1) if box.normalised else (200, 100)
    edges = (box.xmin / width, box.ymin / height, box.xmax / width, box.ymax / height)
    assert edges == pytest.approx((0.1, 0.1, 0.3, 0.5))
    assert box.label.strip() == "cat"
    assert found.problems == ()
    assert open_dataset(tmp_path, size=96)[1].format == "csv"


def test_the_photos_size_is_not_the_boxes(tmp_path: Path) -> None:
    rows = "filename,label,x,y,width,height,image_width,image_height\none.jpg,cat,20,10,40,30,200,100\n"
    photo = found_in(tmp_path, rows).photos[0]
    assert photo.stated_size == (200, 100)
    assert (photo.boxes[0].xmax, photo.boxes[0].ymax) == (60, 40)
    rows = "filename,label,x,y,width,height\none.jpg,cat,20,10,40,30\n"
    assert found_in(tmp_path, rows).photos[0].stated_size is None


def test_what_makesense_exports_is_read(tmp_path: Path) -> None:
    found = found_in(tmp_path, "cat,20,10,40,40,one.jpg,200,100\ndog,1,2,3,4,three.jpg,200,100\n")
    photo = found.photos[0]
    assert (photo.name, photo.stated_size, photo.boxes[0].label) == ("images/one.jpg", (200, 100), "cat")
    box = photo.boxes[0]
    assert (box.ymin, box.xmin, box.ymax, box.xmax) == (10, 20, 50, 60)
    assert open_dataset(tmp_path, size=96)[1].format == "csv"


@pytest.mark.parametrize("edges", ["0.1,0.1,1.0004,0.5", "-0.003,0.1,0.3,1.04"])
def test_fractions_that_reach_a_little_over_the_edge_are_no_pixels(edges: str, tmp_path: Path) -> None:
    rows = "filename,class,xmin,ymin,xmax,ymax\none.jpg,cat,0.1,0.1,0.3,0.5\n"
    boxes = found_in(tmp_path, f"{rows}three.jpg,dog,{edges}\n").photos
    assert all(box.normalised for photo in boxes for box in photo.boxes)


@pytest.mark.parametrize("edges", ["0,0,1,1", "0.5,0.5,1.5,1.2"])
def test_whole_numbers_and_more_than_the_photo_are_pixels(edges: str, tmp_path: Path) -> None:
    rows = f"filename,class,xmin,ymin,xmax,ymax\none.jpg,cat,{edges}\n"
    assert not found_in(tmp_path, rows).photos[0].boxes[0].normalised


@pytest.mark.parametrize("format_name", ["csv", None])
def test_a_header_that_is_not_known_is_quoted(format_name: str | None, tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    put(tmp_path / "labels.csv", "\nfilename,label,centre,radius\none.jpg,cat,20,10\n")
    with pytest.raises(DatasetError, match=r"labels\.csv begins 'filename,label,centre,radius'"):
        open_dataset(tmp_path, format_name=format_name, size=96)


def test_utf16_as_spreadsheets_write_it_is_read(tmp_path: Path) -> None:
    text = "filename\tclass\txmin\tymin\txmax\tymax\none.jpg\tKänguru\t20\t10\t60\t50\nthree.jpg\t\t\t\t\t\n"
    found = found_in(tmp_path, text.encode("utf-16"))
    assert found.photos[0].boxes[0].label == "Känguru"


def test_the_split_is_in_a_column_or_in_the_name_of_the_file(tmp_path: Path) -> None:
    header = "filename,class,xmin,ymin,xmax,ymax\n"
    put(tmp_path / "two.jpg", TWO.jpeg)
    put(tmp_path / "test_labels.csv", header + "two.jpg,dog,0,0,200,100\n")
    rows = (
        "filename,class,xmin,ymin,xmax,ymax,split\none.jpg,cat,20,10,60,50,train\nthree.jpg,,,,,,VALIDATION\n"
    )
    found = found_in(tmp_path, rows)
    assert {Path(photo.name).stem: photo.side for photo in found.photos} == {
        "one": "train",
        "three": "val",
        "two": "test",
    }


def test_photos_that_no_row_names_are_reported_and_not_used(tmp_path: Path) -> None:
    found = found_in(tmp_path, "filename,class,xmin,ymin,xmax,ymax\n" + PIXELS)
    assert [(p.file, p.kind) for p in found.problems] == [("images/three.jpg", ProblemKind.NOT_ANNOTATED)]


def test_a_missing_photo_is_reported_once_with_its_line(tmp_path: Path) -> None:
    rows = (
        "filename,class,xmin,ymin,xmax,ymax\n"
        + PIXELS
        + "gone.jpg,cat,1,1,9,9\ngone.jpg,cat,2,2,9,9\nthree.jpg,,,,,\n"
    )
    problems = found_in(tmp_path, rows).problems
    assert [(p.file, p.kind) for p in problems] == [("labels.csv", ProblemKind.MISSING_PHOTO)]
    assert "line 3 names 'gone.jpg'" in problems[0].message


@pytest.mark.parametrize(
    "row",
    ["one.jpg,cat,20,10,60", "one.jpg,cat,a,b,c,d", "one.jpg,cat,,10,60,50", "one.jpg,cat,nan,1,2,3"],
)
def test_a_row_with_bad_coordinates_is_reported(row: str, tmp_path: Path) -> None:
    found_in(tmp_path, f"filename,class,xmin,ymin,xmax,ymax\n{PIXELS}{row}\nthree.jpg,,,,,\n")
    _, report = open_dataset(tmp_path, size=96)
    assert [(p.file, p.kind) for p in report.problems] == [("images/one.jpg", ProblemKind.INVALID_BOX)]


def test_a_box_without_a_class_is_reported_and_no_negative(tmp_path: Path) -> None:
    found_in(tmp_path, f"filename,class,xmin,ymin,xmax,ymax\n{PIXELS}three.jpg,,10,10,50,50\n")
    _, report = open_dataset(tmp_path, size=96)
    assert [p.kind for p in report.problems] == [ProblemKind.UNKNOWN_CLASS, ProblemKind.NO_USABLE_BOX]
    assert report.negatives == 0


def test_a_table_of_something_else_is_passed_over(tmp_path: Path) -> None:
    write_csv(tmp_path)
    put(tmp_path / "results.csv", "epoch,loss,map\n1,0.5,0.3\n")
    assert len(read(tmp_path).photos) == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        "filename,class\none.jpg,cat\n",
        "one.jpg\n",
        pytest.param('"' * 300_000, id="quotes"),
        "\x00\x01",
    ],
)
def test_what_is_no_list_of_boxes_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no CSV file with a photo, a class and four coordinates"):
        found_in(tmp_path, text)


def test_a_field_without_end_is_reported(tmp_path: Path) -> None:
    rows = "filename,class,xmin,ymin,xmax,ymax\n" + PIXELS * 30 + '"' + "x" * 300_000
    found = found_in(tmp_path, rows)
    assert found.problems[0].kind is ProblemKind.UNREADABLE_ANNOTATION


OPEN_IMAGES = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf\n"


def open_images(folder: Path, group: str) -> Annotations:
    return found_in(
        folder, f"{OPEN_IMAGES}one,x,cat,1,0.1,0.3,0.1,0.5,1,1,{group}\none,x,dog,1,0.5,0.9,0.2,0.9,0,1,0\n"
    )


@pytest.mark.parametrize("group", ["1", "true", "1.0"])
def test_a_group_is_left_out_and_said_so(group: str, tmp_path: Path) -> None:
    found = open_images(tmp_path, group)
    photo = found.photos[0]
    assert ([box.label for box in photo.boxes], photo.left_out) == (["dog"], 1)
    assert (photo.name, ProblemKind.CROWD_BOX) in [(p.file, p.kind) for p in found.problems]
    assert faults(found.problems) == ()


@pytest.mark.parametrize("group", ["0", "false", "0.0", "-1", ""])
def test_what_is_no_group_is_kept(group: str, tmp_path: Path) -> None:
    assert [box.label for box in open_images(tmp_path, group).photos[0].boxes] == ["cat", "dog"]


def test_a_group_that_cannot_be_read_as_one_is_a_fault(tmp_path: Path) -> None:
    found = open_images(tmp_path, "perhaps")
    assert [(p.file, p.kind) for p in faults(found.problems)] == [("images/one.jpg", ProblemKind.INVALID_BOX)]
    assert found.photos[0].left_out == 1


def test_labels_in_an_encoding_that_does_not_show_are_refused(tmp_path: Path) -> None:
    rows = "filename,class,xmin,ymin,xmax,ymax\none.jpg,кот,1,2,30,40\n"
    write_csv(tmp_path)
    put(tmp_path / "labels.csv", rows.encode("cp1251"))
    with pytest.raises(DatasetError, match=r"labels\.csv: .*as UTF-8"):
        open_dataset(tmp_path, size=96)


def test_labels_as_excel_writes_them_are_read_with_a_remark(tmp_path: Path) -> None:
    write_csv(tmp_path)
    rows = "filename;class;xmin;ymin;xmax;ymax\none.jpg;Käfer;1;2;30;40\n"
    put(tmp_path / "labels.csv", rows.encode("cp1252"))
    found = read(tmp_path)
    assert found.photos[0].boxes[0].label == "Käfer"
    assert ("labels.csv", ProblemKind.ASSUMED_ENCODING) in [(p.file, p.kind) for p in found.problems]


def test_decimal_commas_are_read_where_they_are_no_thousands(tmp_path: Path) -> None:
    header = "filename;class;xmin;ymin;xmax;ymax\n"
    found = found_in(tmp_path, f"{header}one.jpg;cat;0,125;,25;0,5;0,75\n")
    box = found.photos[0].boxes[0]
    assert (box.xmin, box.ymin, box.xmax, box.ymax, box.normalised) == (0.125, 0.25, 0.5, 0.75, True)
    found = found_in(tmp_path, f"{header}one.jpg;cat;1,250;2,5;30;40,25\n")
    box = found.photos[0].boxes[0]
    assert math.isnan(box.xmin)
    assert (box.ymin, box.xmax, box.ymax) == (2.5, 30, 40.25)


def test_a_class_without_coordinates_is_reported_and_no_negative(tmp_path: Path) -> None:
    found_in(tmp_path, f"filename,class,xmin,ymin,xmax,ymax\n{PIXELS}three.jpg,cat\n")
    _, report = open_dataset(tmp_path, size=96)
    assert [p.kind for p in report.problems] == [ProblemKind.INVALID_BOX, ProblemKind.NO_USABLE_BOX]
    assert report.negatives == 0
