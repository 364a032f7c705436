"""A tiny but real version: SavedModel and TFLite that look at a photo, written as training writes them.

The graph (tiny_graph.py) compares red and blue in the four quarters of the photo. A quarter that is clearly one of them
is a detection: class 0 for red, 1 for blue, its box the quarter, its score how clear it is.
"""

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from google.protobuf.timestamp_pb2 import Timestamp

from detector.detections import OUTPUT_NAMES
from detector.labels import write_labels
from detector.manifest import Artifact, Input, Manifest, Outputs, describe_file, write_manifest
from detector.store import MANIFEST, Channels
from jobs.registry import Registry, StagedVersion

KEPT = Path(__file__).with_name("tiny_models")
LABELS = ("red", "blue")
QUARTERS = ((0.0, 0.0, 0.5, 0.5), (0.0, 0.5, 0.5, 1.0), (0.5, 0.0, 1.0, 0.5), (0.5, 0.5, 1.0, 1.0))


@dataclass(frozen=True, slots=True)
class TinyFiles:
    """A SavedModel's folder and the bytes of a TFLite file with the same graph."""

    saved_model: Path
    tflite: bytes


@cache
def tiny_files(size: int, *, score_scale: float = 1.0) -> TinyFiles:
    """Those that are kept with the tests, or else new ones, which take TensorFlow and its seconds to start."""
    kept = kept_folder(size, score_scale)
    if kept.is_dir():
        return TinyFiles(kept / "saved_model", (kept / "f32.tflite").read_bytes())
    from tests.services.gateway.tiny_graph import build_tiny

    return build_tiny(Path(tempfile.mkdtemp(prefix="tiny-model-")), size, score_scale)


def kept_folder(size: int, score_scale: float) -> Path:
    """Where a tiny model is kept in git, so that most tests of the gateway need no TensorFlow."""
    return KEPT / f"{size}-pixels-scale-{score_scale}"


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
