"""A few held-out photos published with the report, so that a phone can measure itself on them.

What is recorded as detected is what the SavedModel finds on the very file that is published, decoded again:
anything else would not be what a phone can reproduce.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.boxes import Box
from detector.detections import Detection
from detector.evaluation import Evaluation, evaluate
from detector.files import writing
from detector.images import load_image
from jobs.train.data.jpeg import encode_jpeg
from jobs.train.data.photos import Pixels
from jobs.train.report.data import EvaluatedPhoto
from jobs.train.report.pictures import fitted

DEFAULT_COUNT = 12
LONGEST_SIDE = 640
QUALITY = 90
SCHEMA = 1

Detect = Callable[[Pixels], Sequence[Detection]]


@dataclass(frozen=True, slots=True)
class Samples:
    """What was written: the photos' file names in the folder (samples.json lies beside them), and how they measure."""

    photos: tuple[str, ...]
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class _Sample:
    """One published photo: its file, size, and what the model finds on the file's own pixels."""

    file: str
    width: int
    height: int
    photo: EvaluatedPhoto
    detections: tuple[Detection, ...]


def write_samples(
    directory: Path,
    photos: Sequence[EvaluatedPhoto],
    labels: Sequence[str],
    *,
    detect: Detect,
    score_threshold: float,
    count: int = DEFAULT_COUNT,
) -> Samples:
    """Write at most `count` photos of at most 640 pixels a side as JPEGs without metadata, and samples.json.

    `detect` is the SavedModel: upright RGB of any size in, detections out; it is run on each written file.
    The same photos give the same samples. With `count` 0 or no photos nothing is written. Raises StoreError.
    """
    chosen = choose_samples(photos, len(labels), score_threshold=score_threshold, count=count)
    with writing(directory):
        if chosen:
            directory.mkdir(parents=True, exist_ok=True)
        samples = [_write_one(directory, index, photo, detect) for index, photo in enumerate(chosen)]
        evaluation = evaluate(
            [sample.photo.ground_truth for sample in samples],
            [sample.detections for sample in samples],
            labels,
            score_threshold=score_threshold,
        )
        if not samples:
            return Samples((), evaluation)
        text = json.dumps(_samples_json(samples, labels, evaluation), allow_nan=False, ensure_ascii=False)
        (directory / "samples.json").write_text(text + "\n", encoding="utf-8")
    return Samples(tuple(sample.file for sample in samples), evaluation)


def choose_samples(
    photos: Sequence[EvaluatedPhoto], classes: int, *, score_threshold: float, count: int
) -> tuple[EvaluatedPhoto, ...]:
    """A spread: in turn a photo of each class, one with nothing on it, and the hardest one left.

    The first is the photo that the model is surest about, since phones test a new model with it.
    """
    mistakes = [photo.outcome(score_threshold).mistakes for photo in photos]
    everything = range(len(photos))
    surest = max(everything, key=lambda index: _sureness(photos[index], mistakes[index]), default=None)
    queues = [
        iter([] if surest is None else [surest]),
        *(_with_class(photos, class_id) for class_id in range(classes)),
        (index for index in everything if not photos[index].ground_truth),
        iter(sorted(everything, key=lambda index: -mistakes[index])),
    ]
    chosen: dict[int, None] = {}
    while len(chosen) < min(count, len(photos)):
        for queue in queues:
            fresh = next((index for index in queue if index not in chosen), None)
            if fresh is not None and len(chosen) < count:
                chosen[fresh] = None
    return tuple(photos[index] for index in chosen)


def _sureness(photo: EvaluatedPhoto, mistakes: int) -> tuple[bool, float]:
    """Photos with objects and no mistakes first, by the score of the best detection."""
    best = max((detection.score for detection in photo.detections), default=0.0)
    return bool(photo.ground_truth) and not mistakes, best


def _with_class(photos: Sequence[EvaluatedPhoto], class_id: int) -> Iterator[int]:
    return (
        index
        for index, photo in enumerate(photos)
        if any(truth.class_id == class_id for truth in photo.ground_truth)
    )


def _write_one(directory: Path, index: int, photo: EvaluatedPhoto, detect: Detect) -> _Sample:
    content = encode_jpeg(fitted(photo.pixels, LONGEST_SIDE), quality=QUALITY)
    file = f"{index + 1:02d}.jpg"
    (directory / file).write_bytes(content)
    pixels = load_image(content).pixels
    height, width = pixels.shape[:2]
    return _Sample(file, width, height, photo, tuple(detect(pixels)))


def _samples_json(
    samples: Sequence[_Sample], labels: Sequence[str], evaluation: Evaluation
) -> dict[str, Any]:
    counts = evaluation.at_threshold
    return {
        "schema": SCHEMA,
        "labels": list(labels),
        "score_threshold": evaluation.score_threshold,
        "ap50": evaluation.ap50,
        "false_positives": counts.false_positives if counts else None,
        "false_positives_per_empty_photo": evaluation.false_positives_per_empty_photo,
        "photos": [_sample_json(sample, labels) for sample in samples],
    }


def _sample_json(sample: _Sample, labels: Sequence[str]) -> dict[str, Any]:
    return {
        "file": sample.file,
        "width": sample.width,
        "height": sample.height,
        "ground_truth": [
            {"label": labels[truth.class_id], "class_id": truth.class_id, "box": _box_json(truth.box)}
            for truth in sample.photo.ground_truth
        ],
        "detections": [
            {
                "label": labels[detection.class_id],
                "class_id": detection.class_id,
                "score": detection.score,
                "box": _box_json(detection.box),
            }
            for detection in sample.detections
        ],
    }


def _box_json(box: Box) -> dict[str, float]:
    return {"ymin": box.ymin, "xmin": box.xmin, "ymax": box.ymax, "xmax": box.xmax}
