import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detector.errors import DatasetError
from detector.images import load_image
from jobs.train.data.findings.data_report import DataReport
from jobs.train.data.loading import load_photos, shrink
from jobs.train.data.photos import AnnotatedBox, AnnotatedPhoto, Annotations, Dataset
from jobs.train.data.problems import ProblemKind, faults
from tests.detector.pictures import encode, noise, orientation_exif

WIDTH, HEIGHT = 120, 80
TARGET = (10, 20, 70, 50)
"""A box on the upright picture: xmin, ymin, xmax, ymax."""


def upright_picture() -> Image.Image:
    """Black with a white target."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    xmin, ymin, xmax, ymax = TARGET
    pixels[ymin:ymax, xmin:xmax] = 255
    return Image.fromarray(pixels)


INVERSE = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera that writes each orientation stores the upright picture."""


def stored(orientation: int) -> Image.Image:
    how = INVERSE[orientation]
    picture = upright_picture()
    return picture if how is None else picture.transpose(how)


def white_box(picture: Image.Image) -> tuple[int, int, int, int]:
    box = picture.convert("L").point(lambda value: 255 * (value > 127)).getbbox()
    assert box is not None
    return box


def photo(
    data: bytes,
    *boxes: AnnotatedBox,
    name: str = "photo.jpg",
    stated_size: tuple[int, int] | None = None,
    left_out: int = 0,
) -> AnnotatedPhoto:
    return AnnotatedPhoto(name, lambda: data, boxes, stated_size=stated_size, left_out=left_out)


def box(xmin: float, ymin: float, xmax: float, ymax: float, label: str = "cat") -> AnnotatedBox:
    return AnnotatedBox(label, ymin, xmin, ymax, xmax)


GOOD = photo(encode(noise(90, 60, seed=99)), box(10, 10, 40, 40), name="good.jpg")


def check(*photos: AnnotatedPhoto, labels: tuple[str, ...] | None = None) -> tuple[Dataset, DataReport]:
    return load_photos(Annotations(photos, labels), size=96, source="data", format_name="voc")


def edges(dataset: Dataset, name: str = "photo.jpg") -> list[list[float]]:
    found = next(photo for photo in dataset.photos if photo.name == name)
    return [[t.box.xmin, t.box.ymin, t.box.xmax, t.box.ymax] for t in found.ground_truth]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_on_the_upright_photo_stay_where_its_size_is_stated(orientation: int) -> None:
    data = encode(stored(orientation), exif=orientation_exif(orientation), quality=95)
    dataset, report = check(photo(data, box(*TARGET), stated_size=(WIDTH, HEIGHT)))
    assert white_box(Image.fromarray(dataset.photos[0].pixels)) == pytest.approx(TARGET, abs=1)
    assert edges(dataset)[0] == pytest.approx([10 / 120, 20 / 80, 70 / 120, 50 / 80])
    assert report.problems == ()


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_boxes_on_the_raw_photo_are_turned_with_it_where_only_its_size_is_stated(orientation: int) -> None:
    raw = stored(orientation)
    data = encode(raw, exif=orientation_exif(orientation), quality=95)
    dataset, report = check(photo(data, box(*white_box(raw)), stated_size=raw.size))
    assert raw.size == (HEIGHT, WIDTH)
    assert edges(dataset)[0] == pytest.approx([10 / 120, 20 / 80, 70 / 120, 50 / 80])
    assert [problem.kind for problem in report.problems] == [ProblemKind.TURNED_BOXES]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_size_that_is_neither_is_reported_and_the_photo_left_out(orientation: int) -> None:
    data = encode(stored(orientation), exif=orientation_exif(orientation))
    dataset, report = check(photo(data, box(*TARGET), stated_size=(WIDTH + 7, HEIGHT)), GOOD)
    assert [photo.name for photo in dataset.photos] == ["good.jpg"]
    assert [(p.file, p.kind) for p in report.problems] == [("photo.jpg", ProblemKind.SIZE_MISMATCH)]
    assert "127×80" in report.problems[0].message


@pytest.mark.parametrize("orientation", range(1, 9))
def test_on_a_square_photo_boxes_are_upright(orientation: int) -> None:
    data = encode(stored(orientation).resize((90, 90)), exif=orientation_exif(orientation))
    dataset, report = check(photo(data, box(9, 18, 27, 36), stated_size=(90, 90)))
    assert edges(dataset)[0] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert report.problems == ()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_without_a_stated_size_boxes_are_upright(orientation: int) -> None:
    data = encode(stored(orientation), exif=orientation_exif(orientation))
    dataset, _ = check(photo(data, box(*TARGET)))
    assert edges(dataset)[0] == pytest.approx([10 / 120, 20 / 80, 70 / 120, 50 / 80])


@pytest.mark.parametrize(
    ("annotated", "kind", "kept"),
    [
        (box(-20, 10, 60, 40), ProblemKind.CLIPPED_BOX, [0, 10, 60, 40]),
        (box(50, 60, 140, 100), ProblemKind.CLIPPED_BOX, [50, 60, 120, 80]),
        (box(60, 10, 20, 40), ProblemKind.INVERTED_BOX, [20, 10, 60, 40]),
        (box(60, 10, -20, 40), ProblemKind.INVERTED_BOX, None),
        (box(20, 20, 20, 40), ProblemKind.DROPPED_BOX, None),
        (box(200, 20, 240, 40), ProblemKind.DROPPED_BOX, None),
        (box(float("nan"), 20, 40, 40), ProblemKind.INVALID_BOX, None),
        (box(0, 0, float("inf"), 40), ProblemKind.INVALID_BOX, None),
        (box(10, 10, 20, 20, label=" "), ProblemKind.UNKNOWN_CLASS, None),
    ],
)
def test_a_bad_box_is_reported_with_its_file_and_mended_or_left_out(
    annotated: AnnotatedBox, kind: ProblemKind, kept: list[float] | None
) -> None:
    data = encode(noise(WIDTH, HEIGHT))
    other = box(5, 5, 30, 30)
    dataset, report = check(photo(data, other, annotated))
    assert (report.problems[0].file, report.problems[0].kind) == ("photo.jpg", kind)
    assert len(report.problems) == 1
    expected = [[5 / WIDTH, 5 / HEIGHT, 30 / WIDTH, 30 / HEIGHT]]
    if kept is not None:
        expected.append([kept[0] / WIDTH, kept[1] / HEIGHT, kept[2] / WIDTH, kept[3] / HEIGHT])
    assert np.allclose(edges(dataset), expected)


def test_less_than_half_a_pixel_over_the_edge_is_rounding() -> None:
    dataset, report = check(photo(encode(noise(WIDTH, HEIGHT)), box(-0.4, 0, 120.4, 80)))
    assert edges(dataset) == [[0, 0, 1, 1]]
    assert report.problems == ()


def test_a_photo_whose_boxes_are_all_unusable_is_no_negative() -> None:
    dataset, report = check(photo(encode(noise(WIDTH, HEIGHT)), box(20, 20, 20, 40)), GOOD)
    assert [photo.name for photo in dataset.photos] == ["good.jpg"]
    assert report.count(ProblemKind.NO_USABLE_BOX) == 1
    assert report.negatives == 0


def test_a_photo_with_only_left_out_objects_is_no_negative() -> None:
    crowd = photo(encode(noise(WIDTH, HEIGHT)), left_out=1)
    dataset, report = check(crowd, GOOD)
    assert [photo.name for photo in dataset.photos] == ["good.jpg"]
    assert report.count(ProblemKind.NO_USABLE_BOX) == 1


def test_a_box_that_is_there_twice_is_kept_once() -> None:
    dataset, report = check(photo(encode(noise(WIDTH, HEIGHT)), box(5, 5, 30, 30), box(5, 5, 30, 30)))
    assert len(edges(dataset)) == 1
    assert report.count(ProblemKind.DUPLICATE_BOX) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        pytest.param(encode(noise(300, 200))[:-2000], id="jpeg"),
        pytest.param(encode(noise(60, 40), "PNG")[:-900], id="png"),
    ],
)
def test_a_photo_that_cannot_be_read_whole_is_reported_and_not_used(data: bytes) -> None:
    dataset, report = check(photo(data, box(1, 1, 30, 30)), GOOD)
    assert [photo.name for photo in dataset.photos] == ["good.jpg"]
    assert [(p.file, p.kind) for p in report.problems] == [("photo.jpg", ProblemKind.UNREADABLE_PHOTO)]
    assert report.unreadable == 1


def test_a_photo_is_known_by_its_content_and_not_by_its_name() -> None:
    dataset, report = check(photo(encode(noise(60, 40), "PNG"), box(1, 1, 30, 30), name="really-a-png.jpg"))
    assert len(dataset.photos) == 1
    assert report.problems == ()


def test_the_same_photo_with_the_same_boxes_is_kept_once() -> None:
    data = encode(noise(WIDTH, HEIGHT))
    boxes = (box(5, 5, 30, 30), box(40, 5, 60, 30))
    dataset, report = check(photo(data, *boxes, name="a.jpg"), photo(data, *reversed(boxes), name="b.jpg"))
    assert [photo.name for photo in dataset.photos] == ["a.jpg"]
    assert [(p.file, p.kind) for p in report.problems] == [("b.jpg", ProblemKind.DUPLICATE_PHOTO)]
    assert "a.jpg" in report.problems[0].message


def test_the_same_photo_with_other_boxes_is_kept_with_most_boxes() -> None:
    data = encode(noise(WIDTH, HEIGHT))
    dataset, report = check(
        photo(data, name="a.jpg"),
        photo(data, box(5, 5, 30, 30), box(40, 5, 60, 30), name="b.jpg"),
        photo(data, box(5, 5, 30, 30), name="c.jpg"),
    )
    assert [photo.name for photo in dataset.photos] == ["b.jpg"]
    assert len(edges(dataset, "b.jpg")) == 2
    assert report.count(ProblemKind.CONFLICTING_DUPLICATE) == 2


def test_the_same_photo_with_boxes_of_other_classes_is_kept_with_all() -> None:
    data = encode(noise(WIDTH, HEIGHT))
    dataset, report = check(
        photo(data, box(5, 5, 30, 30), box(40, 5, 60, 30)),
        photo(data, box(70, 5, 90, 30, label="dog")),
        photo(data, box(5, 40, 30, 60, label="bird")),
    )
    assert [truth.class_id for truth in dataset.photos[0].ground_truth] == [1, 1, 2, 0]
    assert [problem.kind for problem in report.problems] == [ProblemKind.JOINED_BOXES] * 2
    assert faults(report.problems) == ()


def test_boxes_of_other_classes_on_another_side_are_a_leak() -> None:
    data = encode(noise(WIDTH, HEIGHT))
    a = AnnotatedPhoto("a.jpg", lambda: data, (box(5, 5, 30, 30),), side="train")
    b = AnnotatedPhoto("b.jpg", lambda: data, (box(40, 5, 60, 30, label="dog"),), side="test")
    dataset, report = check(a, b)
    assert [(len(photo.ground_truth), photo.side) for photo in dataset.photos] == [(2, "test")]
    assert report.count(ProblemKind.LEAK) == 1


def test_the_same_photo_in_train_and_test_stays_in_test_only() -> None:
    data = encode(noise(WIDTH, HEIGHT))
    a = AnnotatedPhoto("a.jpg", lambda: data, (box(5, 5, 30, 30),), side="train")
    b = AnnotatedPhoto("b.jpg", lambda: data, (box(5, 5, 30, 30),), side="test")
    dataset, report = check(a, b, GOOD)
    assert [(photo.name, photo.side) for photo in dataset.photos] == [("a.jpg", "test"), ("good.jpg", None)]
    assert report.count(ProblemKind.LEAK) == 1


def test_a_photo_saved_again_is_remarked_as_a_near_duplicate() -> None:
    picture = noise(WIDTH, HEIGHT, seed=5)
    dataset, report = check(
        photo(encode(picture, quality=95), box(5, 5, 30, 30), name="a.jpg"),
        photo(encode(picture, quality=40), box(5, 5, 30, 30), name="b.jpg"),
    )
    assert len(dataset.photos) == 2
    assert [(p.file, p.kind) for p in report.problems] == [("b.jpg", ProblemKind.NEAR_DUPLICATE)]


def test_stray_spaces_in_a_label_are_mended_and_case_variants_only_reported() -> None:
    data = encode(noise(WIDTH, HEIGHT))
    dataset, report = check(
        photo(data, box(5, 5, 30, 30, "cat "), box(40, 5, 60, 30, "cat"), box(70, 5, 90, 30, "Cat"))
    )
    assert dataset.labels == ("Cat", "cat")
    assert [p.kind for p in report.problems] == [ProblemKind.SUSPICIOUS_LABEL] * 2


def test_a_label_that_may_be_chinese_in_gbk_is_reported_and_kept() -> None:
    """Their UTF-8 bytes are Chinese letters in GBK; one with ASCII letters is hardly Chinese."""
    label = "猫".encode("gbk").decode("utf-8")
    data = encode(noise(WIDTH, HEIGHT))
    dataset, report = check(
        photo(
            data,
            box(5, 5, 30, 30, label),
            box(40, 5, 60, 30, "kočka"),
            box(70, 5, 90, 30, "狗"),
            name="a.jpg",
        )
    )
    assert label in dataset.labels
    (problem,) = report.problems
    assert (problem.file, problem.kind) == ("a.jpg", ProblemKind.SUSPICIOUS_LABEL)
    assert "'猫' in GBK" in problem.message
    assert "UTF-8" in problem.message
    assert faults(report.problems) == (problem,)


def test_labels_keep_the_formats_order() -> None:
    data = encode(noise(WIDTH, HEIGHT))
    dataset, _ = check(
        photo(data, box(5, 5, 30, 30, "dog"), box(40, 5, 60, 30, "cat")), labels=("dog", "cat")
    )
    assert dataset.labels == ("dog", "cat")
    assert [truth.class_id for truth in dataset.photos[0].ground_truth] == [0, 1]


def test_a_class_without_a_box_is_refused_with_what_was_found() -> None:
    with pytest.raises(DatasetError, match=r"no usable box of 'dog'.*1 usable photos.*'cat' 1, 'dog' 0"):
        check(GOOD, labels=("cat", "dog"))


def test_only_negatives_are_refused() -> None:
    with pytest.raises(DatasetError, match="no usable box of any class"):
        check(photo(encode(noise(WIDTH, HEIGHT))))


def test_no_usable_photo_is_refused_with_the_first_problems() -> None:
    with pytest.raises(DatasetError, match=r"data: no usable photo in it\.\n  photo\.jpg: "):
        check(photo(b"nothing", box(5, 5, 30, 30)))


def test_a_label_that_would_break_labels_txt_is_refused() -> None:
    with pytest.raises(DatasetError, match="control character"):
        check(photo(encode(noise(WIDTH, HEIGHT)), box(5, 5, 30, 30, "ca\u202et")))


def test_progress_is_told_after_each_photo() -> None:
    seen: list[tuple[int, int]] = []
    photos = (GOOD, photo(b"bad"), photo(encode(noise(50, 50, seed=2)), name="n.jpg"))
    load_photos(
        Annotations(photos),
        size=96,
        source="data",
        format_name="voc",
        on_progress=lambda *args: seen.append(args),
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_an_interrupt_while_reading_is_passed_on() -> None:
    def interrupted() -> bytes:
        raise KeyboardInterrupt

    photos = tuple(AnnotatedPhoto(f"{i}.jpg", interrupted, ()) for i in range(20))
    with pytest.raises(KeyboardInterrupt):
        load_photos(Annotations(photos), size=96, source="data", format_name="voc")


def test_the_report_is_json_and_counts_every_kind() -> None:
    _, report = check(photo(encode(noise(WIDTH, HEIGHT)), box(-20, 10, 60, 40)), GOOD)
    value = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert value["counts"] == {kind.value: int(kind is ProblemKind.CLIPPED_BOX) for kind in ProblemKind}
    assert value["classes"] == [{"label": "cat", "photos": 2, "boxes": 2}]
    assert value["problems"][0] == {
        "file": "photo.jpg",
        "kind": "clipped_box",
        "message": "box 1 (cat) reaches outside the photo; clipped.",
    }
    assert value["sides"] == {"none": 2}


def test_the_fingerprint_is_of_the_content_and_not_of_names_or_order() -> None:
    a = photo(encode(noise(60, 40, seed=1)), box(1, 1, 30, 30), name="a.jpg")
    renamed = AnnotatedPhoto("z.jpg", a.read, a.boxes)
    moved = AnnotatedPhoto("a.jpg", a.read, (box(2, 1, 30, 30),))
    fingerprints = [check(*photos)[1].fingerprint for photos in ((a, GOOD), (GOOD, renamed), (moved, GOOD))]
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


def test_shrinking_keeps_the_aspect_and_never_enlarges() -> None:
    pixels = load_image(encode(noise(400, 100))).pixels
    assert shrink(pixels, 200).shape == (50, 200, 3)
    assert shrink(pixels, 400) is pixels
    assert shrink(np.zeros((1, 5000, 3), np.uint8), 100).shape == (1, 100, 3)


def test_photos_are_upright_at_the_reduced_scale(tmp_path: Path) -> None:
    big = upright_picture().resize((1200, 800)).transpose(Image.Transpose.ROTATE_90)
    data = encode(big, exif=orientation_exif(6), quality=90)
    dataset, _ = check(photo(data, box(100, 200, 700, 500), stated_size=(1200, 800)))
    height, width = dataset.photos[0].pixels.shape[:2]
    assert (width, height) == (192, 128)
    expected = [10 / 120 * width, 20 / 80 * height, 70 / 120 * width, 50 / 80 * height]
    assert white_box(Image.fromarray(dataset.photos[0].pixels)) == pytest.approx(expected, abs=1.5)


def test_photos_of_200_megapixels_are_read_as_jpegs_and_refused_by_name_where_memory_would_not_do() -> None:
    def flat(image_format: str, size: tuple[int, int]) -> bytes:
        return encode(
            Image.new("L", size, 90), image_format, **({"method": 0} if image_format == "WEBP" else {})
        )

    box = AnnotatedBox("target", 1000, 1000, 9000, 9000)
    jpeg = photo(flat("JPEG", (16320, 12240)), box, name="large.jpg")
    webp = photo(flat("WEBP", (12000, 9000)), box, name="large.webp")
    dataset, report = load_photos(Annotations((jpeg, webp)), size=32, source="data", format_name="coco")
    assert [each.name for each in dataset.photos] == ["large.jpg"]
    assert max(dataset.photos[0].pixels.shape) <= 64
    (problem,) = report.problems
    assert (problem.file, problem.kind) == ("large.webp", ProblemKind.UNREADABLE_PHOTO)
    assert "at most 1200 MB" in problem.message
