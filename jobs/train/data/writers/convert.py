"""A dataset read as training reads it, and written in the format of another tool."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from detector.detections import GroundTruth
from detector.errors import DatasetError, DetectorError
from jobs.train.config import TrainConfig
from jobs.train.data.findings.data_report import DataReport
from jobs.train.data.loading import OnProgress, inspect_photos, refuse_unusable
from jobs.train.data.open import read_annotations
from jobs.train.data.photos import Dataset, Side
from jobs.train.data.problems import printable
from jobs.train.data.split.split import split_dataset
from jobs.train.data.writers import WRITERS, WrittenPhoto
from jobs.train.data.writers.destination import Put, check_destination, new_dataset
from jobs.train.data.writers.names import unique_stems
from jobs.train.data.writers.photo_files import Change, PhotoFile, upright_file


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written: photos by side, and by what had to be changed in their files."""

    report: DataReport
    sides: Mapping[Side, int]
    changes: Mapping[Change, int]


@dataclass(frozen=True, slots=True)
class _Planned:
    """A photo that is to be written; its pixels are not kept."""

    name: str
    stem: str
    sha256: str
    side: Side
    boxes: tuple[GroundTruth, ...]
    read: Callable[[], bytes]


def convert_data(
    data: Path,
    out: Path,
    config: TrainConfig,
    *,
    to: str,
    on_reading: OnProgress = lambda done, total: None,
    on_writing: OnProgress = lambda done, total: None,
) -> Converted:
    """Write the usable photos of `data` and their boxes to `out`, a new folder or zip, in a format of WRITERS.

    A dataset's own sides are kept; where it has none to validate on, they are those that training would make. Both
    callbacks are called after each photo.

    Raises:
        InvalidRequestError: `out` is in use.
        DatasetError: no usable photo, or one that changed while it was read or cannot be written.
        StoreError: the disk does not take it. Nothing is left at `out` then.
    """
    check_destination(out, data=data)
    labels, photos, report = _plan(data, config, on_reading)
    writer = WRITERS[to]
    written: list[WrittenPhoto] = []
    changes: Counter[Change] = Counter()
    with new_dataset(out) as put:
        for photo in photos:
            entry, change = _write_photo(photo, writer.photo_path, put)
            written.append(entry)
            changes[change] += 1
            on_writing(len(written), len(photos))
        for path, content in writer.annotation_files(written, labels):
            put(path, content)
    return Converted(report, Counter(photo.side for photo in written), changes)


def _plan(
    data: Path, config: TrainConfig, on_reading: OnProgress
) -> tuple[tuple[str, ...], list[_Planned], DataReport]:
    found = read_annotations(data, format_name=config.format)
    dataset, report = inspect_photos(
        found.annotations, size=config.image_size, source=found.source, format_name=found.format,
        on_progress=on_reading,
    )  # fmt: skip
    refuse_unusable(report, every_class=False)
    side_of = _sides(dataset, config)
    stems = unique_stems(dataset.photos)
    # A photo that several annotations name is read by any of them: the name is the file.
    read = {photo.name: photo.read for photo in found.annotations.photos}
    planned = [
        _Planned(p.name, stems[p.sha256], p.sha256, side_of[p.sha256], p.ground_truth, read[p.name])
        for p in dataset.photos
    ]
    return dataset.labels, planned, report


def _sides(dataset: Dataset, config: TrainConfig) -> dict[str, Side]:
    own = {photo.side for photo in dataset.photos if photo.side}
    if "val" in own or (own and "train" not in own):
        return {photo.sha256: photo.side or "train" for photo in dataset.photos}
    _, side_of = split_dataset(dataset, seed=config.seed, val_fraction=config.val_fraction)
    return cast(dict[str, Side], side_of)


def _write_photo(
    photo: _Planned, photo_path: Callable[[str, Side], str], put: Put
) -> tuple[WrittenPhoto, Change]:
    data = photo.read()
    if hashlib.sha256(data).hexdigest() != photo.sha256:
        raise DatasetError(f"{printable(photo.name)}: changed while it was read; run the command again.")
    file = _upright_file(data, photo.name)
    name = photo.stem + file.suffix
    put(photo_path(name, photo.side), file.content)
    return WrittenPhoto(name, file.width, file.height, photo.side, photo.boxes), file.change


def _upright_file(data: bytes, name: str) -> PhotoFile:
    try:
        return upright_file(data)
    except DetectorError as error:
        if isinstance(error.__cause__, MemoryError):
            raise error.__cause__ from error
        raise DatasetError(f"{printable(name)}: the photo cannot be written. {error.message}") from error
