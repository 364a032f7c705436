"""What was found in a dataset, for people before training and for machines in the report."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from jobs.train.datasets.photos import Dataset
from jobs.train.datasets.problems import Problem, ProblemKind


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How often one class occurs: photos with at least one such box, and boxes."""

    label: str
    photos: int
    boxes: int


@dataclass(frozen=True, slots=True)
class DataReport:
    """The dataset in numbers, every problem with the file it is in, and what to expect of training on it.

    `fingerprint` is a SHA-256 over labels, photos and boxes: equal for equal content, whatever the format,
    the file names or the order. `sides` counts photos by the dataset's own split (`none` where it has no
    opinion).
    """

    source: str
    format: str
    fingerprint: str
    photos: int
    boxes: int
    negatives: int
    classes: tuple[ClassCount, ...]
    sides: tuple[tuple[str, int], ...]
    problems: tuple[Problem, ...]
    advice: tuple[str, ...]

    def count(self, kind: ProblemKind) -> int:
        """How many problems are of this kind."""
        return sum(problem.kind is kind for problem in self.problems)

    @property
    def unreadable(self) -> int:
        """Photos that could not be decoded."""
        return self.count(ProblemKind.UNREADABLE_PHOTO)

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON values; `counts` has every kind of problem, also those not found."""
        return {
            **asdict(self),
            "sides": dict(self.sides),
            "counts": {kind.value: self.count(kind) for kind in ProblemKind},
        }


def count_classes(dataset: Dataset) -> tuple[ClassCount, ...]:
    """Photos and boxes of each class, in the order of the labels."""
    boxes: Counter[int] = Counter()
    photos: Counter[int] = Counter()
    for photo in dataset.photos:
        ids = [truth.class_id for truth in photo.ground_truth]
        boxes.update(ids)
        photos.update(set(ids))
    return tuple(ClassCount(label, photos[i], boxes[i]) for i, label in enumerate(dataset.labels))


def count_sides(dataset: Dataset) -> tuple[tuple[str, int], ...]:
    """Photos by the dataset's own split, the largest part first."""
    return tuple(Counter(photo.side or "none" for photo in dataset.photos).most_common())


def describe(problems: Iterable[Problem], *, at_most: int) -> str:
    """The first few problems, one a line, and how many there are besides."""
    listed = [f"  {problem}" for problem in problems]
    more = [f"  and {len(listed) - at_most} more"] if len(listed) > at_most else []
    return "\n".join([*listed[:at_most], *more])
