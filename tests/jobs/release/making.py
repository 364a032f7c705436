"""Versions to release: the tiny graph with held-out photos, warm-up requests and numbers, as training leaves them."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from google.protobuf.timestamp_pb2 import Timestamp

from detector.boxes import Box
from detector.detections import OUTPUT_NAMES, GroundTruth
from detector.images import Pixels
from detector.labels import write_labels
from detector.manifest import (
    SCHEMA,
    Artifact,
    Input,
    Manifest,
    Metrics,
    Outputs,
    describe_file,
    write_manifest,
)
from detector.store import MANIFEST
from detector.store.layout import WARMUP_REQUESTS
from jobs.registry import Registry, StagedVersion
from jobs.train.data.photos import LabelledPhoto
from jobs.train.data.split.look_alikes import make_thumbnail
from jobs.train.report.held_out import write_eval
from tests.services.gateway.tiny import LABELS, QUARTERS, tiny_files

NAME = "detector"
SIDE = 96
GREY = 128


@dataclass(frozen=True, slots=True)
class Making:
    """How a version is made. A `score_scale` below 0 finds nothing, one of 0.05 misses what is pale."""

    size: int = 64
    score_scale: float = 1.0
    threshold: float = 0.4
    labels: tuple[str, ...] = LABELS
    clear_photos: int = 12
    pale_photos: int = 0
    empty_photos: int = 8
    warmup: bool = True
    parity_box: float | None = 1e-6
    kinds: tuple[str, ...] = ("tflite_f32",)
    tflite: bytes | None = None
    saved_model: bytes | None = None
    saved_model_size: int | None = None
    ballast_bytes: int = 0


def publish(store: Registry, making: Making | None = None, *, name: str = NAME) -> int:
    """Publish a version as training does; returns its number."""
    made = making or Making()
    with store.stage(name) as staged:
        fill(staged, made)
        return staged.publish()


def fill(staged: StagedVersion, making: Making) -> None:
    """Write everything but the publication."""
    files = tiny_files(making.size, score_scale=making.score_scale)
    other = tiny_files(making.saved_model_size or making.size, score_scale=making.score_scale)
    shutil.copytree(other.saved_model, staged.model, dirs_exist_ok=True)
    if making.saved_model is not None:
        (staged.model / "saved_model.pb").write_bytes(making.saved_model)
    if making.warmup:
        path = staged.model / WARMUP_REQUESTS
        path.parent.mkdir()
        path.write_bytes(b"records that the stand-in does not read")
    (staged.artifacts / "tflite").mkdir()
    for kind in making.kinds:
        content = files.tflite if making.tflite is None else making.tflite
        (staged.artifacts / tflite_path(kind)).write_bytes(content + bytes(making.ballast_bytes))
    (staged.artifacts / "report").mkdir()
    (staged.artifacts / "report" / "index.html").write_text("<!doctype html>")
    write_labels(staged.artifacts / "labels.txt", making.labels)
    write_eval(staged.eval, held_out(making), making.labels)
    write_manifest(staged.artifacts / MANIFEST, _manifest(staged, making))


def tflite_path(kind: str) -> str:
    return f"tflite/{kind.removeprefix('tflite_')}.tflite"


def held_out(making: Making) -> Sequence[LabelledPhoto]:
    """Photos with one object each, clear or pale, and grey ones without."""
    strengths = [120] * making.clear_photos + [20] * making.pale_photos + [0] * making.empty_photos
    return [_photo(index, strength) for index, strength in enumerate(strengths)]


def _photo(index: int, strength: int) -> LabelledPhoto:
    """Red or blue of some strength in one quarter of a grey picture."""
    pixels = np.full((SIDE, SIDE, 3), GREY, np.uint8)
    class_id, quarter = index % 2, QUARTERS[index % 4]
    box = Box(*quarter)
    if strength:
        _paint(pixels, box, class_id, strength)
    truth = (GroundTruth(class_id, box),) if strength else ()
    return LabelledPhoto(f"{index}.jpg", "0" * 64, make_thumbnail(pixels), pixels, truth)


def _paint(pixels: Pixels, box: Box, class_id: int, strength: int) -> None:
    ymin, xmin, ymax, xmax = (round(edge) for edge in box.to_pixels(width=SIDE, height=SIDE))
    colour = (GREY + strength, GREY, GREY - strength)
    pixels[ymin:ymax, xmin:xmax] = colour if class_id == 0 else colour[::-1]


def _manifest(staged: StagedVersion, making: Making) -> Manifest:
    model = [path for path in sorted(staged.model.rglob("*")) if path.is_file()]
    lite = [
        Artifact(
            kind=kind,
            files=[describe_file(staged.artifacts / tflite_path(kind), root=staged.artifacts)],
            ap50=0.9,
            parity_max_box=making.parity_box,
            parity_max_score=making.parity_box,
            io_dtype="float32",
        )
        for kind in making.kinds
    ]
    saved = Artifact(kind="saved_model", files=[describe_file(path, root=staged.model) for path in model])
    return Manifest(
        schema=SCHEMA,
        name=staged.name,
        version=staged.version,
        created=Timestamp(seconds=1_750_000_000 + staged.version),
        labels=making.labels,
        input=Input(width=making.size, height=making.size, dtype="uint8", range=[0.0, 255.0]),
        outputs=Outputs(saved_model=OUTPUT_NAMES, tflite=OUTPUT_NAMES),
        score_threshold=making.threshold,
        metrics=Metrics(ap50=0.9, ap=0.5, false_positives_per_empty_photo=0.0, photos=20),
        artifacts=[saved, *lite],
    )
