"""The bounds of a COCO segmentation: polygons, a run-length mask, or a compressed one.

A mask is read column by column, its runs alternately outside and inside the object. Only the bounds are worked
out, in steps as many as there are runs: no mask is unpacked, whatever size it claims.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from detector.boxes import Box
from jobs.train.datasets.text import image_size, number

_LEAST_COORDINATES = 6
_FIRST_CHARACTER = 48
_LAST_CHARACTER = 111
_CONTINUED = 0x20
_NEGATIVE = 0x10
_MOST_CHARACTERS = 13
"""Characters of one run: five bits each make 64 bits."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Edges in pixels; `size` is the `(width, height)` that a mask states, None for polygons."""

    edges: Box
    size: tuple[int, int] | None = None


def extent_of(segmentation: object) -> Extent:
    """The bounds of a segmentation. ValueError says what is wrong with it."""
    if isinstance(segmentation, dict):
        return _mask_extent(segmentation)
    if not isinstance(segmentation, list) or not segmentation:
        raise ValueError("is neither polygons nor a mask")
    # Some tools write a single polygon without the list around it.
    parts = segmentation if isinstance(segmentation[0], list) else [segmentation]
    bounds = [_polygon_bounds(part) for part in parts]
    return Extent(
        Box(
            min(box.ymin for box in bounds),
            min(box.xmin for box in bounds),
            max(box.ymax for box in bounds),
            max(box.xmax for box in bounds),
        )
    )


def _polygon_bounds(part: object) -> Box:
    values = [number(value) for value in part] if isinstance(part, list) else []
    if len(values) < _LEAST_COORDINATES or len(values) % 2:
        raise ValueError(f"has a polygon of {len(values)} numbers, which are no three points")
    if not all(map(math.isfinite, values)):
        raise ValueError("has a polygon with coordinates that are no numbers")
    xs, ys = values[0::2], values[1::2]
    return Box(min(ys), min(xs), max(ys), max(xs))


def mask_size(mask: Mapping[str, object]) -> tuple[int, int] | None:
    """The `(width, height)` that a mask states."""
    stated = mask.get("size")
    height, width = stated if isinstance(stated, list) and len(stated) == 2 else (None, None)
    return image_size(width, height)


def _mask_extent(mask: Mapping[str, object]) -> Extent:
    size = mask_size(mask)
    if size is None:
        raise ValueError("has a mask without a size")
    counts = mask.get("counts")
    if isinstance(counts, str):
        runs: Iterable[int] = _decompressed(counts)
    elif isinstance(counts, list):
        runs = _whole_numbers(counts)
    else:
        raise ValueError("has a mask without counts")
    return Extent(_mask_bounds(runs, *size), size)


def _mask_bounds(runs: Iterable[int], width: int, height: int) -> Box:
    """The edges of the odd runs, which follow each other down the columns."""
    start, inside = 0, False
    left, top, right, bottom = width, height, 0, 0
    for run in runs:
        end = start + run
        if run < 0 or end > width * height:
            raise ValueError(f"has a mask whose runs do not fill {width}×{height} pixels")
        if inside and run:
            first, last = start // height, (end - 1) // height
            left, right = min(left, first), max(right, last + 1)
            # A run that goes on in the next column touches the photo's lower and upper edge.
            top = min(top, start % height if first == last else 0)
            bottom = max(bottom, (end - 1) % height + 1 if first == last else height)
        start, inside = end, not inside
    if start != width * height:
        raise ValueError(f"has a mask whose runs do not fill {width}×{height} pixels")
    if right == 0:
        raise ValueError("has an empty mask")
    return Box(top, left, bottom, right)


def _whole_numbers(counts: Sequence[object]) -> Iterator[int]:
    for count in counts:
        value = number(count)
        if not value.is_integer():
            raise ValueError("has a mask with runs that are no whole numbers")
        yield int(value)


def _decompressed(counts: str) -> Iterator[int]:
    """The runs in COCO's own coding: characters of five bits, lowest first, the third run and those after it as
    the difference to the last but one (cocoapi, common/maskApi.c, rleFrString)."""
    position = 0
    before: tuple[int, int] = (0, 0)
    index = 0
    while position < len(counts):
        value, position = _coded_number(counts, position)
        run = value + before[0] if index > 2 else value
        yield run
        before = (before[1], run)
        index += 1


def _coded_number(counts: str, position: int) -> tuple[int, int]:
    """The number that begins at this character, and the position after it."""
    value = 0
    for place, character in enumerate(counts[position : position + _MOST_CHARACTERS]):
        if not _FIRST_CHARACTER <= ord(character) <= _LAST_CHARACTER:
            break
        bits = ord(character) - _FIRST_CHARACTER
        value |= (bits & 0x1F) << (5 * place)
        if not bits & _CONTINUED:
            negative = bits & _NEGATIVE
            return value - (1 << (5 * (place + 1))) if negative else value, position + place + 1
    raise ValueError("has a compressed mask that is damaged")
