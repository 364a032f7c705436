"""Builds the tiny models; `python -m tests.services.gateway.tiny_graph` writes those that are kept in git."""

import shutil
import tempfile
from pathlib import Path

import tensorflow as tf

from detector.detections import MAX_DETECTIONS, OUTPUT_NAMES, SCORE_FLOOR
from tests.services.gateway.tiny import KEPT, QUARTERS, TinyFiles, kept_folder

KEPT_MODELS = ((64, 1.0), (64, 0.5))
"""Size and scale of the scores."""


def build_tiny(folder: Path, size: int, score_scale: float) -> TinyFiles:
    """Write the SavedModel below `folder` and convert it to TFLite."""
    module = tf.Module()

    def detect(image: tf.Tensor) -> dict[str, tf.Tensor]:
        outputs = _quarters(tf.cast(image, tf.float32), size, score_scale)
        return dict(zip(OUTPUT_NAMES, outputs, strict=True))

    free = tf.TensorSpec((None, size, size, 3), tf.uint8, name="image")
    one = tf.TensorSpec((1, size, size, 3), tf.float32, name="image")
    function = tf.function(detect)
    batched = function.get_concrete_function(free)
    tf.saved_model.save(module, str(folder / "model"), signatures={"serving_default": batched})
    # By way of a second SavedModel, because only that keeps the names of the outputs.
    lite = folder / "lite"
    tf.saved_model.save(
        module, str(lite), signatures={"serving_default": function.get_concrete_function(one)}
    )
    converter = tf.lite.TFLiteConverter.from_saved_model(str(lite))
    return TinyFiles(folder / "model", converter.convert())


def _quarters(image: tf.Tensor, size: int, score_scale: float) -> tuple[tf.Tensor, ...]:
    means = tf.reshape(tf.nn.avg_pool2d(image, size // 2, size // 2, "VALID"), (-1, 4, 3))
    redness = (means[..., 0] - means[..., 2]) / 255.0
    strength = tf.abs(redness) * score_scale
    scores, order = tf.math.top_k(strength, 4)
    valid = tf.cast(scores >= SCORE_FLOOR, tf.float32)
    boxes = tf.gather(tf.constant(QUARTERS), order) * valid[..., None]
    classes = tf.cast(tf.gather(redness, order, batch_dims=1) < 0.0, tf.float32) * valid
    spare = MAX_DETECTIONS - 4
    return (
        tf.pad(boxes, [[0, 0], [0, spare], [0, 0]]),
        tf.pad(classes, [[0, 0], [0, spare]]),
        tf.pad(scores * valid, [[0, 0], [0, spare]]),
        tf.reduce_sum(valid, axis=1),
    )


def main() -> None:
    """Write every kept model anew."""
    shutil.rmtree(KEPT, ignore_errors=True)
    for size, score_scale in KEPT_MODELS:
        with tempfile.TemporaryDirectory() as folder:
            files = build_tiny(Path(folder), size, score_scale)
            kept = kept_folder(size, score_scale)
            shutil.copytree(files.saved_model, kept / "saved_model")
            (kept / "f32.tflite").write_bytes(files.tflite)


if __name__ == "__main__":
    main()
