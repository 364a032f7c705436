"""A dataset in another format holds the same photos, boxes and sides."""

import io
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from detector.errors import DatasetError, ImageUnreadableError, InvalidRequestError
from detector.images import ImageLimits
from jobs.train.check import check_data
from jobs.train.config import TrainConfig
from jobs.train.data import loading
from jobs.train.data.writers import WRITERS, photo_files
from jobs.train.data.writers.convert import convert_data
from tests.detector.pictures import encode, noise, orientation_exif
from tests.jobs.train.data import writing
from tests.jobs.train.data.writing import (
    LABELS,
    SAMPLES,
    Labelled,
    contents,
    put,
    put_json,
    voc_xml,
    write_voc,
)

CONFIG = TrainConfig(size=96)
ODD_LABELS = (
    "a, b", "off", "007", "1.10", "null", "Käfer", "e\u0301", "it's \"q\"", "x: y # z", "- dash", "{a}", "<b>&amp;",
    "~", "@at", "日本", "=1+1", "a;b", "train", "none",
)  # fmt: skip
ODD_NAMES = (
    "plain", "with space", "Käfer", "a+b", "100%", "x.jpg", "IMG_1.rf.abc", "train", "classes", "con", "dots..",
    "it's", "a\\b", "日本", "UPPER", "upper2", "-dash",
)  # fmt: skip


@st.composite
def boxes(draw: st.DrawFn, width: int, height: int) -> list[tuple[str, float, float, float, float]]:
    """Label, xmin, ymin, xmax, ymax in pixels, of at least one pixel each way."""

    def edges(length: int) -> st.SearchStrategy[tuple[float, float]]:
        return st.floats(0, length - 1).flatmap(
            lambda low: st.tuples(
                st.just(low), st.floats(low + 1, length).map(lambda high: min(high, length))
            )
        )

    count = draw(st.integers(0, 4))
    rows = []
    for _ in range(count):
        (xmin, xmax), (ymin, ymax) = draw(edges(width)), draw(edges(height))
        rows.append((draw(st.sampled_from(ODD_LABELS)), xmin, ymin, xmax, ymax))
    return rows


@st.composite
def datasets(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Photos with what COCO says of them; sizes and boxes are of the upright photo, and no two are as wide."""
    names = draw(st.lists(st.sampled_from(ODD_NAMES), min_size=1, max_size=4, unique=True))
    sides = draw(st.sampled_from([("",), ("train", "val"), ("train", "val", "test")]))
    widths = draw(st.lists(st.integers(2, 120), min_size=len(names), max_size=len(names), unique=True))
    photos = []
    for name, width in zip(names, widths, strict=True):
        height = draw(st.integers(2, 120))
        photos.append(
            {
                "name": name,
                "side": draw(st.sampled_from(sides)),
                "size": (width, height),
                "boxes": draw(boxes(width, height)),
                "orientation": draw(st.integers(1, 8)),
                "kind": draw(st.sampled_from(["JPEG", "PNG", "WEBP"])),
            }
        )
    return photos


def write(root: Path, photos: list[dict[str, Any]]) -> None:
    """One COCO file a side."""
    for side in {photo["side"] for photo in photos}:
        images, annotations = [], []
        for number, photo in enumerate(photos):
            if photo["side"] != side:
                continue
            width, height = photo["size"]
            raw = (height, width) if photo["orientation"] > 4 else (width, height)
            suffix = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}[photo["kind"]]
            data = encode(
                noise(*raw, seed=number), photo["kind"], exif=orientation_exif(photo["orientation"])
            )
            file = f"{photo['name'].replace(chr(92), '_')}.{suffix}"
            put(root / (side or "images") / file, data)
            images.append({"id": number, "file_name": file, "width": width, "height": height})
            annotations += [
                {
                    "image_id": number,
                    "category_id": ODD_LABELS.index(label),
                    "bbox": [x0, y0, x1 - x0, y1 - y0],
                }
                for label, x0, y0, x1, y1 in photo["boxes"]
            ]
        used = {box[0] for photo in photos for box in photo["boxes"]}
        categories = [{"id": i, "name": label} for i, label in enumerate(ODD_LABELS) if label in used]
        document = {"images": images, "annotations": annotations, "categories": categories}
        put_json(root / f"_annotations{'_' if side else ''}{side}.json", document)


def found(data: Path) -> list[dict[str, Any]]:
    """Photos with boxes in pixels, by their width."""
    photos = []
    for item in check_data(data, CONFIG).to_json()["items"]:
        with Image.open(data / item["photo"]) as image:
            width, height = image.size
            if image.getexif().get(0x0112, 1) > 4:
                width, height = height, width
        edges = [
            (b["label"], b["xmin"] * width, b["ymin"] * height, b["xmax"] * width, b["ymax"] * height)
            for b in item["boxes"]
        ]
        photos.append({"side": item["side"], "size": (width, height), "boxes": sorted(edges)})
    return sorted(photos, key=lambda photo: int(photo["size"][0]))


def fits(box: tuple[Any, ...], others: list[tuple[Any, ...]]) -> bool:
    """Whether one of the others is of the same class, and no edge is a pixel away."""
    return any(
        box[0] == other[0] and all(abs(a - b) <= 1 for a, b in zip(box[1:], other[1:], strict=True))
        for other in others
    )


@pytest.mark.parametrize("to", WRITERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(photos=datasets())
def test_a_round_trip_gives_the_same_photos_sides_and_boxes_to_a_pixel(
    to: str, photos: list[dict[str, Any]]
) -> None:
    root = Path(tempfile.mkdtemp())
    try:
        write(root / "data", photos)
        convert_data(root / "data", root / "out", CONFIG, to=to)
        before, after = found(root / "data"), found(root / "out")
        assert [photo["size"] for photo in before] == [photo["size"] for photo in after]
        # Of a dataset with nothing to train on `check` tells the sides that training would make.
        if {photo["side"] for photo in photos} & {"", "train"}:
            assert [photo["side"] for photo in before] == [photo["side"] for photo in after]
        for one, other in zip(before, after, strict=True):
            assert all(fits(box, other["boxes"]) for box in one["boxes"])
            assert all(fits(box, one["boxes"]) for box in other["boxes"])
        assert check_data(root / "out", CONFIG).report.format == to
    finally:
        shutil.rmtree(root)


@pytest.mark.parametrize("to", WRITERS)
@pytest.mark.parametrize("read", writing.WRITERS)
def test_every_format_becomes_every_other_without_a_fault(read: str, to: str, tmp_path: Path) -> None:
    writing.WRITERS[read](tmp_path / "data")
    before = contents(tmp_path / "data")
    converted = convert_data(tmp_path / "data", tmp_path / "out", CONFIG, to=to)
    assert contents(tmp_path / "data") == before
    assert converted.report.format == read
    first, second = check_data(tmp_path / "data", CONFIG), check_data(tmp_path / "out", CONFIG)
    assert second.report.problems == ()
    # Whole pixels, and photos that needed no change: the same content, by the same fingerprint.
    assert second.report.fingerprint == first.report.fingerprint
    assert second.side_of == first.side_of
    assert second.report.negatives == 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_photos_are_upright_in_their_pixels_and_the_box_is_on_the_object(
    orientation: int, kind: str, tmp_path: Path
) -> None:
    box = (30, 10, 60, 40)
    upright = Image.new("RGB", (120, 80), (20, 20, 20))
    ImageDraw.Draw(upright).rectangle((30, 10, 59, 39), fill=(240, 240, 240))
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)  # fmt: skip
    raw = upright if back is None else upright.transpose(back)
    put(tmp_path / "data" / f"a.{kind.lower()}", encode(raw, kind, exif=orientation_exif(orientation)))
    put(tmp_path / "data" / "a.xml", writing.voc_xml("a", [("cat", *box)], (120, 80)))
    convert_data(tmp_path / "data", tmp_path / "out", CONFIG, to="csv")
    row = (tmp_path / "out" / "annotations.csv").read_text().splitlines()[1].split(",")
    assert row[1:] == ["120", "80", "cat", "30", "10", "60", "40", "train"]
    with Image.open(tmp_path / "out" / row[0]) as image:
        assert image.format == kind
        assert not image.getexif()
        bright = np.argwhere(np.asarray(image.convert("L")) > 130)
    top, left = bright.min(axis=0)
    bottom, right = bright.max(axis=0) + 1
    assert np.abs(np.subtract((left, top, right, bottom), box)).max() <= 1


def test_a_zip_holds_the_same_as_a_folder_and_is_always_the_same(tmp_path: Path) -> None:
    write_voc(tmp_path / "data")
    convert_data(tmp_path / "data", tmp_path / "out", CONFIG, to="yolo")
    convert_data(tmp_path / "data", tmp_path / "one.zip", CONFIG, to="yolo")
    convert_data(tmp_path / "data", tmp_path / "two.zip", CONFIG, to="yolo")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    folder, archive = (check_data(tmp_path / name, CONFIG) for name in ("out", "one.zip"))
    assert archive.to_json()["items"] == folder.to_json()["items"]


def test_photos_of_one_name_are_all_written(tmp_path: Path) -> None:
    for number, folder in enumerate(("cat", "dog")):
        sample = Labelled("same", ((LABELS[number], 10, 10, 50, 50),), number)
        put(tmp_path / "data" / folder / "same.jpg", sample.jpeg)
        put(tmp_path / "data" / folder / "same.xml", writing.voc_xml("same.jpg", sample.boxes))
    convert_data(tmp_path / "data", tmp_path / "out", CONFIG, to="coco")
    items = check_data(tmp_path / "out", CONFIG).to_json()["items"]
    assert sorted(item["boxes"][0]["label"] for item in items) == ["cat", "dog"]


def test_own_sides_stay_and_a_missing_validation_part_is_the_one_that_training_makes(tmp_path: Path) -> None:
    samples = [Labelled(f"p{i}", ((LABELS[i % 2], 5, 5, 60 + i, 60),), 50 + i) for i in range(20)]
    writing.write_yolo_photos(tmp_path / "data", samples[:16], part="train")
    writing.write_yolo_photos(tmp_path / "data", samples[16:], part="test")
    put(tmp_path / "data" / "data.yaml", "names: [cat, dog]\ntrain: images/train\ntest: images/test\n")
    convert_data(tmp_path / "data", tmp_path / "out", CONFIG, to="yolo")
    own = check_data(tmp_path / "data", CONFIG)
    assert own.sides["val"] > 0
    assert check_data(tmp_path / "out", CONFIG).side_of == own.side_of
    assert len(list((tmp_path / "out" / "test" / "images").iterdir())) == 4


def test_a_part_to_measure_on_stays_what_it_is(tmp_path: Path) -> None:
    writing.write_yolo_photos(tmp_path / "data", SAMPLES, part="val")
    put(tmp_path / "data" / "data.yaml", "names: [cat, dog]\nval: images/val\n")
    convert_data(tmp_path / "data", tmp_path / "out", CONFIG, to="coco")
    assert [path.name for path in (tmp_path / "out" / "annotations").iterdir()] == ["instances_val.json"]


def test_classes_keep_their_order_and_names(tmp_path: Path) -> None:
    writing.write_yolo_photos(tmp_path / "data", SAMPLES)
    put(tmp_path / "data" / "data.yaml", "names: ['off', '007']\ntrain: images\n")
    for to in ("coco", "yolo"):
        convert_data(tmp_path / "data", tmp_path / to, CONFIG, to=to)
        assert check_data(tmp_path / to, CONFIG).dataset.labels == ("off", "007")


def test_what_is_in_the_way_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    write_voc(tmp_path / "data")
    put(tmp_path / "full" / "file", "x")
    put(tmp_path / "full.zip", "x")
    (tmp_path / "empty").mkdir()
    before = contents(tmp_path)
    for out, said in (
        ("full", "not empty"),
        ("full/file", "no folder"),
        ("full.zip", "exists already"),
        ("data/out", "lies inside"),
    ):
        with pytest.raises(InvalidRequestError, match=said):
            convert_data(tmp_path / "data", tmp_path / out, CONFIG, to="voc")
    assert contents(tmp_path) == before
    convert_data(tmp_path / "data", tmp_path / "empty", CONFIG, to="voc")
    assert (tmp_path / "empty" / "Annotations" / "one.xml").exists()


@pytest.mark.parametrize("out", ["out", "out.zip"])
def test_what_is_interrupted_leaves_nothing(out: str, tmp_path: Path) -> None:
    write_voc(tmp_path / "data")

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert_data(tmp_path / "data", tmp_path / out, CONFIG, to="coco", on_writing=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_photo_that_changes_between_checking_and_writing_is_refused(tmp_path: Path) -> None:
    write_voc(tmp_path / "data")

    def exchange(done: int, total: int) -> None:
        (tmp_path / "data" / "JPEGImages" / "two.jpg").write_bytes(encode(noise(50, 50, seed=70)))

    with pytest.raises(DatasetError, match=r"two\.jpg: changed while it was read"):
        convert_data(tmp_path / "data", tmp_path / "out", CONFIG, to="coco", on_writing=exchange)
    assert not (tmp_path / "out").exists()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A data set with a JPEG that takes 1.9 MB to decode at the scale of reading, and 3.4 MB at full size to turn."""
    write_voc(tmp_path / "data")
    jpeg = encode(noise(800, 600), progressive=True, exif=orientation_exif(6))
    put(tmp_path / "data" / "JPEGImages" / "large.jpg", jpeg)
    put(
        tmp_path / "data" / "Annotations" / "large.xml",
        voc_xml("large.jpg", [("cat", 10, 10, 200, 200)], None),
    )
    return tmp_path / "data"


def test_a_photo_that_is_read_at_a_reduced_scale_only_is_written_at_full_size(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "PHOTO_LIMITS", ImageLimits(max_decode_bytes=2_500_000))
    convert_data(large, tmp_path / "out", CONFIG, to="csv")
    with Image.open(tmp_path / "out" / "images" / "large.jpg") as image:
        assert image.size == (600, 800)


def test_the_limits_of_writing_take_at_full_size_what_reading_takes_at_a_reduced_scale() -> None:
    read, pixel_bytes = loading.PHOTO_LIMITS, 4
    assert photo_files.LIMITS.max_pixels >= read.max_pixels
    assert photo_files.LIMITS.max_decode_bytes >= read.max_decode_bytes + pixel_bytes * read.max_pixels


def test_a_photo_that_cannot_be_written_is_named_and_nothing_is_left(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_files, "LIMITS", ImageLimits(max_decode_bytes=2_500_000))
    with pytest.raises(
        DatasetError, match=r"JPEGImages/large\.jpg: .* 3 MB of memory; at most 2 MB are taken"
    ):
        convert_data(large, tmp_path / "out", CONFIG, to="csv")
    assert not (tmp_path / "out").exists()


def test_memory_that_runs_out_while_a_photo_is_turned_is_no_fault_of_the_photo(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(*_: object, **__: object) -> None:
        raise ImageUnreadableError("The JPEG cannot be decoded: MemoryError.") from MemoryError()

    monkeypatch.setattr(photo_files, "load_image", decode)
    with pytest.raises(MemoryError):
        convert_data(large, tmp_path / "out", CONFIG, to="csv")


def test_coco_is_what_its_own_tools_read(tmp_path: Path) -> None:
    write_voc(tmp_path / "data", SAMPLES[:1])
    convert_data(tmp_path / "data", tmp_path / "out", CONFIG, to="coco")
    document = json.loads((tmp_path / "out" / "annotations" / "instances_train.json").read_bytes())
    assert document["categories"] == [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
    assert document["annotations"][0] == {
        "id": 1, "image_id": 1, "category_id": 1, "bbox": [20, 10, 40, 40], "area": 1600, "iscrowd": 0,
        "segmentation": [],
    }  # fmt: skip
    assert io.BytesIO((tmp_path / "out" / "train" / "one.jpg").read_bytes()).read(2) == b"\xff\xd8"
