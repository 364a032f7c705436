"""One rule for all formats: which file is the photo that an annotation means (docs/datasets.md)."""

import json
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from jobs.train.data.formats import FORMATS, detect_format
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import Problem, ProblemKind, faults
from jobs.train.data.source import open_source
from tests.detector.pictures import encode, noise
from tests.jobs.train.data.writing import HEIGHT, WIDTH, put, put_json, voc_xml

BOX = ("cat", 20, 10, 60, 50)
YOLO_ROW = "0 0.2 0.3 0.2 0.4\n"


def photo(seed: int) -> bytes:
    return encode(noise(WIDTH, HEIGHT, seed=seed), quality=80)


def coco(*names: str) -> dict[str, object]:
    return {
        "images": [
            {"id": i, "file_name": name, "width": WIDTH, "height": HEIGHT} for i, name in enumerate(names)
        ],
        "annotations": [
            {"id": i, "image_id": i, "category_id": 1, "bbox": [20 + i, 10, 40, 40]}
            for i, _ in enumerate(names)
        ],
        "categories": [{"id": 1, "name": "cat"}],
    }


def read(root: Path) -> tuple[Annotations, tuple[Problem, ...]]:
    source = open_source(root)
    found = detect_format(source).read(source)
    return found, (*source.problems, *found.problems)


def names(root: Path) -> list[str]:
    return sorted(entry.name for entry in read(root)[0].photos)


def kinds(root: Path) -> set[ProblemKind]:
    return {problem.kind for problem in faults(read(root)[1])}


# The annotation decides, with its extension.


def test_masks_under_the_annotations_never_stand_in_for_the_photos(tmp_path: Path) -> None:
    for i in range(3):
        put(tmp_path / f"images/pet_{i}.jpg", photo(i))
        put(tmp_path / f"annotations/trimaps/pet_{i}.png", encode(noise(WIDTH, HEIGHT, seed=9 + i), "PNG"))
        put(tmp_path / f"annotations/xmls/pet_{i}.xml", voc_xml(f"pet_{i}.jpg", [BOX]))
    assert names(tmp_path) == [f"images/pet_{i}.jpg" for i in range(3)]
    problems = read(tmp_path)[1]
    assert [problem.kind for problem in problems] == [ProblemKind.SET_ASIDE]
    assert problems[0].file == "annotations/trimaps"
    assert "pet_0.png" in problems[0].message


def test_a_mask_in_a_folder_of_any_name_is_not_the_photo_that_the_annotation_names(tmp_path: Path) -> None:
    put(tmp_path / "images/pet.jpg", photo(1))
    put(tmp_path / "annotations/ground/pet.png", encode(noise(WIDTH, HEIGHT, seed=2), "PNG"))
    put(tmp_path / "annotations/xmls/pet.xml", voc_xml("pet.jpg", [BOX]))
    assert names(tmp_path) == ["images/pet.jpg"]


def test_without_an_extension_two_pictures_are_not_told_apart_by_what_is_nearer(tmp_path: Path) -> None:
    put(tmp_path / "images/pet.jpg", photo(1))
    put(tmp_path / "annotations/ground/pet.png", encode(noise(WIDTH, HEIGHT, seed=2), "PNG"))
    put(tmp_path / "annotations/xmls/pet.xml", voc_xml("pet", [BOX]))
    assert names(tmp_path) == []
    (problem,) = read(tmp_path)[1]
    assert problem.kind is ProblemKind.AMBIGUOUS_PHOTO
    assert "images/pet.jpg" in problem.message
    assert "annotations/ground/pet.png" in problem.message


@pytest.mark.parametrize("stated", ["one.png", "one.jpg"])
def test_the_extension_that_is_written_decides(stated: str, tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", photo(1))
    put(tmp_path / "one.png", encode(noise(WIDTH, HEIGHT, seed=2), "PNG"))
    put(tmp_path / "one.xml", voc_xml(stated, [BOX]))
    assert names(tmp_path) == [stated]


def test_a_photo_with_another_extension_is_taken_only_with_a_remark(tmp_path: Path) -> None:
    put(tmp_path / "one.png", encode(noise(WIDTH, HEIGHT, seed=2), "PNG"))
    put_json(tmp_path / "labels.json", coco("one.jpg"))
    assert names(tmp_path) == ["one.png"]
    (remark,) = read(tmp_path)[1]
    assert (remark.file, remark.kind) == ("one.png", ProblemKind.OTHER_EXTENSION)
    assert "'one.jpg'" in remark.message


def test_renamed_files_keep_their_boxes_although_their_names_moved_by_one(tmp_path: Path) -> None:
    for i in range(1, 4):
        put(tmp_path / f"{i}.jpg", photo(i))
        put(tmp_path / f"{i}.xml", voc_xml(f"{i - 1}.jpg", [("cat", 20 + i, 10, 60, 50)]))
    boxes = {entry.name: entry.boxes[0].xmin for entry in read(tmp_path)[0].photos}
    assert boxes == {"1.jpg": 21, "2.jpg": 22, "3.jpg": 23}


# Folders that are not the dataset's own.


@pytest.mark.parametrize("folder", ["runs/detect/predict", "predictions", "predict2", "inference/labels"])
def test_earlier_predictions_are_left_out_and_named(folder: str, tmp_path: Path) -> None:
    for i in range(2):
        put(tmp_path / f"images/{i}.jpg", photo(i))
        put(tmp_path / f"labels/{i}.txt", YOLO_ROW)
        put(tmp_path / f"{folder}/{i}.jpg", photo(10 + i))
        put(tmp_path / f"{folder}/labels/{i}.txt", "0 0.5 0.5 0.9 0.9\n")
    put(tmp_path / "data.yaml", "names: [cat]\n")
    assert names(tmp_path) == ["images/0.jpg", "images/1.jpg"]
    remarks = [problem for problem in read(tmp_path)[1] if problem.kind is ProblemKind.SET_ASIDE]
    assert {problem.file for problem in remarks} == {folder, f"{folder}/labels"}
    assert kinds(tmp_path) == set()


def test_masks_inside_the_folder_of_photos_are_no_negatives(tmp_path: Path) -> None:
    for i in range(2):
        put(tmp_path / f"train/images/{i}.jpg", photo(i))
        put(tmp_path / f"train/images/masks/{i}.png", encode(noise(WIDTH, HEIGHT, seed=9 + i), "PNG"))
        put(tmp_path / f"train/images/{i}_preview.jpg", photo(20 + i))
        put(tmp_path / f"train/labels/{i}.txt", YOLO_ROW)
    put(tmp_path / "data.yaml", "train: train/images\nnames: [cat]\n")
    assert names(tmp_path) == ["train/images/0.jpg", "train/images/1.jpg"]


def test_masks_in_the_folder_of_labels_leave_the_labels_to_the_photos(tmp_path: Path) -> None:
    for i in range(2):
        put(tmp_path / f"images/{i}.jpg", photo(i))
        put(tmp_path / f"labels/{i}.png", encode(noise(WIDTH, HEIGHT, seed=9 + i), "PNG"))
        put(tmp_path / f"labels/{i}.txt", YOLO_ROW)
    put(tmp_path / "data.yaml", "names: [cat]\n")
    assert names(tmp_path) == ["images/0.jpg", "images/1.jpg"]
    unused = {problem.file for problem in read(tmp_path)[1] if problem.kind is ProblemKind.AMBIGUOUS_PHOTO}
    assert unused == {"labels/0.png", "labels/1.png"}


def test_a_class_called_mask_is_no_folder_of_masks(tmp_path: Path) -> None:
    put(tmp_path / "mask/with_1.jpg", photo(1))
    put(tmp_path / "no mask/without_1.jpg", photo(2))
    for path in ("mask/with_1", "no mask/without_1"):
        put(tmp_path / f"{path}.xml", voc_xml(f"{Path(path).name}.jpg", [BOX]))
    assert names(tmp_path) == ["mask/with_1.jpg", "no mask/without_1.jpg"]


def test_a_dataset_that_lies_in_a_folder_called_results_is_read(tmp_path: Path) -> None:
    put(tmp_path / "results/predictions/1.jpg", photo(1))
    put_json(tmp_path / "results/predictions/labels.json", coco("1.jpg"))
    assert names(tmp_path) == ["results/predictions/1.jpg"]


def test_a_full_path_finds_a_photo_that_is_set_aside(tmp_path: Path) -> None:
    put(tmp_path / "images/1.jpg", photo(1))
    put(tmp_path / "predictions/1.jpg", photo(2))
    put_json(tmp_path / "labels.json", coco("images/1.jpg", "predictions/1.jpg"))
    assert names(tmp_path) == ["images/1.jpg", "predictions/1.jpg"]


# Equally good candidates.


def test_of_two_equally_near_photos_neither_is_guessed(tmp_path: Path) -> None:
    put(tmp_path / "a/1.jpg", photo(1))
    put(tmp_path / "b/1.jpg", photo(2))
    put(tmp_path / "b/2.jpg", photo(3))
    put_json(tmp_path / "labels.json", coco("1.jpg", "2.jpg"))
    assert names(tmp_path) == ["b/2.jpg"]
    (problem,) = read(tmp_path)[1]
    assert problem.kind is ProblemKind.AMBIGUOUS_PHOTO
    assert "a/1.jpg or b/1.jpg" in problem.message


def test_a_text_serves_one_photo(tmp_path: Path) -> None:
    put(tmp_path / "images/1.jpg", photo(1))
    put(tmp_path / "images/1.png", encode(noise(WIDTH, HEIGHT, seed=2), "PNG"))
    put(tmp_path / "images/2.jpg", photo(3))
    for i in (1, 2):
        put(tmp_path / f"labels/{i}.txt", YOLO_ROW)
    put(tmp_path / "data.yaml", "names: [cat]\n")
    assert names(tmp_path) == ["images/2.jpg"]
    (problem,) = read(tmp_path)[1]
    assert (problem.file, problem.kind) == ("labels/1.txt", ProblemKind.AMBIGUOUS_PHOTO)
    assert "images/1.jpg or images/1.png" in problem.message


def test_a_picture_whose_text_is_anothers_is_no_negative(tmp_path: Path) -> None:
    put(tmp_path / "images/1.jpg", photo(1))
    put(tmp_path / "small/1.jpg", photo(2))
    put(tmp_path / "labels/1.txt", YOLO_ROW)
    put(tmp_path / "classes.txt", "cat\n")
    assert names(tmp_path) == ["images/1.jpg"]
    (problem,) = faults(read(tmp_path)[1])
    assert (problem.file, problem.kind) == ("small/1.jpg", ProblemKind.AMBIGUOUS_PHOTO)


def test_the_whole_name_of_a_photo_names_its_text(tmp_path: Path) -> None:
    put(tmp_path / "images/1.jpg", photo(1))
    put(tmp_path / "images/1.png", encode(noise(WIDTH, HEIGHT, seed=2), "PNG"))
    put(tmp_path / "labels/1.jpg.txt", YOLO_ROW)
    put(tmp_path / "labels/1.png.txt", "0 0.5 0.5 0.5 0.5\n")
    put(tmp_path / "classes.txt", "cat\n")
    boxes = {entry.name: round(entry.boxes[0].xmin, 3) for entry in read(tmp_path)[0].photos}
    assert boxes == {"images/1.jpg": 0.1, "images/1.png": 0.25}


# Case.


def write_yolo(root: Path, name: str, seed: int) -> None:
    put(root / f"images/{name}.jpg", photo(seed))
    put(root / f"labels/{name}.txt", f"0 0.5 0.5 0.{seed} 0.5\n")
    put(root / "classes.txt", "cat\n")


def write_voc(root: Path, name: str, seed: int) -> None:
    put(root / f"images/{name}.jpg", photo(seed))
    put(root / f"xml/{name}.xml", voc_xml(f"{name}.jpg", [("cat", seed, 10, 60, 50)]))


@pytest.mark.parametrize("write", [write_yolo, write_voc])
def test_names_that_differ_in_case_only_are_two_photos(
    write: Callable[[Path, str, int], None], tmp_path: Path
) -> None:
    write(tmp_path, "IMG_1", 2)
    write(tmp_path, "img_1", 4)
    found, problems = read(tmp_path)
    assert {entry.name for entry in found.photos} == {"images/IMG_1.jpg", "images/img_1.jpg"}
    assert len({entry.boxes for entry in found.photos}) == 2
    assert problems == ()


def test_case_tells_coco_photos_apart_too(tmp_path: Path) -> None:
    put(tmp_path / "a.jpg", photo(1))
    put(tmp_path / "A.jpg", photo(2))
    put_json(tmp_path / "labels.json", coco("A.jpg", "a.jpg"))
    boxes = {entry.name: entry.boxes[0].xmin for entry in read(tmp_path)[0].photos}
    assert boxes == {"A.jpg": 20, "a.jpg": 21}
    assert read(tmp_path)[1] == ()


def test_a_third_case_means_neither_of_two(tmp_path: Path) -> None:
    put(tmp_path / "a.jpg", photo(1))
    put(tmp_path / "A.jpg", photo(2))
    put_json(tmp_path / "labels.json", coco("a.JPG"))
    assert kinds(tmp_path) == {ProblemKind.AMBIGUOUS_PHOTO}


# Names as tools write them.

PLAIN = ("IMG 0001.jpg", "Foto-Küche.jpg", "a+b (2).jpg", "100% Katze.jpg")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(quote, id="percent"),
        pytest.param(lambda name: f"/data/local-files/?d={quote('pets/' + name, safe='')}", id="local files"),
        pytest.param(lambda name: f"/data/local-files/?d=pets/{name}", id="local files, not encoded"),
        pytest.param(lambda name: f"https://host.example/up/1/{quote(name)}?X-Sig=a%2Fb#top", id="URL"),
        pytest.param(lambda name: f"s3://bucket/some/where/{name}", id="bucket"),
        pytest.param(lambda name: f"file:///C:/Users/me/{quote(name)}", id="file URL"),
        pytest.param(lambda name: f"C:\\Users\\me\\{name}", id="backslashes"),
        pytest.param(lambda name: unicodedata.normalize("NFD", name), id="decomposed"),
        pytest.param(lambda name: name.encode().decode("cp1252"), id="UTF-8 read as cp1252"),
    ],
)
def test_names_are_found_as_tools_write_them(written: Callable[[str], str], tmp_path: Path) -> None:
    for i, name in enumerate(PLAIN):
        put(tmp_path / "pets" / name, photo(i))
    put_json(tmp_path / "result.json", coco(*(written(name) for name in PLAIN)))
    boxes = {entry.name: entry.boxes[0].xmin for entry in read(tmp_path)[0].photos}
    assert boxes == {f"pets/{name}": 20 + i for i, name in enumerate(PLAIN)}
    assert read(tmp_path)[1] == ()


def test_a_name_that_exists_as_written_goes_before_its_decoded_form(tmp_path: Path) -> None:
    put(tmp_path / "a b.jpg", photo(1))
    put(tmp_path / "a%20b.jpg", photo(2))
    put_json(tmp_path / "labels.json", coco("a%20b.jpg", "a b.jpg"))
    boxes = {entry.name: entry.boxes[0].xmin for entry in read(tmp_path)[0].photos}
    assert boxes == {"a%20b.jpg": 20, "a b.jpg": 21}


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "cp850", "cp866", "gbk", "shift_jis"])
@pytest.mark.parametrize("flagged", [False, True])
def test_names_in_a_zip_with_another_encoding_than_stated_are_found(
    encoding: str, flagged: bool, tmp_path: Path
) -> None:
    name = {"cp866": "Кошка.jpg", "gbk": "猫咪.jpg", "shift_jis": "ねこ.jpg"}.get(encoding, "Küche.jpg")
    path = tmp_path / "photos.zip"
    write_zip(path, {name: photo(1), "labels.json": coco_bytes(name)}, encoding=encoding, flagged=flagged)
    found, problems = read(path)
    assert len(found.photos) == 1
    assert found.photos[0].read() == photo(1)
    assert problems == ()


def test_the_unicode_name_of_a_member_is_its_name(tmp_path: Path) -> None:
    raw, name = "Küche.jpg".encode("cp850"), "Küche.jpg".encode()
    field = b"\x01" + struct.pack("<I", zlib.crc32(raw)) + name
    member = zipfile.ZipInfo(raw.decode("cp437"))
    member.extra = struct.pack("<HH", 0x7075, len(field)) + field
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, photo(1))
    clear_flags(path)
    assert open_source(path).files == ("Küche.jpg",)


def coco_bytes(name: str) -> bytes:

    return json.dumps(coco(name)).encode()


def write_zip(path: Path, files: dict[str, bytes], *, encoding: str, flagged: bool) -> None:
    """A zip whose names are in `encoding`, with or without the flag that says they are UTF-8."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.encode(encoding).decode("latin-1"), content)
    content = path.read_bytes()
    for name in files:
        written = name.encode(encoding).decode("latin-1").encode()
        raw = name.encode(encoding)
        content = _with_name(content, written, raw)
    path.write_bytes(content)
    set_flags(path, flagged)


def _with_name(content: bytes, written: bytes, raw: bytes) -> bytes:
    """Both headers of a member with its name replaced, and the directory's place and size put right."""
    local = content.index(written)
    content = content.replace(written, raw)
    shorter = len(written) - len(raw)
    result = bytearray(content)
    struct.pack_into("<H", result, local - 4, len(raw))
    central = result.rindex(raw)
    struct.pack_into("<H", result, central - 46 + 28, len(raw))
    end = result.rindex(b"PK\x05\x06")
    size, offset = struct.unpack_from("<II", result, end + 12)
    struct.pack_into("<II", result, end + 12, size - shorter, offset - shorter)
    for at in _headers(bytes(result)):
        place = struct.unpack_from("<I", result, at + 42)[0]
        if place > local:
            struct.pack_into("<I", result, at + 42, place - shorter)
    return bytes(result)


def _headers(content: bytes) -> list[int]:
    places, at = [], content.find(b"PK\x01\x02")
    while at >= 0:
        places.append(at)
        at = content.find(b"PK\x01\x02", at + 4)
    return places


def set_flags(path: Path, flagged: bool) -> None:
    content = bytearray(path.read_bytes())
    for at in _headers(bytes(content)):
        flags = struct.unpack_from("<H", content, at + 8)[0]
        flags = flags | 0x800 if flagged else flags & ~0x800
        local = struct.unpack_from("<I", content, at + 42)[0]
        struct.pack_into("<H", content, at + 8, flags)
        struct.pack_into("<H", content, local + 6, flags)
    path.write_bytes(content)


def clear_flags(path: Path) -> None:
    set_flags(path, flagged=False)


def test_every_format_is_registered_under_its_own_name() -> None:
    assert all(name == entry.name for name, entry in FORMATS.items())


def test_of_two_uploads_of_one_name_neither_is_guessed(tmp_path: Path) -> None:
    put(tmp_path / "images/0.jpg", photo(1))
    put(tmp_path / "images/1.jpg", photo(2))
    uploads = ("1a2b3c4d-0.jpg", "5e6f7a8b-0.jpg", "0a0b0c0d-1.jpg")
    put_json(tmp_path / "result.json", coco(*(f"/data/upload/3/{name}" for name in uploads)))
    assert names(tmp_path) == ["images/1.jpg"]
    assert ProblemKind.AMBIGUOUS_PHOTO in kinds(tmp_path)
    put_json(tmp_path / "result.json", coco("/data/upload/3/1a2b3c4d-0.jpg", "0.jpg", "1.jpg"))
    assert names(tmp_path) == ["images/0.jpg", "images/1.jpg"]
    assert kinds(tmp_path) == {ProblemKind.MISSING_PHOTO}
