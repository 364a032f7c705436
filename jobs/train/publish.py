"""From a trained network to a visible version: export, measure every kind, report, manifest, publish."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from detector.detections import Detection
from detector.evaluation import (
    DEFAULT_RESAMPLES,
    Evaluation,
    choose_score_threshold,
    evaluate,
    paired_bootstrap_difference,
)
from detector.files import writing
from detector.images import resize_square
from detector.labels import write_labels
from detector.manifest import describe_file, write_manifest
from detector.store import Store
from jobs.registry import Registry, StagedVersion
from jobs.train.data.photos import LabelledPhoto, Pixels
from jobs.train.events import Event, OnEvent, json_line, make_event
from jobs.train.export.result import ExportedKind, ExportResult
from jobs.train.export.runtimes import Runtime, open_runtime
from jobs.train.export.runtimes.runtime import median_ms
from jobs.train.export.version import export_version
from jobs.train.fitting.measure import PhotoSet, network_detector
from jobs.train.fitting.starting_weights import save_starting_weights
from jobs.train.manifest import manifest_of
from jobs.train.network.weights import RANDOM
from jobs.train.report import (
    ArtifactRow,
    EvaluatedPhoto,
    LeftOutKind,
    ReportData,
    Samples,
    TrainingFacts,
    write_eval,
    write_report,
    write_samples,
)
from jobs.train.result import MeasuredKind, TrainingResult
from jobs.train.version import Version

PARITY_PHOTOS = 8
INT8_ALLOWED_LOSS = 0.01
"""An int8 file that loses more AP50 than this, and certainly so, is left out."""


def publish_version(result: TrainingResult, registry: Registry, on_event: OnEvent) -> Version:
    """Publish what was trained.

    Raises:
        ExportError: a kind cannot be made, is not finite, or disagrees with the SavedModel: nothing is published.
        StoreError: the store cannot be written: nothing is published.
    """
    config = result.config
    threshold = _choose_threshold(result)
    with registry.stage(config.name) as staged:
        exported = _export(result, staged)
        photos = PhotoSet.of(result.held_out, config.image_size)
        measured = [_measure_kind(kind, staged, photos, result, threshold) for kind in exported.kinds]
        reference = measured[0]
        left_out = _leave_out_poor_int8(measured, photos, staged)
        reasons = {entry.kind: entry.reason for entry in left_out}
        events = [exported_event(kind, left_out=reasons.get(kind.exported.kind)) for kind in measured]
        events.append(_evaluated_event(reference.evaluation, threshold, side=result.held_out_side))
        for event in events:
            on_event(event)
        result = replace(result, history=(*result.history, *events))
        kinds = [kind for kind in measured if kind.exported.kind not in reasons]
        _write_documents(result, staged, exported, kinds, left_out, threshold)
        staged.publish()
    return _version(registry, config.name, staged.version, reference.evaluation)


def _choose_threshold(result: TrainingResult) -> float:
    """On validation photos, also where the version is judged on a test side."""
    photos = PhotoSet.of(result.data.split.val, result.config.image_size)
    return choose_score_threshold(photos.ground_truth, photos.detect_with(network_detector(result.network)))


def _export(result: TrainingResult, staged: StagedVersion) -> ExportResult:
    config = result.config
    return export_version(
        result.network,
        staged_artifacts=staged.artifacts,
        staged_model=staged.model,
        check_images=PhotoSet.of(_spread(result.held_out, PARITY_PHOTOS), config.image_size).inputs,
        include_tfjs=config.tfjs,
        name=config.name,
        version=staged.version,
    )


def _spread(photos: Sequence[LabelledPhoto], count: int) -> list[LabelledPhoto]:
    """At most `count` photos, evenly over the list."""
    places = np.unique(np.linspace(0, len(photos) - 1, min(count, len(photos))).round().astype(int))
    return [photos[place] for place in places]


def _measure_kind(
    exported: ExportedKind, staged: StagedVersion, photos: PhotoSet, result: TrainingResult, threshold: float
) -> MeasuredKind:
    with open_runtime(exported.kind, staged.artifacts, staged.model) as runtime:
        found = photos.detect_with(runtime.detect)
        milliseconds = median_ms(runtime, photos.inputs, runs=10)
    evaluation = evaluate(
        photos.ground_truth,
        found,
        result.data.labels,
        score_threshold=threshold,
        resamples=DEFAULT_RESAMPLES,
    )
    return MeasuredKind(exported, found, evaluation, milliseconds)


def _leave_out_poor_int8(
    kinds: Sequence[MeasuredKind], photos: PhotoSet, staged: StagedVersion
) -> tuple[LeftOutKind, ...]:
    """Remove the int8 file where it certainly loses more AP50 than allowed; the rest is published."""
    by_kind = {kind.exported.kind: kind for kind in kinds}
    if (int8 := by_kind.get("tflite_int8")) is None:
        return ()
    loss = paired_bootstrap_difference(photos.ground_truth, by_kind["tflite_f32"].found, int8.found)
    if loss is None or loss.difference <= INT8_ALLOWED_LOSS or loss.interval.low <= 0:
        return ()
    for file in int8.exported.files:
        (staged.artifacts / file.path).unlink()
    reason = (
        f"AP50 {int8.evaluation.ap50:.3f}, {loss.difference:.3f} below float32 "
        f"(95% interval {loss.interval.low:.3f} to {loss.interval.high:.3f})"
    )
    return (LeftOutKind("tflite_int8", reason),)


def _write_documents(
    result: TrainingResult,
    staged: StagedVersion,
    exported: ExportResult,
    kinds: Sequence[MeasuredKind],
    left_out: tuple[LeftOutKind, ...],
    threshold: float,
) -> None:
    created = datetime.now(UTC)
    reference = kinds[0]
    evaluated = tuple(
        EvaluatedPhoto.of(photo, found) for photo, found in zip(result.held_out, reference.found, strict=True)
    )
    report = staged.artifacts / "report"
    write_labels(staged.artifacts / "labels.txt", result.data.labels)
    write_report(report, _report_data(result, staged, kinds, left_out, evaluated, created))
    write_history(report / "history.jsonl", result.history)
    samples = _write_samples(result, staged, evaluated, threshold)
    write_eval(staged.eval, result.held_out, result.data.labels)
    save_starting_weights(staged.artifacts, result.network)
    manifest = manifest_of(
        result,
        version=staged.version,
        created=created,
        exported=exported,
        kinds=kinds,
        score_threshold=threshold,
        samples=[describe_file(report / "samples" / name, root=staged.artifacts) for name in samples.photos],
    )
    write_manifest(staged.artifacts / "manifest.json", manifest)


def _write_samples(
    result: TrainingResult, staged: StagedVersion, evaluated: tuple[EvaluatedPhoto, ...], threshold: float
) -> Samples:
    """Runs the SavedModel on the written files."""
    with open_runtime("saved_model", staged.artifacts, staged.model) as runtime:
        return write_samples(
            staged.artifacts / "report" / "samples",
            evaluated,
            result.data.labels,
            detect=lambda pixels: _detect_one(runtime, pixels, result.config.image_size),
            score_threshold=threshold,
            count=result.config.samples,
        )


def _detect_one(runtime: Runtime, pixels: Pixels, size: int) -> tuple[Detection, ...]:
    return runtime.detect(resize_square(pixels, size)[None]).per_photo()[0]


def _report_data(
    result: TrainingResult,
    staged: StagedVersion,
    kinds: Sequence[MeasuredKind],
    left_out: tuple[LeftOutKind, ...],
    evaluated: tuple[EvaluatedPhoto, ...],
    created: datetime,
) -> ReportData:
    random_base = result.base_weights.source == RANDOM
    alarm = "The base started from random weights, not from ImageNet's: expect a far worse detector."
    return ReportData(
        name=result.config.name,
        version=staged.version,
        created=created.isoformat(timespec="seconds"),
        labels=result.data.labels,
        config=result.config.to_json(),
        history=result.history,
        evaluation=kinds[0].evaluation,
        photos=evaluated,
        training=TrainingFacts.from_photos(
            result.data.split.train,
            result.data.labels,
            base_weights=result.base_weights.source,
            seconds=result.seconds,
        ),
        artifacts=tuple(_artifact_row(kind) for kind in kinds),
        data_report=result.data.report.to_json(),
        held_out=result.held_out_side,
        also_trained_on=result.also_trained_on,
        left_out=left_out,
        alarms=(alarm,) if random_base else (),
        warnings=(
            *result.data.split.notes,
            *(f"{entry.kind} was left out: {entry.reason}." for entry in left_out),
        ),
    )


def _artifact_row(kind: MeasuredKind) -> ArtifactRow:
    return ArtifactRow(
        kind=kind.exported.kind,
        size_bytes=kind.exported.size_bytes,
        ap50=kind.evaluation.ap50,
        milliseconds=kind.milliseconds,
        parity_max_box=kind.exported.parity_max_box,
        parity_max_score=kind.exported.parity_max_score,
    )


def write_history(path: Path, history: Sequence[Event]) -> None:
    """The events of training as JSON lines. Raises StoreError."""
    with writing(path):
        path.write_text("".join(json_line(event) for event in history), encoding="utf-8")


def exported_event(kind: MeasuredKind, *, left_out: str | None) -> dict[str, Any]:
    """The event on one kind of artifact; `left_out` is why it is not published, None if it is."""
    """`left_out` is why the kind is not published after all; its numbers stand in the event all the same."""
    exported = kind.exported
    event = make_event(
        "exported", kind=exported.kind, size_bytes=exported.size_bytes, ap50=kind.evaluation.ap50,
        milliseconds=round(kind.milliseconds, 3), parity_max_box=exported.parity_max_box,
        parity_max_score=exported.parity_max_score,
    )  # fmt: skip
    return event if left_out is None else {**event, "left_out": left_out}


def _evaluated_event(evaluation: Evaluation, threshold: float, *, side: str) -> dict[str, Any]:
    return make_event(
        "evaluated", side=side, photos=evaluation.photos, ap50=evaluation.ap50, ap=evaluation.ap,
        score_threshold=threshold, precision=evaluation.precision, recall=evaluation.recall,
        false_positives_per_empty_photo=evaluation.false_positives_per_empty_photo,
    )  # fmt: skip


def _version(store: Store, name: str, version: int, evaluation: Evaluation) -> Version:
    channel = next((channel for channel, target in store.channels(name).items() if target == version), None)
    return Version(
        name=name,
        version=version,
        channel=channel,
        artifacts=store.artifacts_dir(name, version),
        model=store.model_dir(name, version),
        ap50=evaluation.ap50,
        ap=evaluation.ap,
    )
