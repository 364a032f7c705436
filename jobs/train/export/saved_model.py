"""The SavedModel for TensorFlow Serving: two signatures over one frozen graph, free in the batch."""

from pathlib import Path
from typing import Any

import tensorflow as tf

from detector.detections import OUTPUT_NAMES
from jobs.train.export.graph import DetectionGraph
from jobs.train.quiet_tensorflow import quiet_conversion

IMAGE_SIGNATURE = "serving_default"
BYTES_SIGNATURE = "serving_bytes"


def write_saved_model(graph: DetectionGraph, folder: Path) -> None:
    """Write a SavedModel that needs no code of this project to load.

    `serving_default` takes `image`, uint8 `[B, S, S, 3]`, RGB; `serving_bytes` takes `image_bytes`, strings
    `[B]` that are JPEG or PNG files (EXIF is not read). Both answer the four outputs of the contract.

    Raises:
        ExportError: TensorFlow refused to write it.
    """
    module = tf.Module()
    size = graph.size

    def detect(image: tf.Tensor) -> dict[str, tf.Tensor]:
        outputs = graph.function(tf.cast(image, tf.float32))
        return dict(zip(OUTPUT_NAMES, outputs, strict=True))

    def detect_bytes(image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        picture = tf.TensorSpec((size, size, 3), tf.uint8)
        return detect(
            tf.map_fn(
                lambda content: decode_and_resize(content, size), image_bytes, fn_output_signature=picture
            )
        )

    image = tf.TensorSpec((None, size, size, 3), tf.uint8, name="image")
    content = tf.TensorSpec((None,), tf.string, name="image_bytes")
    with quiet_conversion("Writing the SavedModel"):
        signatures: dict[str, Any] = {
            IMAGE_SIGNATURE: tf.function(detect).get_concrete_function(image),
            BYTES_SIGNATURE: tf.function(detect_bytes).get_concrete_function(content),
        }
        tf.saved_model.save(module, str(folder), signatures=signatures)


def decode_and_resize(content: tf.Tensor, size: int) -> tf.Tensor:
    """One JPEG or PNG as uint8 `[S, S, 3]`, resized as Pillow's BILINEAR does (antialiased, rounded)."""
    picture = tf.io.decode_image(content, channels=3, expand_animations=False)
    resized = tf.image.resize(picture, (size, size), method="bilinear", antialias=True)
    return tf.saturate_cast(tf.round(resized), tf.uint8)
