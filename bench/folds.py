"""Photos that training has not seen: a data set dealt into folds, each written as two data sets on disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jobs.train.datasets.open import open_dataset
from jobs.train.report import write_eval


@dataclass(frozen=True, slots=True)
class Fold:
    """`known` is what a run may use, with its own validation part; `unseen` is what judges it."""

    number: int
    known: Path
    unseen: Path


def write_folds(data: Path, scratch: Path, *, folds: int, size: int, seed: int = 0) -> Iterator[Fold]:
    """Deal the usable photos of `data` into `folds` parts, each in turn the unseen one."""
    dataset, _ = open_dataset(data, size=size)
    order = np.random.default_rng(seed).permutation(len(dataset.photos))
    for number, unseen in enumerate(np.array_split(order, folds)):
        sides = {"known": sorted(set(order) - set(unseen)), "unseen": sorted(unseen)}
        for name, members in sides.items():
            write_eval(scratch / f"{number}-{name}", [dataset.photos[i] for i in members], dataset.labels)
        yield Fold(number, scratch / f"{number}-known", scratch / f"{number}-unseen")
