"""Photos that training has not seen: a data set dealt into folds, each written as two data sets on disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jobs.train.data.open import open_dataset
from jobs.train.data.photos import LabelledPhoto
from jobs.train.data.split.groups import group_photos
from jobs.train.report import write_eval


@dataclass(frozen=True, slots=True)
class Fold:
    """`known` is what a run may use, with its own validation part; `unseen` is what judges it."""

    number: int
    known: Path
    unseen: Path


def write_folds(data: Path, scratch: Path, *, folds: int, size: int, seed: int = 0) -> Iterator[Fold]:
    """Deal the usable photos of `data` into `folds` parts, each in turn the unseen one; twins are in one part."""
    dataset, _ = open_dataset(data, size=size)
    part = _parts(dataset.photos, folds=folds, seed=seed)
    for number in range(folds):
        sides = {"known": np.flatnonzero(part != number), "unseen": np.flatnonzero(part == number)}
        for name, members in sides.items():
            write_eval(scratch / f"{number}-{name}", [dataset.photos[i] for i in members], dataset.labels)
        yield Fold(number, scratch / f"{number}-known", scratch / f"{number}-unseen")


def _parts(photos: tuple[LabelledPhoto, ...], *, folds: int, seed: int) -> npt.NDArray[np.int64]:
    """The number of each photo's part: photos are dealt singly, then those that belong together follow their first."""
    part = np.empty(len(photos), np.int64)
    for number, members in enumerate(
        np.array_split(np.random.default_rng(seed).permutation(len(photos)), folds)
    ):
        part[members] = number
    for group in group_photos(photos).together:
        part[list(group)] = part[group[0]]
    return part
