"""A dataset read as training reads it, and divided as the first training on an empty store divides it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from detector.detections import GroundTruth
from detector.errors import DatasetError
from jobs.train.config import TrainConfig
from jobs.train.data.findings.data_report import DataReport
from jobs.train.data.loading import OnProgress, inspect_photos, refuse_unusable
from jobs.train.data.open import read_annotations
from jobs.train.data.photos import Dataset, LabelledPhoto
from jobs.train.data.problems import Problem, faults
from jobs.train.data.split.split import split_dataset

SIDES = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class CheckedData:
    """What `train` would work with, or why it would not.

    `side_of` gives the side by a photo's SHA-256: one that is on two sides for lack of photos counts as trained on.
    `sides` counts the photos of each side as training uses them, such a photo on both. `refusal` is what `train`
    would end with; the rest is then told all the same, as far as it is known.
    """

    report: DataReport
    dataset: Dataset
    sides: Mapping[str, int]
    side_of: Mapping[str, str]
    notes: tuple[str, ...]
    refusal: DatasetError | None

    def to_json(self) -> dict[str, Any]:
        """All of it as plain JSON values; see docs/datasets.md."""
        report = self.report
        return {
            "source": report.source,
            "format": report.format,
            "fingerprint": report.fingerprint,
            "photos": report.photos,
            "boxes": report.boxes,
            "negatives": report.negatives,
            "labels": list(self.dataset.labels),
            "classes": [{"label": c.label, "photos": c.photos, "boxes": c.boxes} for c in report.classes],
            "sides": dict(self.sides),
            "grouped": report.grouped.to_json(),
            "problems": _problems(report.problems),
            "advice": list(report.advice),
            "notes": list(self.notes),
            "items": [self._item(photo) for photo in self.dataset.photos],
        }

    def _item(self, photo: LabelledPhoto) -> dict[str, Any]:
        boxes = [_box(truth, self.dataset.labels) for truth in photo.ground_truth]
        return {"photo": photo.name, "side": self.side_of[photo.sha256], "boxes": boxes}


def _problems(problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    bad = set(faults(problems))
    return [{"file": p.file, "kind": p.kind.value, "message": p.message, "fault": p in bad} for p in problems]


def _box(truth: GroundTruth, labels: tuple[str, ...]) -> dict[str, Any]:
    box = truth.box
    edges = {"ymin": box.ymin, "xmin": box.xmin, "ymax": box.ymax, "xmax": box.xmax}
    return {"label": labels[truth.class_id], **edges}


def check_data(
    data: Path, config: TrainConfig, *, on_progress: OnProgress = lambda done, total: None
) -> CheckedData:
    """Read, check and divide photos as `train` with these options and an empty store does.

    Raises:
        DatasetError: nothing that can be read as a dataset. What can be read and not be trained on is no error here:
            it is the result's `refusal`.
    """
    found = read_annotations(data, format_name=config.format)
    dataset, report = inspect_photos(
        found.annotations, size=config.image_size, source=found.source, format_name=found.format,
        on_progress=on_progress,
    )  # fmt: skip
    refusal = _refusal(report, strict=config.strict)
    if not dataset.photos:
        # What it says of too few photos and boxes is no help where none could be read.
        report = replace(report, advice=())
        return CheckedData(report, dataset, dict.fromkeys(SIDES, 0), {}, (), refusal)
    try:
        split, side_of = split_dataset(dataset, seed=config.seed, val_fraction=config.val_fraction)
    except DatasetError as error:
        own: dict[str, str] = {photo.sha256: photo.side or "train" for photo in dataset.photos}
        counts = {side: list(own.values()).count(side) for side in SIDES}
        return CheckedData(report, dataset, counts, own, (), refusal or error)
    counts = {"train": len(split.train), "val": len(split.val), "test": len(split.test)}
    return CheckedData(report, dataset, counts, side_of, split.notes, refusal)


def _refusal(report: DataReport, *, strict: bool) -> DatasetError | None:
    try:
        refuse_unusable(report, strict=strict)
    except DatasetError as error:
        return error
    return None
