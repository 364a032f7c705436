"""What was found in a dataset, for people before training and for machines in the report."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from jobs.train.data.photos import Dataset
from jobs.train.data.problems import Problem, ProblemKind
from jobs.train.data.split.groups import PhotoGroups


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How often one class occurs: photos with at least one such box, and boxes."""

    label: str
    photos: int
    boxes: int


@dataclass(frozen=True, slots=True)
class Grouped:
    """How many photos belong together with others, in how many groups, and how many of these groups the dataset's own
    split divides."""

    photos: int = 0
    groups: int = 0
    divided: int = 0

    def __str__(self) -> str:
        """One sentence; empty when there is no group."""
        if not self.groups:
            return ""
        what = f"{self.photos} photos are in {self.groups} group{'' if self.groups == 1 else 's'}"
        if not self.divided:
            outcome = "each group is kept on one side of the split unless a note says that it was cut"
        elif self.divided == 1:
            outcome = "the dataset's own split divides one of the groups"
        else:
            outcome = f"the dataset's own split divides {self.divided} of the groups"
        return f"{what} of look-alikes, augmented copies or frames of one video; {outcome}."

    def to_json(self) -> dict[str, Any]:
        """The counts, and the sentence as `summary`."""
        return {**asdict(self), "summary": str(self)}


NOT_GROUPED = Grouped()


@dataclass(frozen=True, slots=True)
class DataReport:
    """The dataset in numbers, every problem with the file it is in, and what to expect of training on it.

    `fingerprint` is a SHA-256 over labels, photos and boxes: equal for equal content, whatever the format,
    the file names or the order. `sides` counts photos by the dataset's own split (`none` where it has no
    opinion). `grouped` says how many photos the split keeps together.
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
    grouped: Grouped = NOT_GROUPED

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
            "grouped": self.grouped.to_json(),
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


def count_groups(dataset: Dataset, groups: PhotoGroups) -> Grouped:
    """Of the groups with more than one photo."""
    several = [[dataset.photos[i] for i in group] for group in groups.together if len(group) > 1]
    return Grouped(
        photos=sum(map(len, several)),
        groups=len(several),
        divided=sum(len({photo.side for photo in group if photo.side}) > 1 for group in several),
    )


def describe(problems: Iterable[Problem], *, at_most: int) -> str:
    """The first few problems, one a line, and how many there are besides."""
    listed = [f"  {problem}" for problem in problems]
    more = [f"  and {len(listed) - at_most} more"] if len(listed) > at_most else []
    return "\n".join([*listed[:at_most], *more])
