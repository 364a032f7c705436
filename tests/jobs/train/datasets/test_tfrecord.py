from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from detector.errors import DatasetError
from jobs.train.datasets import tfrecord
from jobs.train.datasets.open import open_dataset
from jobs.train.datasets.problems import ProblemKind
from jobs.train.datasets.source import open_source
from tests.jobs.train.datasets.writing import HEIGHT, LABELS, SAMPLES, WIDTH, Labelled, put, write_voc, zipped


def bytes_feature(*values: bytes) -> Any:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))


def whole_feature(*values: int) -> Any:
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def float_feature(*values: float) -> Any:
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def features_of(sample: Labelled) -> dict[str, Any]:
    """The sample with the feature names of the TF Object Detection API."""
    return {
        "image/encoded": bytes_feature(sample.jpeg),
        "image/width": whole_feature(WIDTH),
        "image/height": whole_feature(HEIGHT),
        "image/object/bbox/xmin": float_feature(*(box[1] / WIDTH for box in sample.boxes)),
        "image/object/bbox/ymin": float_feature(*(box[2] / HEIGHT for box in sample.boxes)),
        "image/object/bbox/xmax": float_feature(*(box[3] / WIDTH for box in sample.boxes)),
        "image/object/bbox/ymax": float_feature(*(box[4] / HEIGHT for box in sample.boxes)),
        "image/object/class/text": bytes_feature(*(box[0].encode() for box in sample.boxes)),
        "image/object/class/label": whole_feature(*(1 + LABELS.index(box[0]) for box in sample.boxes)),
    }


def write_records(path: Path, records: Sequence[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for features in records:
            writer.write(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())


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
