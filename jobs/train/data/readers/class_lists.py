"""The classes that a file lists in order, beside those that its boxes have."""

from collections.abc import Collection, Iterable

from jobs.train.data.matching.collector import Collector
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.coco import VOCABULARY
from jobs.train.data.text import clean_label

_SHOWN_NAMES = 5


def listed_classes(
    collector: Collector,
    listed: Iterable[str],
    used: Collection[str],
    *,
    only_if_used: Collection[str] = (),
) -> tuple[str, ...] | None:
    """The listed names in order, without those that are no classes; None where nothing is listed.

    Left out and reported are unused names in `only_if_used`, and all unused ones where they are a long vocabulary.
    """
    names = dict.fromkeys(name for name in listed if clean_label(name))
    unused = [name for name in names if name not in used]
    dropped = [name for name in unused if name in only_if_used]
    if len(unused) >= VOCABULARY and used:
        dropped = unused
    if dropped:
        shown = ", ".join(dropped[:_SHOWN_NAMES]) + (", ..." if len(dropped) > _SHOWN_NAMES else "")
        message = f"not taken for classes, as no box is of them ({len(dropped)}): {shown}."
        collector.report("categories", ProblemKind.UNUSED_CLASS, message)
    return tuple(name for name in names if name not in dropped) or None
