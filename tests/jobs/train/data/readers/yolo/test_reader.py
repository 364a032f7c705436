from pathlib import Path

import pytest

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind, faults
from jobs.train.data.readers.yolo import reader as yolo
from jobs.train.data.source import open_source
from tests.jobs.train.data.writing import (
    SAMPLES,
    put,
    source_that_refuses,
    write_yolo,
    write_yolo_photos,
    yolo_lines,
)

ONE, TWO, THREE, FOUR = SAMPLES


def read(folder: Path) -> Annotations:
    return yolo.read(open_source(folder))


def sides(found: Annotations) -> dict[str, str | None]:
    return {Path(photo.name).stem: photo.side for photo in found.photos}


def write_parts(root: Path) -> None:
    for part, samples in (("train", (ONE, THREE)), ("val", (TWO,)), ("test", (FOUR,))):
        write_yolo_photos(root, samples, part)


PARTS = {"one": "train", "three": "train", "two": "val", "four": "test"}


@pytest.mark.parametrize(
    "described",
    [
        "train: images/train\nval: images/val\ntest: images/test\n",
        "path: .\ntrain: [images/train]\nval: [images/val]\ntest: images/test/\n",
        "path: /home/somebody/datasets/animals\ntrain: images/train\nval: images/val\ntest: images/test\n",
        "path: ../datasets/animals\ntrain: images/train\nval: images/val\ntest: images/test\n",
        "train: ../images/train\nval: ../images/val\ntest: ../images/test\n",
        "train: /content/animals/images/train\nval: /content/animals/images/val\ntest: "
        "/content/animals/images/test\n",
        "train: .\\images\\train\nvalid: images\\val\ntest: images\\test\n",
        "path: images\ntrain: train\nval: val\ntest: test\n",
    ],
)
@pytest.mark.parametrize(
    "names", ["names: [cat, dog]", "names:\n  0: cat\n  1: dog", 'names: {"1": dog, "0": cat}']
)
def test_the_parts_are_found_however_the_paths_are_written(
    described: str, names: str, tmp_path: Path
) -> None:
    write_parts(tmp_path)
    put(tmp_path / "data.yaml", described + names + "\n")
    found = read(tmp_path)
    assert sides(found) == PARTS
    assert found.labels == ("cat", "dog")
    assert faults(found.problems) == ()
    assert sum(len(photo.boxes) for photo in found.photos) == 4


def test_roboflow_has_a_folder_for_each_part_and_paths_above_the_file(tmp_path: Path) -> None:
    for part, sample in (("train", ONE), ("valid", TWO), ("test", FOUR)):
        put(tmp_path / part / "images" / f"{sample.stem}.jpg", sample.jpeg)
        put(tmp_path / part / "labels" / f"{sample.stem}.txt", yolo_lines(sample))
    described = (
        "train: ../train/images\nval: ../valid/images\ntest: ../test/images\nnc: 2\nnames: ['cat', 'dog']\n"
    )
    put(tmp_path / "data.yaml", described)
    put(tmp_path / "README.roboflow.txt", "exported")
    found = read(tmp_path)
    assert sides(found) == {"one": "train", "two": "val", "four": "test"}
    assert faults(found.problems) == ()
    assert open_dataset(tmp_path, size=96)[1].format == "yolo"


@pytest.mark.parametrize("top", ["ds", "a/ds"])
def test_paths_above_the_file_are_found_in_its_folder_under_any_other(top: str, tmp_path: Path) -> None:
    for part, sample in (("train", ONE), ("valid", TWO), ("test", FOUR)):
        put(tmp_path / top / part / "images" / f"{sample.stem}.jpg", sample.jpeg)
        put(tmp_path / top / part / "labels" / f"{sample.stem}.txt", yolo_lines(sample))
    described = "train: ../train/images\nval: ../valid/images\ntest: ../test/images\nnames: [cat, dog]\n"
    put(tmp_path / top / "data.yaml", described)
    found = read(tmp_path)
    assert sides(found) == {"one": "train", "two": "val", "four": "test"}
    assert faults(found.problems) == ()


def test_a_part_may_be_a_list_of_photos_in_a_text(tmp_path: Path) -> None:
    write_parts(tmp_path)
    put(tmp_path / "train.txt", "./images/train/one.jpg\nimages/train/three.jpg\n\n")
    put(tmp_path / "val.txt", "/home/me/animals/images/val/two.jpg\n")
    put(tmp_path / "data.yaml", "train: train.txt\nval: val.txt\nnames: [cat, dog]\n")
    found = read(tmp_path)
    assert sides(found) == {"one": "train", "three": "train", "two": "val"}
    assert faults(found.problems) == ()


def test_a_list_that_names_missing_photos_is_reported(tmp_path: Path) -> None:
    write_parts(tmp_path)
    put(tmp_path / "train.txt", "images/train/one.jpg\nimages/train/gone.jpg\n")
    put(tmp_path / "data.yaml", "train: train.txt\nnames: [cat, dog]\n")
    problem = next(iter(faults(read(tmp_path).problems)))
    assert (problem.file, problem.kind) == ("train.txt", ProblemKind.MISSING_PHOTO)


@pytest.mark.parametrize(
    ("described", "kind"),
    [
        ("train: images/train\nval: images/nowhere\n", ProblemKind.MISSING_PART),
        ("train: images/train\nval: images/val\ntest: images/nowhere\n", ProblemKind.MISSING_PART),
        ("train: images/train\nval: [images/val, images/nowhere]\n", ProblemKind.MISSING_PHOTO),
        ("train: images/nowhere\nval: images/val\n", ProblemKind.MISSING_PHOTO),
    ],
)
def test_a_part_that_is_not_there_is_reported_and_a_fault_where_it_is_needed(
    described: str, kind: ProblemKind, tmp_path: Path
) -> None:
    write_parts(tmp_path)
    put(tmp_path / "data.yaml", described + "names: [cat, dog]\n")
    missing = [problem for problem in read(tmp_path).problems if "images/nowhere" in problem.message]
    assert [(p.file, p.kind) for p in missing] == [("data.yaml", kind)]
    assert bool(faults(missing)) is (kind is ProblemKind.MISSING_PHOTO)


def test_photos_in_no_part_are_reported(tmp_path: Path) -> None:
    write_parts(tmp_path)
    put(tmp_path / "data.yaml", "train: images/train\nval: val.txt\nnames: [cat, dog]\n")
    put(tmp_path / "val.txt", "images/val/two.jpg\n")
    unused = [p for p in read(tmp_path).problems if p.kind is ProblemKind.NOT_ANNOTATED]
    assert [p.file for p in unused] == ["images/test/four.jpg"]


@pytest.mark.parametrize("name_file", ["classes.txt", "labels/classes.txt", "obj.names"])
def test_without_a_yaml_the_class_names_may_be_in_a_text(name_file: str, tmp_path: Path) -> None:
    write_yolo_photos(tmp_path)
    put(tmp_path / name_file, "cat\ndog\n\n")
    dataset, report = open_dataset(tmp_path, size=96)
    assert (report.format, report.photos, report.boxes, report.negatives) == ("yolo", 4, 4, 1)
    assert dataset.labels == ("cat", "dog")
    assert faults(report.problems) == ()


def test_texts_may_lie_beside_the_photos(tmp_path: Path) -> None:
    for sample in SAMPLES:
        put(tmp_path / f"{sample.stem}.jpg", sample.jpeg)
        put(tmp_path / f"{sample.stem}.txt", yolo_lines(sample))
    put(tmp_path / "classes.txt", "cat\ndog\n")
    _, report = open_dataset(tmp_path, size=96)
    assert (report.format, report.photos, report.boxes, report.negatives) == ("yolo", 4, 4, 1)


def test_darknet_lists_its_parts_beside_the_names(tmp_path: Path) -> None:
    for folder, sample in (("obj_train_data", ONE), ("obj_valid_data", TWO)):
        put(tmp_path / folder / f"{sample.stem}.jpg", sample.jpeg)
        put(tmp_path / folder / f"{sample.stem}.txt", yolo_lines(sample))
    put(tmp_path / "obj.names", "cat\ndog\n")
    put(tmp_path / "obj.data", "classes = 2\ntrain = data/train.txt\nnames = data/obj.names\n")
    put(tmp_path / "train.txt", "data/obj_train_data/one.jpg\n")
    put(tmp_path / "valid.txt", "data/obj_valid_data/two.jpg\n")
    found = read(tmp_path)
    assert sides(found) == {"one": "train", "two": "val"}
    assert faults(found.problems) == ()


def test_without_class_names_it_is_said_what_to_add(tmp_path: Path) -> None:
    write_yolo_photos(tmp_path)
    with pytest.raises(DatasetError, match=r"Add a data\.yaml with 'names:', or a classes\.txt"):
        open_dataset(tmp_path, size=96)


def test_a_photo_without_a_text_is_a_negative(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    three = next(photo for photo in read(tmp_path).photos if photo.name == "images/three.jpg")
    assert (three.boxes, three.left_out) == ((), 0)


def test_photos_without_a_text_are_counted_in_one_remark(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "images" / "five.jpg", FOUR.jpeg)
    found = read(tmp_path)
    assert [(p.kind, p.message) for p in found.problems] == [
        (
            ProblemKind.ASSUMED_NEGATIVE,
            "2 photos without a text file are taken for negatives: images/five.jpg, images/three.jpg.",
        )
    ]
    assert faults(found.problems) == ()


def test_a_text_where_its_photo_does_not_look_is_reported(tmp_path: Path) -> None:
    put(tmp_path / "photos" / "cats" / "one.jpg", ONE.jpeg)
    put(tmp_path / "labels" / "cats" / "one.txt", yolo_lines(ONE))
    put(tmp_path / "photos" / "two.jpg", TWO.jpeg)
    put(tmp_path / "photos" / "two.txt", yolo_lines(TWO))
    put(tmp_path / "old" / "two.txt", yolo_lines(TWO))
    put(tmp_path / "classes.txt", "cat\ndog\n")
    problems = faults(read(tmp_path).problems)
    assert [(p.file, p.kind) for p in problems] == [
        ("labels/cats/one.txt", ProblemKind.MISSING_PHOTO),
        ("old/two.txt", ProblemKind.MISSING_PHOTO),
    ]
    assert "photos/cats/one.jpg is called like this file" in problems[0].message
    assert "photos/two.txt" in problems[1].message


@pytest.mark.parametrize("stem", ["train", "test", "labels", "classes"])
def test_a_photo_may_be_called_like_a_list(stem: str, tmp_path: Path) -> None:
    put(tmp_path / "images" / f"{stem}.jpg", ONE.jpeg)
    put(tmp_path / "labels" / f"{stem}.txt", yolo_lines(ONE))
    put(tmp_path / "data.yaml", "train: images\nnames: [cat, dog]\n")
    found = read(tmp_path)
    assert [len(photo.boxes) for photo in found.photos] == [2]
    assert found.problems == ()


def test_a_part_without_any_text_was_never_labelled(tmp_path: Path) -> None:
    write_parts(tmp_path)
    (tmp_path / "labels" / "test" / "four.txt").unlink()
    put(
        tmp_path / "data.yaml", "train: images/train\nval: images/val\ntest: images/test\nnames: [cat, dog]\n"
    )
    found = read(tmp_path)
    assert sides(found) == {"one": "train", "three": "train", "two": "val"}
    unused = [(p.file, p.kind) for p in found.problems if p.kind is not ProblemKind.ASSUMED_NEGATIVE]
    assert unused == [("images/test/four.jpg", ProblemKind.NOT_ANNOTATED)]


def test_polygons_and_oriented_boxes_become_their_bounding_boxes(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "labels" / "one.txt", "0 0.1 0.2 0.5 0.3 0.3 0.7\n1 0.5 0.1 0.9 0.1 0.9 0.4 0.5 0.4\n")
    boxes = next(photo for photo in read(tmp_path).photos if photo.name == "images/one.jpg").boxes
    assert [(b.label, b.xmin, b.ymin, b.xmax, b.ymax) for b in boxes] == [
        ("cat", 0.1, 0.2, 0.5, 0.7),
        ("dog", 0.5, 0.1, 0.9, 0.4),
    ]


def test_poses_have_their_box_first(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "data.yaml", "train: images\nnames: [cat, dog]\nkpt_shape: [2, 3]\n")
    for text in ("one", "two", "four"):
        put(tmp_path / "labels" / f"{text}.txt", "0 0.5 0.5 0.2 0.4 0.1 0.1 2 0.9 0.9 2\n")
    box = read(tmp_path).photos[0].boxes[0]
    assert (box.xmin, box.ymin, box.xmax, box.ymax) == pytest.approx((0.4, 0.3, 0.6, 0.7))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("bird 0.5 0.5 0.1 0.1", ProblemKind.INVALID_BOX),
        ("0 0.5 0.5 0.1", ProblemKind.INVALID_BOX),
        ("0", ProblemKind.INVALID_BOX),
        (",", ProblemKind.INVALID_BOX),
        ("0.5 0.5 0.5 0.1 0.1", ProblemKind.INVALID_BOX),
        ("-1 0.5 0.5 0.1 0.1", ProblemKind.INVALID_BOX),
        ("nan 0.5 0.5 0.1 0.1", ProblemKind.INVALID_BOX),
        ("0 nan 0.5 0.1 0.1", ProblemKind.INVALID_BOX),
        ("0 0.1 0.2 0.3 0.4 0.5 0.6 0.7", ProblemKind.INVALID_BOX),
        ("2 0.5 0.5 0.1 0.1", ProblemKind.UNKNOWN_CLASS),
        ("1e300 0.5 0.5 0.1 0.1", ProblemKind.UNKNOWN_CLASS),
        ("0 250 120 40 60", ProblemKind.INVALID_BOX),
        ("0 0.5 0.5 0 0.1", ProblemKind.DROPPED_BOX),
        ("0 0.5 0.5 -0.1 0.1", ProblemKind.INVERTED_BOX),
        ("0 0.0 0.5 0.1 0.1", ProblemKind.CLIPPED_BOX),
    ],
)
def test_a_bad_line_is_reported_with_its_file(line: str, kind: ProblemKind, tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "labels" / "one.txt", yolo_lines(ONE) + line + "\n")
    _, report = open_dataset(tmp_path, format_name="yolo", size=96)
    assert [(Path(p.file).stem, p.kind) for p in faults(report.problems)] == [("one", kind)]


def test_a_bad_line_is_numbered_as_an_editor_numbers_it(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "labels" / "one.txt", f"\n\n{yolo_lines(ONE)}bad\n")
    (problem,) = faults(read(tmp_path).problems)
    assert problem.message.startswith(f"line {3 + len(ONE.boxes)} is not numbers")


def test_a_text_that_cannot_be_read_is_one_problem_and_no_negative(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    found = yolo.read(source_that_refuses(tmp_path, "labels/one.txt"))
    assert [(p.file, p.kind) for p in faults(found.problems)] == [
        ("labels/one.txt", ProblemKind.UNREADABLE_ANNOTATION)
    ]
    one = next(photo for photo in found.photos if photo.name == "images/one.jpg")
    assert (one.boxes, one.left_out) == ((), 1)


@pytest.mark.parametrize(
    "names", ["\n- cat\n-\n- dog", "[cat, '', dog]", "{0: cat, 1: , 2: dog}", "{0: cat, 2: dog}"]
)
def test_a_number_without_a_name_is_no_class(names: str, tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "data.yaml", f"path: .\ntrain: images\nnames: {names}\n")
    assert read(tmp_path).labels == ("cat", "", "dog")


def test_a_fifth_number_is_a_score_and_tabs_and_marks_do_not_matter(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "labels" / "one.txt", "\ufeff0\t0.5\t0.5  0.2 0.4 0.97\r\n\r\n")
    found = next(photo for photo in read(tmp_path).photos if photo.name == "images/one.jpg")
    assert [(box.label, box.xmin) for box in found.boxes] == [("cat", 0.4)]


def test_a_text_without_photo_is_reported(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "labels" / "gone.txt", "0 0.5 0.5 0.1 0.1\n")
    problems = faults(read(tmp_path).problems)
    assert [(p.file, p.kind) for p in problems] == [("labels/gone.txt", ProblemKind.MISSING_PHOTO)]


def test_a_named_class_without_a_box_is_refused(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "data.yaml", "train: images\nnames: [cat, dog, bird]\n")
    with pytest.raises(DatasetError, match=r"no usable box of 'bird'.*make its name empty: '' in data\.yaml"):
        open_dataset(tmp_path, size=96)


def test_a_class_whose_name_is_made_empty_leaves_the_others_their_numbers(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "data.yaml", "train: images\nnames: ['', dog]\n")
    for text in ("one", "four"):
        put(tmp_path / "labels" / f"{text}.txt", "1 0.5 0.5 0.2 0.4\n")
    assert open_dataset(tmp_path, size=96)[0].labels == ("dog",)


@pytest.mark.parametrize("name_file", ["classes.txt", "labels/classes.txt", "obj.names"])
def test_names_in_a_text_may_be_more_than_the_classes(name_file: str, tmp_path: Path) -> None:
    write_yolo_photos(tmp_path)
    put(tmp_path / name_file, "dog\nperson\ncat\ntv\n")
    for text, sample in (("one", ONE), ("two", TWO), ("four", FOUR)):
        numbers = {"0": "2", "1": "0"}
        lines = [numbers[line[0]] + line[1:] for line in yolo_lines(sample).splitlines()]
        put(tmp_path / "labels" / f"{text}.txt", "\n".join(lines))
    dataset, report = open_dataset(tmp_path, size=96)
    assert dataset.labels == ("dog", "cat")
    assert [(entry.label, entry.boxes) for entry in report.classes] == [("dog", 2), ("cat", 2)]
    remark = next(problem for problem in report.problems if problem.kind is ProblemKind.UNUSED_CLASS)
    assert (remark.file, remark.message) == (
        name_file,
        "not taken for classes, as no box is of them (2): person, tv.",
    )


def test_names_in_a_text_without_any_box_are_all_missed(tmp_path: Path) -> None:
    write_yolo_photos(tmp_path)
    put(tmp_path / "classes.txt", "cat\ndog\n")
    for text in ("one", "two", "four"):
        put(tmp_path / "labels" / f"{text}.txt", "")
    with pytest.raises(DatasetError, match="no usable box of 'cat', 'dog'"):
        open_dataset(tmp_path, size=96)


@pytest.mark.parametrize(
    "content",
    [
        "names: 3\ntrain: images\n",
        "names: {a: cat}\ntrain: images\n",
        "names: {-1: cat}\ntrain: images\n",
        "names: {99999999: cat}\ntrain: images\n",
        "names: [cat\n",
        "a: &a [x, x]\nnames: [*a, *a]\ntrain: images\n",
        "!!python/object/apply:os.system ['true']\n",
        pytest.param("[" * 100_000, id="deep"),
        "names: []\n",
    ],
)
def test_a_yaml_that_makes_no_sense_is_refused(content: str, tmp_path: Path) -> None:
    write_yolo_photos(tmp_path)
    put(tmp_path / "data.yaml", content)
    with pytest.raises(DatasetError, match=r"data\.yaml|no usable"):
        open_dataset(tmp_path, format_name="yolo", size=96)


def test_two_descriptions_are_refused_unless_one_is_called_data(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "other.yaml", "train: images\nnames: [dog, cat]\n")
    assert read(tmp_path).labels == ("cat", "dog")
    (tmp_path / "data.yaml").rename(tmp_path / "animals.yaml")
    with pytest.raises(DatasetError, match=r"animals\.yaml, other\.yaml"):
        read(tmp_path)


def test_names_in_capitals_are_found(tmp_path: Path) -> None:
    put(tmp_path / "Images" / "ONE.JPG", ONE.jpeg)
    put(tmp_path / "Labels" / "one.TXT", yolo_lines(ONE))
    put(tmp_path / "data.yaml", "train: images\nnames: [cat, dog]\n")
    assert len(read(tmp_path).photos[0].boxes) == 2
