"""One line of a YOLO text file: a box, an oriented box, a polygon, or a pose with its box."""

import math

from detector.boxes import Box

_BOX = 4
_BOX_AND_SCORE = 5
_LEAST_POLYGON = 6


def parse_line(line: str, *, keypoints: bool = False) -> tuple[int, Box]:
    """The class id and the box, normalised as written. ValueError says what the line is instead.

    Six and more coordinates are a polygon (or an oriented box's corners) and become its bounding box; with
    `keypoints` they follow the box and are ignored. A fifth number is a score, and ignored.
    """
    words = line.replace(",", " ").split()
    try:
        class_number, *values = (float(word) for word in words)
    except ValueError as error:
        raise ValueError(f"is not numbers: '{_shortened(line)}'") from error
    if not class_number.is_integer() or class_number < 0:
        raise ValueError(f"does not begin with the number of a class: '{_shortened(line)}'")
    if not all(math.isfinite(value) for value in values):
        raise ValueError(f"has coordinates that are no numbers: '{_shortened(line)}'")
    return int(class_number), _box(values, line, keypoints=keypoints)


def _box(values: list[float], line: str, *, keypoints: bool) -> Box:
    if len(values) in (_BOX, _BOX_AND_SCORE) or (keypoints and len(values) > _BOX):
        x, y, width, height = values[:_BOX]
        return Box.from_yolo(x_center=x, y_center=y, width=width, height=height)
    if len(values) >= _LEAST_POLYGON and len(values) % 2 == 0:
        xs, ys = values[0::2], values[1::2]
        return Box(min(ys), min(xs), max(ys), max(xs))
    raise ValueError(f"has {len(values)} coordinates where a box has 4: '{_shortened(line)}'")


def _shortened(line: str) -> str:
    return line.strip()[:60]
