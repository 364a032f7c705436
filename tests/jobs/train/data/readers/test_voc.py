import math
from pathlib import Path

import pytest

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind, faults
from jobs.train.data.readers import voc
from jobs.train.data.source import open_source
from tests.jobs.train.data.writing import SAMPLES, put, source_that_refuses, voc_xml, write_voc

ONE, TWO, THREE, FOUR = SAMPLES


def read(folder: Path) -> Annotations:
    return voc.read(open_source(folder))


def test_photos_and_annotations_may_lie_side_by_side_or_in_any_two_folders(tmp_path: Path) -> None:
    for photos, annotations in (("", ""), ("images", "annotations"), ("a/b/photos", "a/xml")):
        folder = tmp_path / f"case-{photos.replace('/', '-')}"
        put(folder / photos / "one.jpg", ONE.jpeg)
        put(folder / annotations / "one.xml", voc_xml("one.jpg", ONE.boxes))
        found = read(folder)
        assert [photo.name for photo in found.photos] == [f"{photos}/one.jpg".lstrip("/")]
        assert found.photos[0].stated_size == (200, 100)
        assert found.photos[0].boxes[0].label == "cat"
        assert found.problems == ()


def test_the_lists_of_image_sets_are_the_datasets_split(tmp_path: Path) -> None:
    write_voc(tmp_path)
    main = tmp_path / "ImageSets" / "Main"
    put(main / "trainval.txt", "one\ntwo\nthree\n")
    put(main / "train.txt", "one\nthree\n")
    put(main / "val.txt", "two.jpg\n")
    put(main / "test.txt", "four\n")
    put(main / "cat_train.txt", "two 1\n")
    sides = {Path(photo.name).stem: photo.side for photo in read(tmp_path).photos}
    assert sides == {"one": "train", "two": "val", "three": "train", "four": "test"}


def test_a_list_that_cannot_be_read_is_reported_and_the_photos_are_used(tmp_path: Path) -> None:
    write_voc(tmp_path)
    found = voc.read(source_that_refuses(tmp_path, "ImageSets/Main/train.txt"))
    assert {photo.side for photo in found.photos} == {None}
    assert [(p.file, p.kind) for p in found.problems] == [
        ("ImageSets/Main/train.txt", ProblemKind.UNREADABLE_ANNOTATION)
    ]


def test_trainval_alone_is_for_training(tmp_path: Path) -> None:
    write_voc(tmp_path)
    put(tmp_path / "ImageSets" / "Main" / "trainval.txt", "one\ntwo\nthree\nfour")
    assert {photo.side for photo in read(tmp_path).photos} == {"train"}


def test_folders_called_train_valid_and_test_are_the_split(tmp_path: Path) -> None:
    for folder, sample in (("train", ONE), ("valid", TWO), ("test", FOUR)):
        put(tmp_path / folder / f"{sample.stem}.jpg", sample.jpeg)
        put(tmp_path / folder / f"{sample.stem}.xml", voc_xml(f"{sample.stem}.jpg", sample.boxes))
    assert {photo.name: photo.side for photo in read(tmp_path).photos} == {
        "train/one.jpg": "train",
        "valid/two.jpg": "val",
        "test/four.jpg": "test",
    }


def test_two_years_side_by_side_keep_their_own_lists(tmp_path: Path) -> None:
    for year, sample, part in (("VOC2007", ONE, "train"), ("VOC2012", TWO, "val")):
        put(tmp_path / year / "JPEGImages" / "000001.jpg", sample.jpeg)
        put(tmp_path / year / "Annotations" / "000001.xml", voc_xml("000001.jpg", sample.boxes))
        put(tmp_path / year / "ImageSets" / "Main" / f"{part}.txt", "000001\n")
    found = {photo.name: (photo.side, len(photo.boxes)) for photo in read(tmp_path).photos}
    assert found == {
        "VOC2007/JPEGImages/000001.jpg": ("train", 2),
        "VOC2012/JPEGImages/000001.jpg": ("val", 1),
    }


@pytest.mark.parametrize(
    ("photo", "filename"),
    [
        ("IMG_1.JPG", "img_1.jpg"),
        ("img_1.png", "IMG_1.jpg"),
        ("img_1.jpg", "stale name.jpg"),
        ("other.jpg", "C:\\photos\\other.jpg"),
        ("other.jpg", "/home/me/other.png"),
        ("Känguru.jpg", "Ka\u0308nguru.jpg"),
    ],
)
def test_a_photo_is_found_although_its_name_is_not_quite_right(
    photo: str, filename: str, tmp_path: Path
) -> None:
    put(tmp_path / "images" / photo, ONE.jpeg)
    put(tmp_path / "annotations" / "img_1.xml", voc_xml(filename, ONE.boxes))
    assert [found.name for found in read(tmp_path).photos] == [f"images/{photo}"]


def test_the_photo_called_like_the_annotation_goes_before_a_stale_filename(tmp_path: Path) -> None:
    write_voc(tmp_path)
    put(tmp_path / "Annotations" / "one.xml", voc_xml("two.jpg", ONE.boxes))
    boxes = {Path(photo.name).stem: len(photo.boxes) for photo in read(tmp_path).photos}
    assert boxes == {"one": 2, "two": 1, "three": 0, "four": 1}


def write_by_class(root: Path) -> None:
    for label, sample in (("cats", ONE), ("dogs", TWO)):
        put(root / "images" / label / "001.jpg", sample.jpeg)
        put(root / "annotations" / label / "001.xml", voc_xml("001.jpg", sample.boxes))


def test_folders_by_class_may_be_mirrored(tmp_path: Path) -> None:
    write_by_class(tmp_path)
    found = read(tmp_path)
    boxes = {photo.name: len(photo.boxes) for photo in found.photos}
    assert boxes == {"images/cats/001.jpg": 2, "images/dogs/001.jpg": 1}
    assert found.problems == ()


def test_the_photo_of_another_annotation_does_not_stand_in_for_a_missing_one(tmp_path: Path) -> None:
    write_by_class(tmp_path)
    (tmp_path / "images" / "dogs" / "001.jpg").unlink()
    found = read(tmp_path)
    assert [(photo.name, len(photo.boxes)) for photo in found.photos] == [("images/cats/001.jpg", 2)]
    problems = [(problem.file, problem.kind) for problem in found.problems]
    assert problems == [("annotations/dogs/001.xml", ProblemKind.MISSING_PHOTO)]


def test_a_stale_filename_does_not_add_to_the_photo_that_another_is_called_like(tmp_path: Path) -> None:
    write_voc(tmp_path, [ONE])
    put(tmp_path / "Annotations" / "gone.xml", voc_xml("one.jpg", TWO.boxes))
    found = read(tmp_path)
    assert [len(photo.boxes) for photo in found.photos] == [2]
    assert [problem.file for problem in found.problems] == ["Annotations/gone.xml"]


def test_the_whole_path_goes_before_the_bare_filename(tmp_path: Path) -> None:
    for folder, sample in (("cats", ONE), ("dogs", TWO)):
        put(tmp_path / "images" / folder / "001.jpg", sample.jpeg)
        content = voc_xml("001.jpg", sample.boxes)
        path = f"<path>C:\\photos\\{folder}\\001.jpg</path>"
        put(tmp_path / "xml" / f"{folder}_1.xml", content.replace("<size>", f"{path}<size>"))
    boxes = {photo.name: len(photo.boxes) for photo in read(tmp_path).photos}
    assert boxes == {"images/cats/001.jpg": 2, "images/dogs/001.jpg": 1}


def test_a_photo_without_annotation_is_reported_and_no_negative(tmp_path: Path) -> None:
    write_voc(tmp_path)
    (tmp_path / "Annotations" / "four.xml").unlink()
    found = read(tmp_path)
    assert len(found.photos) == 3
    assert [(p.file, p.kind) for p in found.problems] == [("JPEGImages/four.jpg", ProblemKind.NOT_ANNOTATED)]


def test_an_annotation_without_photo_is_reported(tmp_path: Path) -> None:
    write_voc(tmp_path)
    (tmp_path / "JPEGImages" / "four.jpg").unlink()
    found = read(tmp_path)
    assert [(p.file, p.kind) for p in found.problems] == [("Annotations/four.xml", ProblemKind.MISSING_PHOTO)]
    assert "four.jpg" in found.problems[0].message


NAMED_BY_ENTITY = "<annotation><filename>&y;</filename></annotation>"
BOMB = '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;&x;">]>' + NAMED_BY_ENTITY
OUTSIDE = '<!DOCTYPE a [<!ENTITY y SYSTEM "file:///etc/passwd">]>' + NAMED_BY_ENTITY


@pytest.mark.parametrize(
    "content",
    ["", "<annotation>", "text", "<annotations/>", BOMB, OUTSIDE,
     '<?xml version="1.0" encoding="klingon"?><annotation/>',
     "<annotation>\x00</annotation>", pytest.param("<annotation>" + "<a>" * 50_000, id="deep")],
)  # fmt: skip
def test_an_annotation_that_cannot_be_read_is_reported_and_the_others_are(
    content: str, tmp_path: Path
) -> None:
    write_voc(tmp_path)
    put(tmp_path / "Annotations" / "one.xml", content)
    found = read(tmp_path)
    assert len(found.photos) == 3
    assert found.problems[0].file == "Annotations/one.xml"
    assert found.problems[0].kind is ProblemKind.UNREADABLE_ANNOTATION


def test_other_encodings_are_read(tmp_path: Path) -> None:
    text = voc_xml("one.jpg", (("Känguru", 20, 10, 60, 50),))
    for encoding in ("utf-8-sig", "utf-16", "iso-8859-1"):
        folder = tmp_path / encoding
        declaration = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
        put(folder / "one.jpg", ONE.jpeg)
        put(folder / "one.xml", (declaration + text).encode(encoding))
        assert read(folder).photos[0].boxes[0].label == "Känguru"


@pytest.mark.parametrize(
    ("label", "encoding"), [("猫", "gbk"), ("犬", "shift_jis"), ("고양이", "euc-kr"), ("кот", "windows-1251")]
)
def test_a_declared_encoding_of_any_country_is_read(label: str, encoding: str, tmp_path: Path) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + voc_xml("one.jpg", ((label, 20, 10, 60, 50),))
    put(tmp_path / "one.jpg", ONE.jpeg)
    put(tmp_path / "one.xml", text.encode(encoding))
    assert read(tmp_path).photos[0].boxes[0].label == label


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "us-ascii"])
def test_utf8_under_another_declaration_is_read_as_what_it_is(declared: str, tmp_path: Path) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + voc_xml("one.jpg", (("Käfer", 20, 10, 60, 50),))
    put(tmp_path / "one.jpg", ONE.jpeg)
    put(tmp_path / "one.xml", text)
    assert read(tmp_path).photos[0].boxes[0].label == "Käfer"


def test_bytes_that_are_not_in_the_declared_encoding_are_reported(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    put(tmp_path / "one.xml", b'<?xml version="1.0" encoding="gbk"?><annotation>\xff\xff</annotation>')
    assert [(p.file, p.kind) for p in faults(read(tmp_path).problems)] == [
        ("one.xml", ProblemKind.UNREADABLE_ANNOTATION)
    ]


def test_a_size_of_zero_or_of_nonsense_is_not_stated(tmp_path: Path) -> None:
    for size in ((0, 0), (-5, 3)):
        put(tmp_path / "one.jpg", ONE.jpeg)
        put(tmp_path / "one.xml", voc_xml("one.jpg", ONE.boxes, size=size))
        assert read(tmp_path).photos[0].stated_size is None


def test_difficult_objects_are_kept_and_parts_are_not_objects(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    content = voc_xml("one.jpg", ONE.boxes).replace("<difficult>0", "<difficult>1")
    edges = "<xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax>"
    part = f"<part><name>head</name><bndbox>{edges}</bndbox></part>"
    put(tmp_path / "one.xml", content.replace("</object>", f"{part}</object>", 1))
    assert [box.label for box in read(tmp_path).photos[0].boxes] == ["cat", "dog"]


@pytest.mark.parametrize("edge", ["", "abc", "nan", "1e999", "12,5"])
def test_an_edge_that_is_no_number_is_reported_by_the_checks(edge: str, tmp_path: Path) -> None:
    write_voc(tmp_path)
    put(tmp_path / "Annotations" / "one.xml", voc_xml("one.jpg", (*ONE.boxes, ("cat", edge, 1, 2, 3))))
    _, report = open_dataset(tmp_path, size=96)
    assert [(p.file, p.kind) for p in report.problems] == [("JPEGImages/one.jpg", ProblemKind.INVALID_BOX)]


def test_no_xml_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", ONE.jpeg)
    with pytest.raises(DatasetError, match=r"no \.xml file"):
        read(tmp_path)


def edges_of(folder: Path, shape: str) -> list[float]:
    """The edges of the box that is read of one object of this shape."""
    put(folder / "one.jpg", ONE.jpeg)
    xml = (
        "<annotation><filename>one.jpg</filename><size><width>200</width><height>100</height></size>"
        f"<object><name>cat</name>{shape}</object></annotation>"
    )
    put(folder / "one.xml", xml)
    (box,) = read(folder).photos[0].boxes
    return [box.ymin, box.xmin, box.ymax, box.xmax]


@pytest.mark.parametrize(
    "shape",
    [
        "<polygon><x1>20</x1><y1>15</y1><x2>60</x2><y2>10</y2><x3>40</x3><y3>50</y3></polygon>",
        "<polygon><pt><x>20</x><y>15</y></pt><pt><x>60</x><y>10</y></pt><pt><x>40</x><y>50</y></pt></polygon>",
        "<segmentation><x1>20</x1><y1>10</y1></segmentation><segmentation><x1>60</x1><y1>50</y1></segmentation>",
        "<points><x1>20</x1><y1>10</y1><x2>60</x2><y2>50</y2></points>",
        "<polygon><x1>1</x1><y1>1</y1></polygon>"
        "<bndbox><xmin>20</xmin><ymin>10</ymin><xmax>60</xmax><ymax>50</ymax></bndbox>",
    ],
)
def test_an_object_without_a_box_has_the_bounds_of_its_polygon(shape: str, tmp_path: Path) -> None:
    assert edges_of(tmp_path, shape) == [10, 20, 50, 60]


@pytest.mark.parametrize(
    ("angle", "edges"),
    [("0", [40, 70, 60, 130]), ("1.5707963", [20, 90, 80, 110]), ("0.7853982", [21.7, 71.7, 78.3, 128.3])],
)
def test_a_turned_box_has_the_bounds_of_its_corners(angle: str, edges: list[float], tmp_path: Path) -> None:
    turned = f"<cx>100</cx><cy>50</cy><w>60</w><h>20</h><angle>{angle}</angle>"
    assert edges_of(tmp_path, f"<robndbox>{turned}</robndbox>") == pytest.approx(edges, abs=0.1)


@pytest.mark.parametrize(
    "shape",
    [
        "<polygon><x1>20</x1><y1>15</y1><x2>60</x2></polygon>",
        "<polygon/>",
        "<polygon><x1>a</x1><y1>15</y1></polygon>",
        "<robndbox><cx>100</cx><cy>50</cy><w>60</w></robndbox>",
    ],
)
def test_a_damaged_shape_is_no_box(shape: str, tmp_path: Path) -> None:
    assert all(map(math.isnan, edges_of(tmp_path, shape)))


def test_names_of_uploads_to_label_studio_lead_to_the_photos_of_before(tmp_path: Path) -> None:
    put(tmp_path / "images/one.jpg", ONE.jpeg)
    put(tmp_path / "Annotations/1a2b3c4d-one.xml", voc_xml("1a2b3c4d-one.jpg", ONE.boxes))
    found = read(tmp_path)
    assert [photo.name for photo in found.photos] == ["images/one.jpg"]
    assert found.problems == ()
