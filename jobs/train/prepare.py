"""From a folder, a zip or nothing to photos on their sides, with the data report on the way."""

from dataclasses import dataclass

from detector.errors import InvalidRequestError
from detector.store import Store, locked
from jobs.train.config import TrainConfig
from jobs.train.data.findings.data_report import DataReport
from jobs.train.data.findings.problems import REMARKS, ProblemKind, faults
from jobs.train.data.loading import OnProgress
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import Dataset, Split
from jobs.train.data.split.record import read_record, write_record
from jobs.train.data.split.split import split_dataset

SHOWN_PROBLEMS = 12
_COUNTED = (ProblemKind.NEAR_DUPLICATE, ProblemKind.VIDEO_FRAMES)
"""Remarks that one line already counts: they must not crowd out the others."""
SPLIT_TIMEOUT_S = 300.0
"""How long another training of the same model may take to divide its photos; with a hundred thousand it is a minute."""


@dataclass(frozen=True, slots=True)
class PreparedData:
    """What a run trains on."""

    labels: tuple[str, ...]
    split: Split
    report: DataReport


def prepare_data(
    config: TrainConfig,
    store: Store,
    *,
    known_labels: tuple[str, ...] | None = None,
    on_progress: OnProgress = lambda done, total: None,
) -> PreparedData:
    """Open, check and split the dataset; the split is recorded in the store so that it stays.

    `known_labels` are those of the version that training starts from, whose order the class ids then follow.
    `on_progress(done, total)` is called after each photo that is read.

    Raises:
        InvalidRequestError: a class that is not among `known_labels`, or too many for the head.
        DatasetError: nothing to train on, or a problem while `config.strict`.
        StoreError: the record of the split cannot be read or written.
    """
    dataset, report = open_dataset(
        config.data, format=config.format, size=config.image_size, strict=config.strict,
        shapes=config.shapes, seed=config.seed, on_progress=on_progress,
    )  # fmt: skip
    config.check_labels(dataset.labels)
    if known_labels is not None:
        dataset = _in_order_of(known_labels, dataset)
    path = store.splits_path(config.name)
    # From reading to writing: a second training on this store would drop what the first one records meanwhile.
    with locked(store.splits_lock_path(config.name), timeout_s=SPLIT_TIMEOUT_S):
        split, record = split_dataset(
            dataset, seed=config.seed, recorded=read_record(path), val_fraction=config.val_fraction
        )
        write_record(path, record)
    return PreparedData(dataset.labels, split, report)


def _in_order_of(known_labels: tuple[str, ...], dataset: Dataset) -> Dataset:
    missing = [label for label in known_labels if label not in dataset.labels]
    if missing:
        raise InvalidRequestError(
            f"--from-version: that version knows {', '.join(missing)}, of which this dataset has nothing. Train on "
            "the photos of all its classes, or without --from-version."
        )
    return dataset.with_labels(known_labels)


def summary_lines(data: PreparedData) -> list[str]:
    """The data report as a person reads it on the terminal."""
    report, split = data.report, data.split
    counts = ", ".join(f"{c.label} {c.boxes} boxes in {c.photos} photos" for c in report.classes)
    lines = [
        f"Data: {report.source} ({report.format}): {report.photos} photos, {report.negatives} without objects",
        f"  {counts}",
        f"  {len(split.train)} to train on, {len(split.val)} to validate on"
        + (f", {len(split.test)} to test on" if split.test else ""),
    ]
    if report.grouped.groups:
        lines.append(f"  {report.grouped}")
    bad = faults(report.problems)
    remarks = sorted(
        (problem for problem in report.problems if problem.kind in REMARKS), key=lambda p: p.kind in _COUNTED
    )
    for name, found in (("problem", bad), ("remark", remarks)):
        if found:
            lines.append(f"  {len(found)} {name}{'' if len(found) == 1 else 's'}:")
            lines += [f"    {problem}" for problem in found[:SHOWN_PROBLEMS]]
        if len(found) > SHOWN_PROBLEMS:
            lines.append(f"    and {len(found) - SHOWN_PROBLEMS} more: all are in the report")
    return lines + [f"  {sentence}" for sentence in (*report.advice, *split.notes)]
