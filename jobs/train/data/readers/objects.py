"""Labelled objects of any shape on their way to boxes, shared by the readers.

A reader turns each object into an Object or, where it has no area or cannot be understood, into a LeftOut that
says why. `add_photo` then tells the collector of the photo.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

from detector.errors import DatasetError
from jobs.train.data.matching.collector import Collector
from jobs.train.data.photos import AnnotatedBox, Side
from jobs.train.data.problems import ProblemKind
from jobs.train.data.text import flag

Point = tuple[float, float]

_SHOWN_FILES = 10
_SHOWN_PHOTOS = 3


@dataclass(frozen=True, slots=True)
class Object:
    """An object and the box around it.

    `instance` is the same for the parts of one object (a polygon on each side of a lamp post), None for an object
    that is whole.
    """

    box: AnnotatedBox
    instance: Hashable = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An object that becomes no box: `reason` continues the sentence "object 3 ..."."""

    kind: ProblemKind
    reason: str


Found = Object | LeftOut


def box_around(label: str, xs: Iterable[float], ys: Iterable[float]) -> AnnotatedBox:
    """The box around points; all its edges are NaN where a coordinate is, or where there is no point."""
    x, y = list(xs), list(ys)
    if not x or not y or not all(map(math.isfinite, (*x, *y))):
        return AnnotatedBox(label, math.nan, math.nan, math.nan, math.nan)
    return AnnotatedBox(label, min(y), min(x), max(y), max(x))


def box_around_points(label: str, outline: Iterable[Point]) -> AnnotatedBox:
    """The box around `(x, y)` points."""
    corners = list(outline)
    return box_around(label, (x for x, _ in corners), (y for _, y in corners))


def box_around_ellipse(
    label: str, *, x: float, y: float, radius_x: float, radius_y: float, turned: float = 0.0
) -> AnnotatedBox:
    """The box around an ellipse with its centre at x, y, turned by `turned` radians."""
    if not math.isfinite(turned):
        return box_around(label, [math.nan], [math.nan])
    half_width = math.hypot(radius_x * math.cos(turned), radius_y * math.sin(turned))
    half_height = math.hypot(radius_x * math.sin(turned), radius_y * math.cos(turned))
    return box_around(label, (x - half_width, x + half_width), (y - half_height, y + half_height))


def turn(outline: Iterable[Point], *, about: Point, degrees: float) -> list[Point]:
    """The points turned clockwise, as the photo is seen; NaN where `degrees` is no angle."""
    if not math.isfinite(degrees):
        return [(math.nan, math.nan)]
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x0, y0 = about
    return [
        (x0 + (x - x0) * cosine - (y - y0) * sine, y0 + (x - x0) * sine + (y - y0) * cosine)
        for x, y in outline
    ]


def box_around_turned(box: AnnotatedBox, *, degrees: float) -> AnnotatedBox:
    """The box around this one turned clockwise about its centre."""
    if degrees == 0:
        return box
    corners = [(x, y) for x in (box.xmin, box.xmax) for y in (box.ymin, box.ymax)]
    middle = (box.xmin + box.xmax) / 2, (box.ymin + box.ymax) / 2
    return box_around_points(box.label, turn(corners, about=middle, degrees=degrees))


def crowd(name: str, value: object) -> LeftOut | None:
    """For an object whose flag `name` says that it is a crowd, or says nothing that can be read; else None."""
    try:
        is_crowd = flag(value)
    except ValueError as error:
        return LeftOut(ProblemKind.INVALID_BOX, f"has an unreadable {name}: {error}; left out.")
    return LeftOut(ProblemKind.CROWD_BOX, "is a crowd, no single object; left out.") if is_crowd else None


def no_area(shape: str) -> LeftOut:
    """For a point or a line."""
    return LeftOut(ProblemKind.DROPPED_BOX, f"is a {shape}, which has no area; left out.")


def unknown_shape(shape: object) -> LeftOut:
    """For a kind of shape that the reader does not know."""
    return LeftOut(ProblemKind.INVALID_BOX, f"has the shape {shape!r}, which is not known; left out.")


def add_photo(
    collector: Collector,
    file: str,
    stated: Sequence[str],
    found: Iterable[Found],
    *,
    stated_size: tuple[int, int] | None = None,
    side: Side | None = None,
    embedded: Callable[[], bytes] | None = None,
    single: bool = False,
) -> None:
    """Tell the collector of a photo, and of each of its objects that becomes no box.

    `single` is for a file that describes one photo and is called like it.
    """
    objects: list[Object] = []
    left_out = 0
    for number, entry in enumerate(found, start=1):
        if isinstance(entry, Object):
            objects.append(entry)
            continue
        left_out += 1
        name = next(iter(stated), "")
        collector.report(file, entry.kind, f"'{name}': object {number} {entry.reason}")
    add = collector.add_single if single else collector.add
    add(
        file,
        stated,
        whole_boxes(objects),
        stated_size=stated_size,
        side=side,
        left_out=left_out,
        embedded=embedded,
    )


def report_assumed_negatives(collector: Collector, names: Sequence[str], doubt: str) -> None:
    """One remark on photos without objects that may be unfinished ones; `doubt` says why nobody knows."""
    if not names:
        return
    what = "1 photo without objects is taken for a negative"
    if len(names) > 1:
        what = f"{len(names)} photos without objects are taken for negatives"
    shown = ", ".join(names[:_SHOWN_PHOTOS]) + (", ..." if len(names) > _SHOWN_PHOTOS else "")
    collector.report("photos", ProblemKind.ASSUMED_NEGATIVE, f"{what}, although {doubt}: {shown}.")


def whole_boxes(objects: Iterable[Object]) -> list[AnnotatedBox]:
    """A box for each object; the parts of one become the box around them all."""
    parts: dict[Hashable, list[AnnotatedBox]] = defaultdict(list)
    for number, entry in enumerate(objects):
        alone = entry.instance is None
        parts[("object", number) if alone else ("part", entry.instance, entry.box.label)].append(entry.box)
    return [boxes[0] if len(boxes) == 1 else _joined(boxes) for boxes in parts.values()]


def _joined(boxes: Sequence[AnnotatedBox]) -> AnnotatedBox:
    xs = [edge for box in boxes for edge in (box.xmin, box.xmax)]
    ys = [edge for box in boxes for edge in (box.ymin, box.ymax)]
    return replace(box_around(boxes[0].label, xs, ys), normalised=boxes[0].normalised)


def nothing_found(collector: Collector, expected: str) -> DatasetError:
    """The error for a dataset without a single document of the format, with the files that could not be read."""
    unreadable = [
        problem
        for problem in collector.annotations().problems
        if problem.kind is ProblemKind.UNREADABLE_ANNOTATION
    ]
    listed = "".join(f"\n  {problem}" for problem in unreadable[:_SHOWN_FILES])
    return DatasetError(f"{collector.source.name}: no {expected} in it.{listed}")
