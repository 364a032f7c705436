"""Two versions on the same held-out photos, each asked as the gateway asks it."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from detector.detections import Detection, GroundTruth
from detector.errors import DetectorError
from detector.evaluation import (
    PairedDifference,
    evaluate,
    paired_bootstrap_difference,
    paired_bootstrap_mean_difference,
)
from detector.images import Pixels, resize_square
from detector.manifest import Manifest, score_threshold
from detector.quiet_stderr import quiet_stderr
from jobs.release.gate.held_out import HeldOut
from services.gateway.engines.offline import OfflineDetector

KIND = "tflite_f32"
MOST_THREADS = 8
_PHOTO_TIMEOUT_S = 60.0

OnProgress = Callable[[int, int], None]
Photos = Sequence[Sequence[Detection]]
Truth = Sequence[Sequence[GroundTruth]]


@dataclass(frozen=True, slots=True)
class Contender:
    """A version that runs: its manifest, and LiteRT with its file loaded."""

    manifest: Manifest
    detector: OfflineDetector

    @classmethod
    def load(cls, manifest: Manifest, artifacts: Path) -> "Contender":
        """Raises ModelUnavailableError when LiteRT cannot load or run the file."""
        with quiet_stderr():
            return cls(manifest, OfflineDetector(manifest, artifacts, kind=KIND, workers=_threads()))

    @property
    def threshold(self) -> float:
        """Boxes below this score are not drawn."""
        return score_threshold(self.manifest)


@dataclass(frozen=True, slots=True)
class Measured:
    """One version's numbers; None is not measured."""

    ap50: float | None
    false_positives_per_empty_photo: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both versions' numbers, and the candidate's less the stable version's."""

    photos: int
    empty_photos: int
    candidate: Measured
    stable: Measured | None
    ap50: PairedDifference | None
    false_positives: PairedDifference | None


def compare(
    held_out: HeldOut, candidate: Contender, stable: Contender | None, *, on_progress: OnProgress
) -> Comparison:
    """Run the photos through both versions.

    AP50 is over the classes that both know: a class that only one of them was trained on says nothing about the
    other. A false positive is a box of any class at the version's own threshold on a photo without objects.

    Raises:
        DatasetError: a photo cannot be read.
        ModelUnavailableError: a version answers what is no answer.
    """
    contenders = [candidate] if stable is None else [candidate, stable]
    labels = _all_labels(held_out, contenders)
    truth, found = _run_all(held_out, contenders, labels, on_progress)
    shared = {
        labels.index(label)
        for label in held_out.labels
        if all(label in contender.manifest.labels for contender in contenders)
    }
    known_truth = [[each for each in photo if each.class_id in shared] for photo in truth]
    known = [[[each for each in photo if each.class_id in shared] for photo in photos] for photos in found]
    drawn = [_drawn_on_empty(truth, photos, c.threshold) for photos, c in zip(found, contenders, strict=True)]
    measured = [
        Measured(evaluate(known_truth, photos, labels, sizes=()).ap50, _mean(counts))
        for photos, counts in zip(known, drawn, strict=True)
    ]
    return Comparison(
        photos=len(truth),
        empty_photos=len(drawn[0]),
        candidate=measured[0],
        stable=None if stable is None else measured[1],
        ap50=None if stable is None else paired_bootstrap_difference(known_truth, *known),
        false_positives=None if stable is None else paired_bootstrap_mean_difference(*drawn),
    )


def _all_labels(held_out: HeldOut, contenders: Sequence[Contender]) -> tuple[str, ...]:
    """The photos' labels first, so that their class ids stay as they are."""
    more = (label for contender in contenders for label in contender.manifest.labels)
    return tuple(dict.fromkeys((*held_out.labels, *more)))


def _run_all(
    held_out: HeldOut, contenders: Sequence[Contender], labels: tuple[str, ...], on_progress: OnProgress
) -> tuple[list[tuple[GroundTruth, ...]], list[list[tuple[Detection, ...]]]]:
    """The truth of each photo, and each version's detections in it."""

    def run(photo: int) -> tuple[tuple[GroundTruth, ...], list[tuple[Detection, ...]]]:
        pixels, truth = held_out.load(photo)
        squares = {size: resize_square(pixels, size) for size in {c.manifest.input.width for c in contenders}}
        return truth, [_detect(c, squares[c.manifest.input.width], labels) for c in contenders]

    truths, found = [], []
    with ThreadPoolExecutor(max_workers=_threads()) as pool:
        try:
            for done, (truth, answers) in enumerate(pool.map(run, range(len(held_out))), start=1):
                truths.append(truth)
                found.append(answers)
                on_progress(done, len(held_out))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return truths, [[answers[index] for answers in found] for index in range(len(contenders))]


def _detect(contender: Contender, square: Pixels, labels: tuple[str, ...]) -> tuple[Detection, ...]:
    manifest = contender.manifest
    try:
        rows = contender.detector.detect(square, timeout_s=_PHOTO_TIMEOUT_S)
    except DetectorError as error:
        raise type(error)(f"Version {manifest.version}: {error.message}") from error
    return tuple(
        Detection(labels.index(manifest.labels[each.class_id]), each.score, each.box) for each in rows
    )


def _drawn_on_empty(truth: Truth, found: Photos, threshold: float) -> list[float]:
    """Boxes drawn on each photo without objects."""
    return [
        float(sum(each.score >= threshold for each in answers))
        for objects, answers in zip(truth, found, strict=True)
        if not objects
    ]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _threads() -> int:
    # Each has both versions loaded: those of a large machine would not fit into the memory of a small container.
    return min(MOST_THREADS, len(os.sched_getaffinity(0)))
