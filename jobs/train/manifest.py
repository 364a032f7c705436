"""The manifest of a version: everything the run knows, in the words of detector.v1.Manifest."""

import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from detector.manifest import (
    SCHEMA,
    Artifact,
    BaseWeights,
    ClassCounts,
    ClassMetrics,
    Data,
    File,
    Input,
    Manifest,
    Metrics,
    Outputs,
    Training,
)
from jobs.train.export.result import ExportResult
from jobs.train.result import MeasuredKind, TrainingResult


def manifest_of(
    result: TrainingResult,
    *,
    version: int,
    created: datetime,
    exported: ExportResult,
    kinds: Sequence[MeasuredKind],
    score_threshold: float,
    samples: Sequence[File],
) -> Manifest:
    """The manifest; `kinds` are those published, the SavedModel first; `samples` are the sample photos."""
    size = result.config.image_size
    manifest = Manifest(
        schema=SCHEMA,
        name=result.config.name,
        version=version,
        labels=result.data.labels,
        input=Input(width=size, height=size, dtype="uint8", range=(0, 255)),
        outputs=Outputs(**exported.outputs),
        score_threshold=score_threshold,
        metrics=_metrics(kinds[0]),
        artifacts=[_artifact(kind) for kind in kinds],
        samples=samples,
        data=_data(result),
        training=_training(result),
    )
    manifest.created.FromDatetime(created)
    return manifest


def _metrics(kind: MeasuredKind) -> Metrics:
    evaluation = kind.evaluation
    per_class = {
        entry.label: ClassMetrics(ap50=entry.ap50, ap=entry.ap, boxes=entry.ground_truth_boxes)
        for entry in evaluation.per_class
    }
    return Metrics(
        ap50=evaluation.ap50,
        ap=evaluation.ap,
        per_class=per_class,
        false_positives_per_empty_photo=evaluation.false_positives_per_empty_photo,
        photos=evaluation.photos,
    )


def _artifact(kind: MeasuredKind) -> Artifact:
    exported = kind.exported
    return Artifact(
        kind=exported.kind,
        files=[
            File(path=file.path, sha256=file.sha256, size_bytes=file.size_bytes) for file in exported.files
        ],
        ap50=kind.evaluation.ap50,
        parity_max_box=exported.parity_max_box,
        parity_max_score=exported.parity_max_score,
        io_dtype=exported.io_dtype,
        min_runtime=exported.min_runtime,
    )


def _data(result: TrainingResult) -> Data:
    report = result.data.report
    return Data(
        fingerprint=report.fingerprint,
        photos=report.photos,
        boxes=report.boxes,
        per_class={
            entry.label: ClassCounts(photos=entry.photos, boxes=entry.boxes) for entry in report.classes
        },
        unreadable=report.unreadable,
    )


def _training(result: TrainingResult) -> Training:
    weights = result.base_weights
    training = Training(
        seed=result.config.seed,
        seconds=round(result.seconds, 3),
        base_weights=BaseWeights(name=weights.source, sha256=weights.sha256),
        code_revision=code_revision(),
    )
    training.config.update(result.config.to_json())
    return training


def code_revision(root: Path = Path(__file__).parents[2]) -> str | None:
    """The git commit of the code in `root`, with "+changes" when files differ from it; None where it is no checkout.

    A folder inside a checkout is none: an installed package may lie in one of somebody's own project.
    """
    try:
        if Path(_git(root, "rev-parse", "--show-toplevel")).resolve() != root.resolve():
            return None
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return commit + ("+changes" if changed else "")


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
