"""TFRecord files as the TF Object Detection API writes them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from tests.jobs.train.data.writing import HEIGHT, LABELS, SAMPLES, WIDTH, Labelled


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


def write_tfrecord(root: Path) -> None:
    write_records(root / "data.tfrecord", [features_of(sample) for sample in SAMPLES])
