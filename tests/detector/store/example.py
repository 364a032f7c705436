"""A small version for tests: real files with a true manifest, in place of a trained model."""

from datetime import UTC, datetime
from pathlib import Path

from google.protobuf.timestamp_pb2 import Timestamp

from detector.detections import OUTPUT_NAMES
from detector.labels import write_labels
from detector.manifest import (
    SCHEMA,
    Artifact,
    File,
    Input,
    Manifest,
    Metrics,
    Outputs,
    describe_file,
    write_manifest,
)
from detector.store import MANIFEST
from jobs.registry import Registry, StagedVersion

LABELS = ("raccoon", "kangaroo")


def fill(staged: StagedVersion) -> None:
    """Write a complete, valid version into the folders of `staged`."""
    fill_folders(
        staged.name, staged.version, artifacts=staged.artifacts, model=staged.model, held_out=staged.eval
    )


def fill_folders(name: str, version: int, *, artifacts: Path, model: Path, held_out: Path) -> None:
    saved_model = [
        write_file(model, "saved_model.pb", b"graph of %d" % version),
        write_file(model, "variables/variables.index", b"weights"),
    ]
    tflite = [write_file(artifacts, "tflite/f32.tflite", b"TFL3 %d" % version)]
    manifest = example_manifest(name, version, saved_model=saved_model, tflite=tflite)
    write_labels(artifacts / "labels.txt", LABELS)
    write_file(held_out, "photo.jpg", b"photo")
    write_manifest(artifacts / MANIFEST, manifest)


def publish(store: Registry, name: str = "detector") -> int:
    """Publish one more example version and return its number."""
    with store.stage(name) as staged:
        fill(staged)
        return staged.publish()


def example_manifest(name: str, version: int, *, saved_model: list[File], tflite: list[File]) -> Manifest:
    created = Timestamp()
    created.FromDatetime(datetime(2024, 5, 17, 12, 30, tzinfo=UTC))
    return Manifest(
        schema=SCHEMA,
        name=name,
        version=version,
        created=created,
        labels=LABELS,
        input=Input(width=224, height=224, dtype="uint8", range=[0.0, 255.0]),
        outputs=Outputs(saved_model=OUTPUT_NAMES, tflite=OUTPUT_NAMES),
        score_threshold=0.4,
        metrics=Metrics(ap50=0.9, photos=7),
        artifacts=[
            Artifact(kind="saved_model", files=saved_model, ap50=0.9),
            Artifact(kind="tflite_f32", files=tflite, ap50=0.9, parity_max_box=1e-6, parity_max_score=1e-6),
        ],
    )


def write_file(root: Path, path: str, content: bytes) -> File:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return describe_file(target, root=root)
