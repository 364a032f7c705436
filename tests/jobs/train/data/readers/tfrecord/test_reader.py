import gzip
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import DatasetError
from jobs.train.data.open import open_dataset
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.tfrecord import reader as tfrecord
from jobs.train.data.readers.tfrecord.record_file import DamagedRecordError, records
from jobs.train.data.source import open_source
from tests.jobs.train.data.records import (
    bytes_feature,
    features_of,
    float_feature,
    whole_feature,
    write_records,
)
from tests.jobs.train.data.writing import SAMPLES, Labelled, put, write_voc, zipped


def test_records_give_the_same_photos_and_boxes_as_other_formats(tmp_path: Path) -> None:
    write_voc(tmp_path / "voc")
    _, expected = open_dataset(tmp_path / "voc", size=96)
    folder = tmp_path / "records"
    write_records(folder / "train.tfrecord-00000-of-00002", [features_of(sample) for sample in SAMPLES[:2]])
    write_records(folder / "val.record", [features_of(sample) for sample in SAMPLES[2:]])
    for path in (folder, zipped(folder)):
        dataset, report = open_dataset(path, size=96)
        assert (report.format, report.fingerprint) == ("tfrecord", expected.fingerprint)
        assert report.problems == ()
        assert dict(report.sides) == {"train": 2, "val": 2}
        assert dataset.photos[0].name == "train.tfrecord-00000-of-00002#1"


def test_bad_records_are_reported_and_the_others_used(tmp_path: Path) -> None:
    uneven = features_of(SAMPLES[0]) | {"image/object/bbox/xmin": float_feature(0.1)}
    crowd = features_of(SAMPLES[0]) | {"image/object/is_crowd": whole_feature(1, 0)}
    empty: dict[str, Any] = {}
    good = [features_of(sample) for sample in SAMPLES[1:]]
    write_records(tmp_path / "data.tfrecord", [uneven, empty, crowd, *good])
    _, report = open_dataset(tmp_path, size=96)
    assert [problem.kind for problem in report.problems] == [
        ProblemKind.UNREADABLE_ANNOTATION,
        ProblemKind.MISSING_PHOTO,
        ProblemKind.CROWD_BOX,
    ]
    assert report.photos == 4


@pytest.mark.parametrize("flags", [bytes_feature(b"1", b"0"), float_feature(1, 0), whole_feature(1, 0)])
@pytest.mark.parametrize("feature", ["is_crowd", "group_of"])
def test_crowds_are_left_out_however_the_flag_is_written(feature: str, flags: Any, tmp_path: Path) -> None:
    write_records(tmp_path / "data.tfrecord", [features_of(SAMPLES[0]) | {f"image/object/{feature}": flags}])
    (photo,) = tfrecord.read(open_source(tmp_path)).photos
    assert ([box.label for box in photo.boxes], photo.left_out) == (["dog"], 1)


@pytest.mark.parametrize("flags", [bytes_feature(b"maybe", b"0"), whole_feature(1), whole_feature(2, 0)])
def test_a_record_whose_crowds_cannot_be_told_is_left_out(flags: Any, tmp_path: Path) -> None:
    write_records(tmp_path / "data.tfrecord", [features_of(SAMPLES[0]) | {"image/object/is_crowd": flags}])
    found = tfrecord.read(open_source(tmp_path))
    assert found.photos == ()
    assert [p.kind for p in found.problems] == [ProblemKind.UNREADABLE_ANNOTATION]


def test_edges_in_pixels_are_reported_and_not_clipped_to_the_photo(tmp_path: Path) -> None:
    pixels = {f"image/object/bbox/{edge}": float_feature(value) for edge, value in
              zip(("xmin", "ymin", "xmax", "ymax"), (0, 0, 150, 80), strict=True)}  # fmt: skip
    write_records(tmp_path / "data.tfrecord", [features_of(SAMPLES[1]) | pixels, *map(features_of, SAMPLES)])
    _, report = open_dataset(tmp_path, size=96)
    assert ("data.tfrecord#1", ProblemKind.INVALID_BOX) in [(p.file, p.kind) for p in report.problems]


def test_a_class_in_an_encoding_that_does_not_show_is_reported(tmp_path: Path) -> None:
    labels = {"image/object/class/text": bytes_feature("кот".encode("cp1251"), b"dog")}
    write_records(tmp_path / "data.tfrecord", [features_of(SAMPLES[0]) | labels])
    found = tfrecord.read(open_source(tmp_path))
    assert found.photos == ()
    assert [(p.file, p.kind) for p in found.problems] == [
        ("data.tfrecord#1", ProblemKind.UNREADABLE_ANNOTATION)
    ]


def test_numbers_written_as_text_are_reported_with_their_record(tmp_path: Path) -> None:
    wrong = features_of(SAMPLES[1]) | {
        "image/object/bbox/xmin": bytes_feature(b"left"),
        "image/object/class/label": bytes_feature(b"first"),
    }
    write_records(tmp_path / "data.tfrecord", [wrong, features_of(SAMPLES[0])])
    _, report = open_dataset(tmp_path, size=96)
    assert ("data.tfrecord#1", ProblemKind.INVALID_BOX) in [(p.file, p.kind) for p in report.problems]
    assert report.photos == 1


def test_a_record_file_cut_short_is_used_up_to_there_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "data.tfrecord"
    write_records(path, [features_of(sample) for sample in SAMPLES])
    path.write_bytes(path.read_bytes()[:-100])
    _, report = open_dataset(tmp_path, size=96)
    assert report.photos == 3
    assert [(p.file, p.kind) for p in report.problems] == [
        ("data.tfrecord", ProblemKind.UNREADABLE_ANNOTATION)
    ]


@pytest.mark.parametrize("content", [b"not records at all", bytes(100)])
def test_what_holds_no_records_is_refused(content: bytes, tmp_path: Path) -> None:
    put(tmp_path / "data.tfrecord", content)
    with pytest.raises(
        DatasetError,
        match=r"no usable photo in it\.\n  data\.tfrecord: damaged "
        "after record 0",
    ):
        open_dataset(tmp_path, size=96)


def numbered(sample: Labelled) -> dict[str, Any]:
    """The sample's features with the numbers of its classes alone."""
    return {name: value for name, value in features_of(sample).items() if name != "image/object/class/text"}


LABEL_MAP = """# written by hand
item {
  name: 'cat'  # the first
  id: 1
  keypoints { id: 7 label: "nose" }
}
item { id: 2, name: "/m/0bt9lr", display_name: "dog" }
"""


def test_numbers_are_named_by_the_label_map(tmp_path: Path) -> None:
    write_voc(tmp_path / "voc")
    _, expected = open_dataset(tmp_path / "voc", size=96)
    write_records(tmp_path / "records" / "data.tfrecord", [numbered(sample) for sample in SAMPLES])
    put(tmp_path / "records" / "label_map.pbtxt", LABEL_MAP)
    put(tmp_path / "records" / "graph.pbtxt", 'node { name: "image" }')
    dataset, report = open_dataset(tmp_path / "records", size=96)
    assert dataset.labels == ("cat", "dog")
    assert report.fingerprint == expected.fingerprint
    assert report.problems == ()


@pytest.mark.parametrize("label_map", ["", "item { id: 1 name: 'cat' }"])
def test_numbers_that_no_label_map_names_are_faults_and_no_negatives(label_map: str, tmp_path: Path) -> None:
    write_records(tmp_path / "data.tfrecord", [numbered(sample) for sample in SAMPLES])
    put(tmp_path / "label_map.pbtxt", label_map)
    found = tfrecord.read(open_source(tmp_path))
    assert {problem.kind for problem in found.problems} == {ProblemKind.UNKNOWN_CLASS}
    assert "label map" in found.problems[0].message
    assert len(found.photos) == (2 if label_map else 1)


@pytest.mark.parametrize(
    "content",
    ["item { id: 1", "item { name: 'cat' }", "item { id: one name: 'cat' }", "item { id: 1 } }"],
)
def test_a_label_map_that_makes_no_sense_is_refused(content: str, tmp_path: Path) -> None:
    write_records(tmp_path / "data.tfrecord", [numbered(sample) for sample in SAMPLES])
    put(tmp_path / "label_map.pbtxt", content)
    with pytest.raises(DatasetError, match=r"label_map\.pbtxt"):
        tfrecord.read(open_source(tmp_path))


def test_label_maps_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    write_records(tmp_path / "data.tfrecord", [numbered(sample) for sample in SAMPLES])
    put(tmp_path / "a.pbtxt", "item { id: 1 name: 'cat' }")
    put(tmp_path / "b.pbtxt", "item { id: 1 name: 'dog' }")
    with pytest.raises(DatasetError, match=r"class 1 is 'cat' in a\.pbtxt and 'dog' in b\.pbtxt"):
        tfrecord.read(open_source(tmp_path))


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    write_records(tmp_path / "plain.tfrecord", [features_of(sample) for sample in SAMPLES])
    content = (tmp_path / "plain.tfrecord").read_bytes()
    (tmp_path / "plain.tfrecord").unlink()
    put(tmp_path / "data.tfrecord", gzip.compress(content))
    assert len(tfrecord.read(open_source(tmp_path)).photos) == len(SAMPLES)


def test_what_unpacks_to_more_than_the_limit_is_damaged() -> None:
    with pytest.raises(DamagedRecordError, match="unpacks to more"):
        list(records(gzip.compress(bytes(2_000_000)), max_bytes=1_000_000))


@settings(max_examples=200)
@given(st.data())
def test_a_record_file_with_any_byte_changed_gives_its_records_or_says_where_it_is_damaged(
    data: st.DataObject,
) -> None:
    content = two_records()
    at = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DamagedRecordError):
        list(records(bytes(changed), max_bytes=1_000_000))


@cache
def two_records() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data.tfrecord")
        with tf.io.TFRecordWriter(str(path)) as writer:
            writer.write(b"first")
            writer.write(bytes(range(256)))
        content = path.read_bytes()
    assert list(records(content, max_bytes=1_000_000)) == [b"first", bytes(range(256))]
    return content
