"""Requests that TensorFlow Serving replays when it loads a version, so that the first real one is fast."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from detector.store.layout import WARMUP_REQUESTS
from jobs.train.export.saved_model import BYTES_SIGNATURE, IMAGE_SIGNATURE
from jobs.train.quiet_tensorflow import quiet_conversion

_SEED = 0


def write_warmup(model_folder: Path, *, name: str, version: int, size: int) -> None:
    """Write the warm-up records beside a SavedModel: one photo as pixels, as JPEG and as PNG.

    A few records only: the server answers nothing from the new version until it has replayed them all.
    """
    path = model_folder / WARMUP_REQUESTS
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as records:
        for record in _records(name=name, version=version, size=size):
            records.write(record.SerializeToString())


def _records(*, name: str, version: int, size: int) -> Iterator[Any]:
    picture = np.random.default_rng(_SEED).integers(0, 256, (size, size, 3), np.uint8)
    yield _predict(IMAGE_SIGNATURE, "image", picture[None], name=name, version=version)
    for encoding in ("JPEG", "PNG"):
        content = io.BytesIO()
        Image.fromarray(picture).save(content, encoding)
        strings = np.asarray([content.getvalue()], object)
        yield _predict(BYTES_SIGNATURE, "image_bytes", strings, name=name, version=version)


def _predict(signature: str, tensor: str, value: Any, *, name: str, version: int) -> Any:
    with quiet_conversion("Loading TensorFlow Serving's messages"):
        from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.version.value = version
    request.model_spec.signature_name = signature
    request.inputs[tensor].CopyFrom(tf.make_tensor_proto(value))
    return prediction_log_pb2.PredictionLog(predict_log=prediction_log_pb2.PredictLog(request=request))
