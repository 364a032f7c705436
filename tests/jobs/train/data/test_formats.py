from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import DatasetError
from jobs.train.data.format_names import FORMAT_NAMES
from jobs.train.data.formats import FORMATS, detect_format
from jobs.train.data.photos import Annotations
from jobs.train.data.readers import coco, csv_boxes, voc
from jobs.train.data.readers.yolo import reader as yolo
from jobs.train.data.source import Source, open_source
from tests.jobs.train.data.writing import (
    SAMPLES,
    WRITERS,
    contents,
    put,
    put_json,
    source_that_refuses,
    write_voc,
    write_yolo_photos,
)

READERS = {"voc": voc.read, "coco": coco.read, "yolo": yolo.read, "csv": csv_boxes.read}


@pytest.mark.parametrize("name", WRITERS)
def test_what_lies_beside_the_annotations_does_not_confuse(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path)
    put(tmp_path / "README.txt", "100 0.5 photos\n")
    put(tmp_path / "notes.json", '{"categories": [], "info": {}}')
    put(tmp_path / "project.xml", "<project/>")
    put(tmp_path / "settings.yaml", "threads: 3\n")
    put(tmp_path / "results.csv", "epoch,loss\n1,2\n")
    assert detect_format(open_source(tmp_path)).name == name


def test_empty_texts_are_negatives_where_the_classes_are_named(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", SAMPLES[0].jpeg)
    put(tmp_path / "one.txt", "")
    with pytest.raises(DatasetError, match="no annotations found"):
        detect_format(open_source(tmp_path))
    put(tmp_path / "classes.txt", "cat\n")
    assert detect_format(open_source(tmp_path)).name == "yolo"


def test_a_text_that_cannot_be_read_does_not_keep_the_others_from_being_looked_at(tmp_path: Path) -> None:
    write_yolo_photos(tmp_path)
    source = source_that_refuses(tmp_path, "labels/four.txt")
    assert source.files.index("labels/four.txt") < source.files.index("labels/one.txt")
    assert detect_format(source).name == "yolo"


def test_captions_beside_photos_are_no_boxes(tmp_path: Path) -> None:
    for sample in SAMPLES:
        put(tmp_path / f"{sample.stem}.jpg", sample.jpeg)
        put(tmp_path / f"{sample.stem}.txt", "a cat on a mat")
    with pytest.raises(DatasetError, match=r"4 of them photos by name \(4 \.jpg, 4 \.txt\)"):
        detect_format(open_source(tmp_path))


def test_every_annotation_unreadable_still_says_what_is_expected(tmp_path: Path) -> None:
    write_voc(tmp_path)
    for path in (tmp_path / "Annotations").iterdir():
        path.write_text("<annotation>")
    with pytest.raises(DatasetError, match="Expected is one of: Pascal VOC"):
        detect_format(open_source(tmp_path))


def test_yolo_and_coco_together_are_both_named(tmp_path: Path) -> None:
    write_yolo_photos(tmp_path)
    put_json(tmp_path / "annotations.json", {"images": [], "annotations": [], "categories": []})
    with pytest.raises(DatasetError, match=r"coco \(annotations\.json\), yolo \(labels/four\.txt\)"):
        detect_format(open_source(tmp_path))


@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_or_refuses_annotations_with_anything_in_them(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp(name)
    WRITERS[name](folder)
    good = contents(folder)
    texts = sorted(file for file in good if not file.endswith(".jpg"))

    @settings(max_examples=400, deadline=None)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        file = data.draw(st.sampled_from(texts))
        damaged = good | {file: data.draw(damage(good[file]))}
        source = Source("data", tuple(sorted(damaged)), damaged.__getitem__)
        for read in (READERS[name], lambda source: detect_format(source).read(source)):
            try:
                annotations = read(source)
            except DatasetError:
                continue
            assert isinstance(annotations, Annotations)

    holds()


def damage(content: bytes) -> st.SearchStrategy[bytes]:
    """The content cut short, or with a piece replaced by other bytes or by a piece of itself."""
    place = st.integers(0, len(content))
    pieces = st.binary(max_size=8) | st.sampled_from(
        [b"null", b"-1", b"1e999", b"nan", b"{}", b"[]", b'"', b"<a>", b"\n"]
    )
    replaced = st.builds(
        lambda a, b, piece: content[: min(a, b)] + piece + content[max(a, b) :], place, place, pieces
    )
    near = st.builds(
        lambda a, n, piece: content[:a] + piece + content[a + n :], place, st.integers(0, 4), pieces
    )
    return st.builds(lambda a: content[:a], place) | replaced | near


def test_the_command_line_names_every_format_that_is_read() -> None:
    assert tuple(FORMATS) == FORMAT_NAMES
