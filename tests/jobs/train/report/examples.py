"""Reports of a detector that does not exist, on photos that are painted here."""

from dataclasses import replace
from typing import Any

import numpy as np

from detector.boxes import Box
from detector.detections import Detection, GroundTruth
from detector.evaluation import evaluate
from jobs.train.data.photos import LabelledPhoto
from jobs.train.data.split.look_alikes import make_thumbnail
from jobs.train.report import ArtifactRow, EvaluatedPhoto, LeftOutKind, ReportData, TrainingFacts

LABELS = ("raccoon", "kangaroo")
THRESHOLD = 0.5
LEFT = Box(0.1, 0.1, 0.6, 0.4)
RIGHT = Box(0.2, 0.55, 0.9, 0.95)


def labelled_photo(
    name: str, *truth: GroundTruth, width: int = 120, height: int = 90, shade: int = 0
) -> LabelledPhoto:
    """A smooth ramp of colour, different for every shade, that JPEG keeps well."""
    down, across = np.meshgrid(np.linspace(0, 200, height), np.linspace(0, 200, width), indexing="ij")
    pixels = np.stack([down, across, np.full_like(down, shade)], axis=-1).astype(np.uint8)
    return LabelledPhoto(
        name=name, sha256="", thumbnail=make_thumbnail(pixels), pixels=pixels, ground_truth=truth
    )


def evaluated(name: str, truth: list[GroundTruth], *detections: Detection, **size: int) -> EvaluatedPhoto:
    return EvaluatedPhoto.of(labelled_photo(name, *truth, **size), detections)


def example_photos() -> tuple[EvaluatedPhoto, ...]:
    """One faultless photo, one with a miss, one with two mistakes, a false alarm, and one calm."""
    return (
        evaluated("good.jpg", [GroundTruth(0, LEFT)], Detection(0, 0.95, LEFT)),
        evaluated("missed.jpg", [GroundTruth(1, RIGHT)], Detection(1, 0.2, RIGHT)),
        evaluated(
            "confused.jpg", [GroundTruth(0, LEFT), GroundTruth(1, RIGHT)], Detection(0, 0.9, RIGHT),
            Detection(0, 0.8, LEFT),
        ),
        evaluated("alarm.jpg", [], Detection(1, 0.7, LEFT), Detection(1, 0.1, RIGHT)),
        evaluated("calm.jpg", []),
    )  # fmt: skip


def example_history() -> tuple[dict[str, Any], ...]:
    phases = [(1, epoch) for epoch in (1, 2, 3)] + [(2, epoch) for epoch in (1, 2, 3, 4)]
    return (
        {"event": "started"},
        *(
            {
                "event": "epoch", "phase": phase, "epoch": epoch, "loss": 3.0 / (phase + epoch),
                "losses": {"heat": 2.0 / (phase + epoch), "box": 1.0 / (phase + epoch)},
                "val_ap50": 0.1 * (phase + epoch), "val_ap": 0.05 * (phase + epoch), "learning_rate": 1e-3,
                "seconds": 1.5,
            }
            for phase, epoch in phases
        ),
    )  # fmt: skip


def example_data(
    photos: tuple[EvaluatedPhoto, ...] | None = None, labels: tuple[str, ...] = LABELS, **changes: Any
) -> ReportData:
    """A complete report's data; `changes` replace fields of it."""
    shown = example_photos() if photos is None else photos
    evaluation = evaluate(
        [photo.ground_truth for photo in shown],
        [photo.detections for photo in shown],
        labels,
        score_threshold=THRESHOLD,
        resamples=50,
    )
    trained = [labelled_photo("a.jpg", GroundTruth(0, LEFT)), labelled_photo("b.jpg", GroundTruth(1, RIGHT))]
    data = ReportData(
        name="detector",
        version=3,
        created="2025-01-02T14:05:09.123+00:00",
        labels=labels,
        config={"size": 320, "head": "grid", "seed": 0, "max_minutes": None},
        history=example_history(),
        evaluation=evaluation,
        photos=shown,
        training=TrainingFacts.from_photos(trained, labels, base_weights="ImageNet", seconds=75.0),
        artifacts=(
            ArtifactRow("saved_model", 13_912_330, 0.5, 41.2),
            ArtifactRow("tflite_f16", 6_700_000, 0.5, 38.9, 2.2e-4, 9e-4),
            ArtifactRow("tfjs_layers", 13_100_000),
        ),
        data_report={
            "photos": 7, "boxes": 6, "negatives": 2,
            "classes": [{"label": label, "photos": 3, "boxes": 3} for label in labels],
            "problems": [{"file": "c.jpg", "kind": "unreadable_photo", "message": "truncated; left out"}],
            "advice": ["Take more photos."],
        },
        left_out=(LeftOutKind("tflite_int8", "loses 2.3 AP50 points"),),
        warnings=("tflite_int8 was left out",),
    )  # fmt: skip
    return replace(data, **changes)
