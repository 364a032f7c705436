from pathlib import Path

import pytest

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.problems import ProblemKind, faults
from jobs.train.data.readers.yolo.config import YoloConfig, find_config
from jobs.train.data.source import open_source
from tests.jobs.train.data.writing import put, write_yolo, write_yolo_photos


def config(folder: Path) -> YoloConfig:
    return find_config(open_source(folder))


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        ("[off, on]", ("off", "on")),
        ("\n  0: yes\n  1: no", ("yes", "no")),
        ("[007, 010]", ("007", "010")),
        ("[1.10, 1e3]", ("1.10", "1e3")),
        ("\n- ~\n- null", ("~", "null")),
        ("{0: 2024-01-01, 1: 12:30}", ("2024-01-01", "12:30")),
        ("['on', \"off\"]", ("on", "off")),
    ],
)
def test_class_names_are_the_text_as_written(names: str, labels: tuple[str, ...], tmp_path: Path) -> None:
    write_yolo(tmp_path)
    put(tmp_path / "data.yaml", f"train: images\nnc: 2\nnames: {names}\n")
    dataset, report = open_dataset(tmp_path, size=96)
    assert dataset.labels == labels
    assert faults(report.problems) == ()


def test_names_of_folders_are_text_as_well(tmp_path: Path) -> None:
    put(tmp_path / "data.yaml", "path: no\ntrain: off\nval: 007\ntest: ~\nnames: [cat]\n")
    found = config(tmp_path)
    assert (found.root, found.parts) == ("no", {"train": ("off",), "val": ("007",)})


@pytest.mark.parametrize("count", ["3", "1", "two", "[2]", "1.5"])
def test_a_count_of_classes_that_is_not_theirs_is_a_fault(count: str, tmp_path: Path) -> None:
    put(tmp_path / "data.yaml", f"nc: {count}\nnames: [cat, dog]\n")
    assert [(p.file, p.kind) for p in faults(config(tmp_path).problems)] == [
        ("data.yaml", ProblemKind.CLASS_NAMES)
    ]


@pytest.mark.parametrize(
    "described", ["nc: 2\nnames: [cat, dog]", "nc:\nnames: [cat]", "nc: 1\nnames: ['', cat]"]
)
def test_a_count_of_classes_that_is_theirs_is_none(described: str, tmp_path: Path) -> None:
    put(tmp_path / "data.yaml", described)
    assert config(tmp_path).problems == ()


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ("names: [cat, {dog: brown}]", "an entry that is no name"),
        ("names: {0: cat, 00: dog}", "a class number twice"),
        ("names: {0: cat, 0: dog}", "the key '0' twice"),
        ("names: {0x1: cat}", "a key that is not a class number"),
        ("names: [cat, dog", "not YAML"),
        ("names: [cat]\nkpt_shape: 17", "'kpt_shape' must be"),
        ("names: [cat]\nkpt_shape: [a, b]", "'kpt_shape' must be"),
    ],
)
def test_a_description_that_cannot_be_read_is_refused_with_its_name(
    described: str, message: str, tmp_path: Path
) -> None:
    put(tmp_path / "data.yaml", described)
    put(tmp_path / "classes.txt", "dog\ncat\n")
    with pytest.raises(DatasetError, match=f"data.yaml: .*{message}"):
        config(tmp_path)


@pytest.mark.parametrize("file", ["classes.txt", "obj.names", "labels.txt", "data.yaml"])
@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        ("кот\nпёс\n", "cp1251"),
        ("猫\n狗\n", "gbk"),
        ("ネコ\nイヌ\n", "shift_jis"),
        ("kočka\npes\n", "cp1250"),
    ],
)
def test_names_in_an_encoding_that_does_not_show_are_refused(
    names: str, encoding: str, file: str, tmp_path: Path
) -> None:
    write_yolo_photos(tmp_path)
    content = f"names: [{', '.join(names.split())}]\n" if file == "data.yaml" else names
    put(tmp_path / file, content.encode(encoding))
    with pytest.raises(DatasetError, match=rf"{file}: .*as UTF-8"):
        open_dataset(tmp_path, size=96)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("file", ["classes.txt", "data.yaml"])
def test_names_in_unicode_are_read_however_it_is_written(encoding: str, file: str, tmp_path: Path) -> None:
    write_yolo_photos(tmp_path)
    content = "names: [кот, 犬]\n" if file == "data.yaml" else "кот\n犬\n"
    put(tmp_path / file, content.encode(encoding))
    dataset, report = open_dataset(tmp_path, size=96)
    assert dataset.labels == ("кот", "犬")
    assert faults(report.problems) == ()


def test_western_names_are_read_with_a_remark(tmp_path: Path) -> None:
    put(tmp_path / "classes.txt", "Küche\nTür\n".encode("cp1252"))
    found = config(tmp_path)
    assert found.names == ("Küche", "Tür")
    assert [(p.file, p.kind) for p in found.problems] == [("classes.txt", ProblemKind.ASSUMED_ENCODING)]


@pytest.mark.parametrize("first", ["data.yaml", "classes.txt"])
def test_lists_that_name_the_same_number_otherwise_are_a_fault(first: str, tmp_path: Path) -> None:
    put(tmp_path / first, "names: [cat, dog]" if first == "data.yaml" else "cat\ndog\n")
    put(tmp_path / "val" / "labels" / "classes.txt", "dog\ncat\n")
    put(tmp_path / "train" / "labels" / "classes.txt", "cat\ndog\nbird\n")
    found = config(tmp_path)
    assert found.names == ("cat", "dog")
    assert [(p.file, p.kind) for p in faults(found.problems)] == [
        ("val/labels/classes.txt", ProblemKind.CLASS_NAMES)
    ]
