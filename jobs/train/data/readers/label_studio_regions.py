"""Label Studio's regions on their way to boxes.

Coordinates are percentages of the photo, whichever way it was turned on the screen. Rectangles turn about their top
left corner, ellipses about their centre.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from jobs.train.data.photos import AnnotatedBox
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.json_values import items, points, text
from jobs.train.data.readers.label_studio_brush import extent_of_brush
from jobs.train.data.readers.objects import (
    Found,
    LeftOut,
    Object,
    Point,
    box_around_ellipse,
    box_around_points,
    no_area,
    turn,
    unknown_shape,
)
from jobs.train.data.text import image_size, number

LABELS = (
    "rectanglelabels", "polygonlabels", "ellipselabels", "brushlabels", "keypointlabels", "bitmasklabels",
    "vectorlabels", "labels",
)  # fmt: skip
_PER_CENT = 100
_UNREAD = ("sequence", "imageDataURL", "vertices", "start")
"""Marks of shapes that are not read: a video's, a bitmap, a path of curves, a piece of text or sound."""


@dataclass(frozen=True, slots=True)
class Region:
    """A shape with the classes it has; `size` is that of the photo, None where nothing says it."""

    value: Mapping[str, Any]
    labels: tuple[str, ...]
    size: tuple[int, int] | None


def labels_of(value: Mapping[str, Any]) -> tuple[str, ...]:
    """The classes that the value of a result names."""
    return tuple(text(name) for key in LABELS for name in items(value.get(key)))


def is_shape(value: Mapping[str, Any]) -> bool:
    """Whether the value is of a shape, not of a choice or a text for the whole photo."""
    return any(name in value for name in ("x", "points", "rle", *_UNREAD))


def stated_size(result: Mapping[str, Any]) -> tuple[int, int] | None:
    """The photo's size where it is stated beside a shape."""
    return image_size(result.get("original_width"), result.get("original_height"))


def found_in(region: Region) -> list[Found]:
    """A box for each class of the region; one without a class where it has none, which is a fault."""
    found = _found(region)
    if isinstance(found, LeftOut):
        return [found]
    return [
        replace(found, box=replace(found.box, label=label, normalised=region.size is None))
        for label in dict.fromkeys(region.labels) or [""]
    ]


def _found(region: Region) -> Found:
    value = region.value
    if (unread := next((name for name in _UNREAD if name in value), None)) is not None:
        return unknown_shape(unread)
    if "rle" in value:
        return _mask(value.get("rle"), region.size)
    if "points" in value:
        if value.get("closed") is False:
            return no_area("line")
        return Object(box_around_points("", _scaled(points(value.get("points")), region.size)))
    if "radiusX" in value:
        return _ellipse(value, region.size)
    if "height" in value:
        return _rectangle(value, region.size)
    return no_area("point")


def _rectangle(value: Mapping[str, Any], size: tuple[int, int] | None) -> Found:
    x, y, width, height = (number(value.get(name)) for name in ("x", "y", "width", "height"))
    (corner, opposite) = _scaled([(x, y), (x + width, y + height)], size)
    degrees = _degrees(value)
    if degrees == 0:
        return Object(box_around_points("", [corner, opposite]))
    if size is None:
        return _NO_SIZE
    (x0, y0), (x1, y1) = corner, opposite
    outline = turn([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], about=corner, degrees=degrees)
    return Object(box_around_points("", outline))


def _ellipse(value: Mapping[str, Any], size: tuple[int, int] | None) -> Found:
    degrees = _degrees(value)
    if degrees != 0 and size is None:
        return _NO_SIZE
    centre = number(value.get("x")), number(value.get("y"))
    radii = number(value.get("radiusX")), number(value.get("radiusY"))
    (x, y), (radius_x, radius_y) = _scaled([centre, radii], size)
    box = box_around_ellipse("", x=x, y=y, radius_x=radius_x, radius_y=radius_y, turned=math.radians(degrees))
    return Object(box)


def _mask(packed: object, size: tuple[int, int] | None) -> Found:
    try:
        extent = extent_of_brush(packed, size)
    except ValueError as error:
        return LeftOut(ProblemKind.INVALID_BOX, f"is a mask that cannot be read ({error}); left out.")
    if extent is None:
        return LeftOut(ProblemKind.DROPPED_BOX, "is an empty mask; left out.")
    ymin, xmin, ymax, xmax = extent
    return Object(AnnotatedBox("", ymin, xmin, ymax, xmax))


def _degrees(value: Mapping[str, Any]) -> float:
    return number(value.get("rotation") or 0)


def _scaled(outline: list[Point], size: tuple[int, int] | None) -> list[Point]:
    """Percentages as pixels, or as 0..1 where the size is unknown."""
    width, height = size or (1, 1)
    return [(x * width / _PER_CENT, y * height / _PER_CENT) for x, y in outline]


_NO_SIZE = LeftOut(
    ProblemKind.INVALID_BOX, "is turned, and original_width and original_height are missing; left out."
)
