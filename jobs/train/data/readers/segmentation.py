"""The bounds of a COCO segmentation: polygons, a run-length mask, or a compressed one."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from detector.boxes import Box
from jobs.train.data.readers.run_lengths import extent_of_mask
from jobs.train.data.text import image_size, number

_MIN_COORDINATES = 6


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
    # Tools that simplify outlines leave points and lines behind, which have no area.
    with_area = [part for part in parts if not isinstance(part, list) or len(part) >= _MIN_COORDINATES]
    bounds = [_polygon_bounds(part) for part in with_area or parts]
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
    if len(values) < _MIN_COORDINATES or len(values) % 2:
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
    try:
        extent = extent_of_mask(mask.get("counts"), mask.get("size"))
    except ValueError as error:
        raise ValueError(f"has a damaged mask: {error}") from error
    if extent is None:
        raise ValueError("has an empty mask")
    return Extent(Box(*map(float, extent)), size)
