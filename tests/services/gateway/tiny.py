"""A tiny but real version: SavedModel and TFLite that look at a photo, written as training writes them.

The graph compares red and blue in the four quarters of the photo. A quarter that is clearly one of them is a
detection: class 0 for red, 1 for blue, its box the quarter, its score how clear it is.
"""

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tensorflow as tf
from google.protobuf.timestamp_pb2 import Timestamp

from detector.detections import MAX_DETECTIONS, OUTPUT_NAMES, SCORE_FLOOR
from detector.labels import write_labels
from detector.manifest import Artifact, Input, Manifest, Outputs, describe_file, write_manifest
from detector.store import MANIFEST, Channels
from jobs.release.registry import Registry, StagedVersion

LABELS = ("red", "blue")
QUARTERS = ((0.0, 0.0, 0.5, 0.5), (0.0, 0.5, 0.5, 1.0), (0.5, 0.0, 1.0, 0.5), (0.5, 0.5, 1.0, 1.0))


@dataclass(frozen=True, slots=True)
class TinyFiles:
    """A SavedModel's folder and the bytes of a TFLite file with the same graph."""

    saved_model: Path
    tflite: bytes


@cache
def tiny_files(size: int, *, score_scale: float = 1.0) -> TinyFiles:
    """Built once a process: TensorFlow takes seconds to start."""
    folder = Path(tempfile.mkdtemp(prefix="tiny-model-")) / "model"
    module = tf.Module()

    def detect(image: tf.Tensor) -> dict[str, tf.Tensor]:
        outputs = _quarters(tf.cast(image, tf.float32), size, score_scale)
        return dict(zip(OUTPUT_NAMES, outputs, strict=True))

    free = tf.TensorSpec((None, size, size, 3), tf.uint8, name="image")
    one = tf.TensorSpec((1, size, size, 3), tf.float32, name="image")
    function = tf.function(detect)
    batched = function.get_concrete_function(free)
    tf.saved_model.save(module, str(folder), signatures={"serving_default": batched})
    # By way of a second SavedModel, because only that keeps the names of the outputs.
    lite = folder.with_name("lite")
    tf.saved_model.save(
        module, str(lite), signatures={"serving_default": function.get_concrete_function(one)}
    )
    converter = tf.lite.TFLiteConverter.from_saved_model(str(lite))
    return TinyFiles(folder, converter.convert())


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


def publish_tiny(
    store: Registry,
    *,
    name: str = "detector",
    size: int = 64,
    score_scale: float = 1.0,
    threshold: float = 0.4,
) -> int:
    """Publish a tiny version as training does; returns its number."""
    files = tiny_files(size, score_scale=score_scale)
    with store.stage(name) as staged:
        (staged.artifacts / "tflite").mkdir(parents=True, exist_ok=True)
        (staged.artifacts / "report").mkdir(exist_ok=True)
        staged.eval.mkdir(parents=True, exist_ok=True)
        (staged.artifacts / "tflite" / "f32.tflite").write_bytes(files.tflite)
        (staged.artifacts / "report" / "index.html").write_text("<!doctype html>" + "<p>report</p>" * 500)
        _copy(files.saved_model, staged.model)
        write_labels(staged.artifacts / "labels.txt", LABELS)
        manifest = _manifest(staged, size=size, threshold=threshold)
        write_manifest(staged.artifacts / MANIFEST, manifest)
        return staged.publish()


def _copy(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file():
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())


def _manifest(staged: StagedVersion, *, size: int, threshold: float) -> Manifest:
    artifacts, model = staged.artifacts, staged.model
    saved = [path for path in sorted(model.rglob("*")) if path.is_file()]
    manifest = Manifest(
        schema="1.0",
        name=staged.name,
        version=staged.version,
        created=Timestamp(seconds=1_750_000_000),
        labels=LABELS,
        input=Input(width=size, height=size, dtype="uint8", range=[0, 255]),
        outputs=Outputs(saved_model=OUTPUT_NAMES, tflite=OUTPUT_NAMES),
        score_threshold=threshold,
    )
    lite = artifacts / "tflite" / "f32.tflite"
    manifest.artifacts.extend(
        [
            Artifact(kind="saved_model", files=[describe_file(path, root=model) for path in saved]),
            Artifact(kind="tflite_f32", files=[describe_file(lite, root=artifacts)], io_dtype="float32"),
        ]
    )
    return manifest


def move(store: Registry, *, stable: int, canary: int | None = None, name: str = "detector") -> None:
    """Point the channels, as a release does."""
    store.set_channels(name, Channels(stable, canary), action="test")
