"""The checks before training: every photo is decoded once, every box is placed, and all problems are named."""

import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from PIL import Image

from detector.decode_memory import DecodeMemory
from detector.errors import DatasetError, DetectorError
from detector.images import ImageLimits, Reserve, load_image
from detector.labels import check_labels
from jobs.train.data.box_placement import Frame, frame_of, place_boxes
from jobs.train.data.encoding import may_be_chinese
from jobs.train.data.findings.advice import advise
from jobs.train.data.findings.box_advice import advise_on_boxes
from jobs.train.data.findings.data_report import (
    NOT_GROUPED,
    DataReport,
    Grouped,
    count_classes,
    count_groups,
    count_sides,
    describe,
)
from jobs.train.data.names import fold
from jobs.train.data.photos import AnnotatedPhoto, Annotations, Dataset, LabelledPhoto, Pixels
from jobs.train.data.problems import Problem, ProblemKind, faults
from jobs.train.data.split.duplicates import drop_duplicates
from jobs.train.data.split.group_problems import group_problems
from jobs.train.data.split.groups import group_photos
from jobs.train.data.split.look_alikes import make_thumbnail
from jobs.train.data.text import clean_label

OnProgress = Callable[[int, int], None]
SHOWN_PROBLEMS = 10
MAX_THREADS = 8
PHOTO_LIMITS = ImageLimits(max_bytes=200_000_000, max_pixels=220_000_000, max_decode_bytes=1_200_000_000)
"""Wider than the gateway's: the photos are the user's own, and phones take 200 megapixels. As JPEGs they are read at a
reduced scale; other formats, which need memory for all pixels, are bounded by that."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """One photo after decoding: None when it cannot be used."""

    photo: LabelledPhoto | None
    problems: tuple[Problem, ...]


def load_photos(
    annotations: Annotations,
    *,
    size: int,
    source: str,
    format_name: str,
    strict: bool = False,
    every_class: bool = True,
    on_progress: OnProgress = lambda done, total: None,
) -> tuple[Dataset, DataReport]:
    """Decode and check all photos: the good ones, at most `2 * size` pixels a side, and a report on all.

    `source` and `format_name` are for messages; `on_progress(done, total)` is called in this thread after each
    photo. DatasetError when no photo is usable, when a class has no box (unless `every_class` is off: measuring
    needs no more than photos), and, if `strict`, at any fault.
    """
    dataset, report = inspect_photos(
        annotations, size=size, source=source, format_name=format_name, on_progress=on_progress
    )
    refuse_unusable(report, strict=strict, every_class=every_class)
    return dataset, report


def inspect_photos(
    annotations: Annotations,
    *,
    size: int,
    source: str,
    format_name: str,
    on_progress: OnProgress = lambda done, total: None,
) -> tuple[Dataset, DataReport]:
    """What `load_photos` gives, also where it refuses: the report then says what is wrong. Raises nothing for
    what is in the photos; DatasetError for a name that cannot be a label."""
    labels, label_problems = settle_labels(annotations)
    class_ids = {label: i for i, label in enumerate(labels)}
    checked = _check_all(annotations.photos, class_ids, size, on_progress)
    problems = [*annotations.problems, *label_problems, *(p for entry in checked for p in entry.problems)]
    photos, duplicates = drop_duplicates([entry.photo for entry in checked if entry.photo])
    dataset = Dataset(labels, photos)
    groups = group_photos(photos)
    problems += [*duplicates, *group_problems(photos, groups)]
    grouped = count_groups(dataset, groups)
    return dataset, make_report(
        dataset, problems, source=source, format_name=format_name, size=size, grouped=grouped
    )


def make_report(
    dataset: Dataset,
    problems: Iterable[Problem],
    *,
    source: str,
    format_name: str,
    size: int,
    grouped: Grouped = NOT_GROUPED,
) -> DataReport:
    """The report on photos that passed the checks, with the problems that were met on the way.

    `size` is the network's, by which the advice on small objects goes.
    """
    classes = count_classes(dataset)
    negatives = sum(not photo.ground_truth for photo in dataset.photos)
    return DataReport(
        source=source,
        format=format_name,
        fingerprint=fingerprint(dataset),
        photos=len(dataset.photos),
        boxes=sum(entry.boxes for entry in classes),
        negatives=negatives,
        classes=classes,
        sides=count_sides(dataset),
        problems=tuple(problems),
        advice=(
            *advise(classes, photos=len(dataset.photos), negatives=negatives),
            *advise_on_boxes(dataset, size=size),
        ),
        grouped=grouped,
    )


def fingerprint(dataset: Dataset) -> str:
    """SHA-256 over labels, photo contents and boxes, whatever the order of the photos."""
    rows = sorted(
        f"{photo.sha256} "
        + " ".join(
            sorted(
                f"{t.class_id}:{t.box.ymin:.5f},{t.box.xmin:.5f},{t.box.ymax:.5f},{t.box.xmax:.5f}"
                for t in photo.ground_truth
            )
        )
        for photo in dataset.photos
    )
    return hashlib.sha256("\n".join([*dataset.labels, "", *rows]).encode()).hexdigest()


def settle_labels(annotations: Annotations) -> tuple[tuple[str, ...], list[Problem]]:
    """The class names without stray spaces, in the format's order or sorted, and those that look like slips.

    DatasetError for a name that cannot be a label (control characters, a hundred characters and more).
    """
    first_seen: dict[str, str] = {}
    for photo in annotations.photos:
        for box in photo.boxes:
            first_seen.setdefault(box.label, photo.name)
    written = list(first_seen) if annotations.labels is None else list(annotations.labels)
    if annotations.labels is None:
        written.sort()
    labels = tuple(dict.fromkeys(clean for label in written if (clean := clean_label(label))))
    problems = [
        Problem(file, ProblemKind.SUSPICIOUS_LABEL, f"label {label!r} has stray spaces; read as {clean!r}.")
        for label, file in first_seen.items()
        if (clean := clean_label(label)) and clean != unicodedata.normalize("NFC", label)
    ]
    problems += [*_alike_labels(labels, first_seen), *_maybe_chinese_labels(labels, first_seen)]
    return check_labels(labels) if labels else (), problems


def _alike_labels(labels: Sequence[str], first_seen: Mapping[str, str]) -> list[Problem]:
    problems = []
    by_folded: dict[str, str] = {}
    for label in labels:
        other = by_folded.setdefault("".join(filter(str.isalnum, fold(label))) or label, label)
        if other != label:
            message = (
                f"classes {other!r} and {label!r} differ only in case or punctuation; kept as two classes."
            )
            problems.append(Problem(first_seen.get(label, "classes"), ProblemKind.SUSPICIOUS_LABEL, message))
    return problems


def _maybe_chinese_labels(labels: Sequence[str], first_seen: Mapping[str, str]) -> list[Problem]:
    """Those in which no letter is ASCII's, so that nothing tells UTF-8 from GBK."""
    problems = []
    for label in labels:
        if may_be_chinese(label) and not any(letter.isascii() and letter.isalpha() for letter in label):
            chinese = label.encode("utf-8").decode("gb2312")
            message = (
                f"label {label!r} was read as UTF-8 and may be the Chinese {chinese!r} in GBK; if so, "
                "save the file as UTF-8."
            )
            problems.append(Problem(first_seen.get(label, "classes"), ProblemKind.SUSPICIOUS_LABEL, message))
    return problems


def _check_all(
    photos: Sequence[AnnotatedPhoto], class_ids: Mapping[str, int], size: int, on_progress: OnProgress
) -> list[_Checked]:
    """Results in the order of the photos; decoding leaves the interpreter lock, so threads help."""
    checked = []
    memory = DecodeMemory(PHOTO_LIMITS.max_decode_bytes).reserved
    with ThreadPoolExecutor(max_workers=min(MAX_THREADS, os.cpu_count() or 1)) as pool:
        try:
            for entry in pool.map(lambda photo: _check(photo, class_ids, size, memory), photos):
                checked.append(entry)
                on_progress(len(checked), len(photos))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return checked


def _check(photo: AnnotatedPhoto, class_ids: Mapping[str, int], size: int, memory: Reserve) -> _Checked:
    def unusable(kind: ProblemKind, message: str) -> _Checked:
        return _Checked(None, (Problem(photo.name, kind, message),))

    try:
        data = photo.read()
        image = load_image(data, limits=PHOTO_LIMITS, at_least=2 * size, memory=memory)
    except DetectorError as error:
        return unusable(ProblemKind.UNREADABLE_PHOTO, f"{error.message} The photo is left out.")
    if frame_of(photo.stated_size, image) is Frame.UNKNOWN and photo.stated_size:
        stated = "×".join(map(str, photo.stated_size))
        return unusable(
            ProblemKind.SIZE_MISMATCH,
            f"the annotation was made for {stated}, the photo is {image.width}×{image.height}; left out.",
        )
    placed = place_boxes(photo, image, class_ids)
    if placed.left_out and not placed.ground_truth:
        message = f"no box of it can be used ({placed.left_out} left out), and it is no negative; left out."
        return _Checked(None, (*placed.problems, Problem(photo.name, ProblemKind.NO_USABLE_BOX, message)))
    pixels = shrink(image.pixels, 2 * size)
    labelled = LabelledPhoto(
        name=photo.name,
        sha256=hashlib.sha256(data).hexdigest(),
        thumbnail=make_thumbnail(pixels),
        pixels=pixels,
        ground_truth=placed.ground_truth,
        side=photo.side,
    )
    return _Checked(labelled, placed.problems)


def shrink(pixels: Pixels, longest_side: int) -> Pixels:
    """The photo with its longer side at most so long, antialiased, in its own aspect; never enlarged."""
    height, width = pixels.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return pixels
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(pixels).resize(target, Image.Resampling.BILINEAR))


def refuse_unusable(report: DataReport, *, strict: bool = False, every_class: bool = True) -> None:
    """DatasetError when there is nothing to train on, and, if `strict`, at any fault; see `load_photos`."""
    _refuse_empty(report)
    if every_class:
        _refuse_missing_class(report)
    if strict:
        _refuse_faults(report)


def _refuse_empty(report: DataReport) -> None:
    if not report.photos:
        raise DatasetError(
            f"{report.source}: no usable photo in it.\n"
            f"{describe(report.problems, at_most=SHOWN_PROBLEMS)}".rstrip()
        )


def _refuse_missing_class(report: DataReport) -> None:
    missing = [entry.label for entry in report.classes if not entry.boxes]
    if missing or not report.classes:
        found = ", ".join(f"'{entry.label}' {entry.boxes}" for entry in report.classes) or "no class at all"
        names = ", ".join(f"'{label}'" for label in missing) or "any class"
        raise DatasetError(
            f"{report.source}: no usable box of {names}. Found {report.photos} usable photos; boxes by "
            f"class: {found}. "
            f"Label some, or {_how_to_remove(report.format)}.\n"
            f"{describe(faults(report.problems), at_most=SHOWN_PROBLEMS)}".rstrip()
        )


def _how_to_remove(format_name: str) -> str:
    if format_name == "yolo":
        return "make its name empty: '' in data.yaml, so that the other classes keep their numbers"
    return "remove the class"


def _refuse_faults(report: DataReport) -> None:
    if found := faults(report.problems):
        raise DatasetError(
            f"{report.source}: refused, because the reading is strict and there are problems ({len(found)}):\n"
            f"{describe(found, at_most=SHOWN_PROBLEMS)}"
        )
