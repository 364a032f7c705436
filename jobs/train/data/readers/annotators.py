"""Which annotation counts where several people worked on one photo."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jobs.train.data.matching.collector import Collector
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.objects import Found
from jobs.train.data.text import number


@dataclass(frozen=True, slots=True)
class Work:
    """What one person says of a photo.

    `is_reference` tells that the tool has it marked as right (ground truth, benchmark); `time` is when it was done,
    as the tool writes it.
    """

    found: tuple[Found, ...]
    is_reference: bool = False
    time: str = ""


class Choice:
    """Chooses among the work of several people: what is marked as right, else what was done last.

    What was not chosen is reported: where the tool's own mark decided, in one remark for a file, else for each photo
    whose annotations differ.
    """

    def __init__(self, collector: Collector, file: str) -> None:
        self._collector = collector
        self._file = file
        self._by_reference = 0

    def among(self, works: Sequence[Work], name: str) -> Work:
        """The work that counts for the photo called `name`; there is at least one."""
        place = max(
            range(len(works)), key=lambda place: (works[place].is_reference, _when(works[place]), place)
        )
        chosen = works[place]
        others = [work for other, work in enumerate(works) if other != place]
        if not _differ(others, chosen):
            return chosen
        if chosen.is_reference:
            self._by_reference += 1
            return chosen
        message = f"'{name}' was annotated {len(works)} times, in different ways; the latest is used."
        self._collector.report(self._file, ProblemKind.CONFLICTING_DUPLICATE, message)
        return chosen

    def finish(self) -> None:
        """Tell of the photos where a mark decided."""
        if self._by_reference:
            photos = "1 photo has" if self._by_reference == 1 else f"{self._by_reference} photos have"
            message = f"{photos} other annotations beside the one that is marked as right; they are not used."
            self._collector.report(self._file, ProblemKind.SET_ASIDE, message)


def _differ(works: Iterable[Work], chosen: Work) -> bool:
    return any(repr(work.found) != repr(chosen.found) for work in works)  # NaN is alike too


def _when(work: Work) -> tuple[float, str]:
    """A key for sorting: seconds, as older versions of tools write times, or a date."""
    seconds = number(work.time)
    return (-math.inf if math.isnan(seconds) else seconds, work.time)
