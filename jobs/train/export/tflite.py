"""The detector as TFLite files of built-in ops: float32, float16 weights, int8."""

import tempfile
from pathlib import Path

import tensorflow as tf

from detector.detections import OUTPUT_NAMES
from detector.errors import ExportError
from jobs.train.export.graph import DetectionGraph
from jobs.train.quiet_tensorflow import quiet_conversion


def convert_float32(graph: DetectionGraph) -> bytes:
    """A .tflite file, float32 `[1, S, S, 3]` of 0..255 in, the four outputs by name out; `graph` has batch 1.

    Raises:
        ExportError: the converter refused the graph.
    """
    return _convert(graph, float16=False)


def convert_float16(graph: DetectionGraph) -> bytes:
    """The same with weights stored as float16, about half the size; inputs and outputs stay float32."""
    return _convert(graph, float16=True)


def _convert(graph: DetectionGraph, *, float16: bool) -> bytes:
    with tempfile.TemporaryDirectory(prefix="tflite-") as scratch, quiet_conversion("Converting to TFLite"):
        _save_with_fixed_batch(graph, Path(scratch))
        converter = tf.lite.TFLiteConverter.from_saved_model(scratch, signature_keys=["serving_default"])
        if float16:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]
        content = converter.convert()
    if not isinstance(content, bytes):
        raise ExportError("The TFLite converter gave no file; nothing was published.")
    return content


def _save_with_fixed_batch(graph: DetectionGraph, folder: Path) -> None:
    """Through a SavedModel, because only from there the file gets a signature with the outputs' names."""

    def detect(image: tf.Tensor) -> dict[str, tf.Tensor]:
        return dict(zip(OUTPUT_NAMES, graph.function(image), strict=True))

    image = tf.TensorSpec((1, graph.size, graph.size, 3), tf.float32, name="image")
    concrete = tf.function(detect).get_concrete_function(image)
    tf.saved_model.save(tf.Module(), str(folder), signatures=concrete)
