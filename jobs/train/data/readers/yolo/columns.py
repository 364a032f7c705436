"""What the numbers after a YOLO row's class mean, decided over all rows of a dataset.

The count alone does not tell: six numbers are a triangle, or a box with a score and a track number. By count:

- 4 are a box, `x_center y_center width height`, 0..1. Rows that reach out of the photo in this reading and are
  all proper as `xmin ymin xmax ymax` are refused.
- 5 are a box with a score (0..1 in all such rows) or a track number (whole in all of them). They are refused
  where the score may come first: where at least as many rows are boxes inside the photo without their first
  number as without their last, unless those are as many and the first number never changes while the last does.
- 6 are a box with a score and a track number, in either order, where one is 0..1 and the other whole and the
  box lies inside the photo; they are a triangle where all are 0..1 and span an area. Rows that can be one only
  decide for all. Where all can be both, three and more rows with whole numbers in one column throughout have
  tracks, since triangles do not all end on the photo's edge; fewer are refused, and so are rows that decide
  differently. Rows whose score and track number may come before or around the box are refused as with 5, and so
  are triangles of which some are far outside the photo.
- 8, 10, ... are a polygon, or an oriented box's corners: the bounds of the points. They are polygons with a
  score and a track number where the last two are 0..1 and a whole number over 1, and are refused where some
  rows are so and others not, or where whole numbers of 0 and 1 leave it open and the bounds depend on it.
- Key points after the box are left out. `kpt_shape` in data.yaml says how many there are. Without it, all rows
  of the dataset have them if they are equally long, most points are inside the box, and every third number after
  the box is a visibility (0, 1 or 2), or a confidence (0..1) in rows too odd for a polygon. Points in pairs look
  like a polygon, and are refused where they may be either; with a point at -1 -1, for none, they are key points.
- Other counts are refused.

A coordinate far over 1 is one in pixels, and is refused in every reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from detector.boxes import Box
from jobs.train.data.box_placement import FAR_OUTSIDE

Values = Sequence[float]

_TOLERANCE = 0.02
"""How far a box or a point may reach over the photo by rounding and still decide on a reading."""
_BOX, _ONE_MORE, _TWO_MORE = 4, 5, 6
_MIN_POLYGON = 6
_MIN_TRACKED = 3
_MIN_AREA = 1e-9
_CORNERS_FRACTION = 0.25
_PARALLEL = 0.005
_VISIBILITIES = (0.0, 1.0, 2.0)
_NOWHERE = (-1.0, -1.0)
_ABSENT = ((0.0, 0.0), _NOWHERE)
"""Key points that are not there, as tools write them."""
_BOXED_FRACTION = 0.9
_OTHER_ORDERS = ((0, 1, slice(2, 6)), (1, 0, slice(2, 6)), (0, 5, slice(1, 5)), (5, 0, slice(1, 5)))
"""Where six numbers may have a track number, a score and a box when the box is not first."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How rows are read: as a box with what follows it, or as the points of a polygon.

    `extra` columns at the end are a score and a track number. A refusal says why the rows are not read.
    """

    is_polygon: bool = False
    extra: int = 0
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """The reading of rows by their count of numbers."""

    readings: Mapping[int, Reading]

    def box(self, values: Values) -> Box:
        """The box of one row, normalised as written. ValueError says why there is none."""
        reading = self.readings.get(len(values))
        if reading is None:
            raise ValueError(f"has {len(values)} coordinates where a box has 4")
        if reading.refusal:
            raise ValueError(reading.refusal)
        geometry = values[: len(values) - reading.extra if reading.is_polygon else _BOX]
        if max(map(abs, geometry)) >= FAR_OUTSIDE:
            raise ValueError("has coordinates far over 1, which look like pixels; YOLO's are 0 to 1")
        if reading.is_polygon and min(geometry) <= -1:
            raise ValueError(
                "has points at -1, which no polygon has; add kpt_shape to data.yaml if these are key points"
            )
        return _bounds(geometry) if reading.is_polygon else _box_of(geometry)

    def extra(self, values: Values) -> int:
        """How many columns of the row are a score and a track number."""
        reading = self.readings.get(len(values))
        return reading.extra if reading else 0


def settle_columns(rows: Sequence[Values], *, keypoint_values: int = 0) -> Columns:
    """The readings that fit all these rows, which are those of a whole dataset."""
    by_count: dict[int, list[Values]] = {}
    for values in rows:
        by_count.setdefault(len(values), []).append(values)
    if keypoint_values:
        return Columns(_with_keypoints(keypoint_values))
    if len(by_count) == 1 and (pose := _pose(*by_count.values())):
        return Columns(dict.fromkeys(by_count, pose))
    readings = {_BOX: _boxes(by_count.get(_BOX, []))}
    if fives := by_count.get(_ONE_MORE):
        readings[_ONE_MORE] = _five(fives)
    if sixes := by_count.get(_TWO_MORE):
        readings[_TWO_MORE] = _six(sixes)
    counts = [count for count in by_count if count > _TWO_MORE and count % 2 == 0]
    polygons = _polygons([values for count in counts for values in by_count[count]])
    return Columns(readings | dict.fromkeys(counts, polygons))


def _box_of(values: Values) -> Box:
    x, y, width, height = values[:_BOX]
    return Box.from_yolo(x_center=x, y_center=y, width=width, height=height)


def _bounds(values: Values) -> Box:
    xs, ys = values[0::2], values[1::2]
    return Box(min(ys), min(xs), max(ys), max(xs))


def _refused(message: str) -> Reading:
    return Reading(refusal=message)


def _with_keypoints(keypoint_values: int) -> dict[int, Reading]:
    count = _BOX + keypoint_values
    keypoints = {count + extra: Reading(extra=extra) for extra in (0, 1, 2)}
    return {_BOX: Reading()} | keypoints


def _boxes(rows: Sequence[Values], *, extra: int = 0) -> Reading:
    """The reading of rows that begin with a box, unless they are rather its two corners."""
    boxes = [values[:_BOX] for values in rows]
    outside = sum(not _is_box(values) for values in boxes)
    if outside and outside >= _CORNERS_FRACTION * len(rows) and all(map(_is_corners, boxes)):
        return _refused("looks like xmin ymin xmax ymax; YOLO's are x_center y_center width height")
    return Reading(extra=extra)


def _is_corners(values: Values) -> bool:
    xmin, ymin, xmax, ymax = values
    return _is_inside(values) and xmin < xmax and ymin < ymax


def _five(rows: Sequence[Values]) -> Reading:
    last = [values[-1] for values in rows]
    if not (all(map(_is_fraction, last)) or all(map(_is_whole, last))):
        return _refused("has a fifth number that is neither a score (0 to 1) nor a track number in all rows")
    box_first = sum(_is_box(values) for values in rows)
    score_first = sum(_is_fraction(values[0]) and _is_box(values[1:]) for values in rows)
    only_last_changes = len({values[0] for values in rows}) == 1 < len({values[-1] for values in rows})
    if score_first > box_first or (score_first and score_first == box_first and not only_last_changes):
        return _refused("may have its score before the box or after it; write class x y width height alone")
    return _boxes(rows, extra=1)


def _six(rows: Sequence[Values]) -> Reading:
    tracked = [_has_tail(values) and (_is_box(values) or max(values[-2:]) > 1) for values in rows]
    triangle = [_is_inside(values) and _area(values) > _MIN_AREA for values in rows]
    if _box_may_be_later(rows):
        return _refused(
            "may be a box with a score and a track number before it or around it, or a triangle; write class x y "
            "width height alone"
        )
    pairs = list(zip(tracked, triangle, strict=True))
    only_tracked, only_triangle = (True, False) in pairs, (False, True) in pairs
    if only_tracked and only_triangle:
        return _refused(
            "may be a box with score and track number, or a triangle: other rows are one or the other"
        )
    if only_tracked:
        return _boxes(rows, extra=2)
    both = [values for values, pair in zip(rows, pairs, strict=True) if all(pair)]
    if only_triangle or not both:
        return _triangles(rows)
    if len(both) >= _MIN_TRACKED and any(all(_is_whole(v[i]) for v in both) for i in (-1, -2)):
        return _boxes(rows, extra=2)
    return _refused("may be a box with score and track number, or a triangle; too few rows tell which")


def _box_may_be_later(rows: Sequence[Values]) -> bool:
    """Whether most rows are a box behind a track number or a score, and no fewer than are a box first."""
    later = max(
        sum(_is_whole(v[track]) and _is_fraction(v[score]) and _is_box(v[box]) for v in rows)
        for track, score, box in _OTHER_ORDERS
    )
    first = sum(_is_box(values) and _has_tail(values) for values in rows)
    only_last_change = len({values[0] for values in rows}) == 1 < len({tuple(values[-2:]) for values in rows})
    return 2 * later > len(rows) and (later > first or (later == first and not only_last_change))


def _triangles(rows: Sequence[Values]) -> Reading:
    """The reading as triangles, unless some rows show that none of them is one."""
    outside = [values for values in rows if max(map(abs, values)) >= FAR_OUTSIDE]
    if outside and all(sum(abs(value) > 1 + _TOLERANCE for value in values) == 1 for values in outside):
        return _refused(
            "may be a triangle, or a box with a track number: rows have one number over 1; write class x y width "
            "height alone"
        )
    if 0 < len(outside) < len(rows):
        return _refused(
            "may be a triangle in pixels: other rows have coordinates far over 1; YOLO's are 0 to 1"
        )
    return Reading(is_polygon=True)


def _polygons(rows: Sequence[Values]) -> Reading:
    inside = [values for values in rows if _is_inside(values)]
    tracked = any(_has_tail(values) and max(values[-2:]) > 1 and _is_inside(values[:-2]) for values in rows)
    if tracked and any(not _has_tail(values) for values in inside):
        return _refused(
            "may end in a score and a track number or in a point: other rows are one or the other"
        )
    if tracked:
        return Reading(is_polygon=True, extra=2)
    if inside and all(map(_has_tail, inside)) and any(_bounds(v) != _bounds(v[:-2]) for v in inside):
        return _refused("may end in a score and a track number or in a point; too few rows tell which")
    return Reading(is_polygon=True)


def _pose(rows: Sequence[Values]) -> Reading | None:
    """The reading of equally long rows as boxes with key points; None when they are nothing like it."""
    count = len(rows[0]) - _BOX
    triples = count > 0 and count % 3 == 0 and _are_points_in_boxes(rows, step=3)
    if triples and _have_visibilities(rows):
        return Reading()
    if count < _BOX or count % 2 or any(values[:2] == values[-2:] for values in rows):
        return None
    pairs = _are_points_in_boxes(rows, step=2)
    if pairs and any(_NOWHERE in _points(values, step=2) for values in rows):
        return Reading()
    if not (pairs or triples) or all(map(_is_parallelogram, rows)):
        return None
    return _refused(
        "may be a polygon or a box with key points; add kpt_shape to data.yaml for key points, end polygons in "
        "their first point"
    )


def _have_visibilities(rows: Sequence[Values]) -> bool:
    """Whether every third number is a visibility, or a confidence where rows are too odd for a polygon."""
    thirds = [third for values in rows for third in values[_BOX + 2 :: 3]]
    return all(third in _VISIBILITIES for third in thirds) or (
        len(rows[0]) % 2 == 1 and all(map(_is_fraction, thirds))
    )


def _points(values: Values, *, step: int) -> list[tuple[float, float]]:
    return list(zip(values[_BOX::step], values[_BOX + 1 :: step], strict=True))


def _are_points_in_boxes(rows: Sequence[Values], *, step: int) -> bool:
    """Whether nearly all rows begin with a box inside the photo, and most points after it are in the box.

    Key points may be outside: the box is often around what is seen of an object, a key point where it must be.
    """
    boxed = [values for values in rows if _is_box(values)]
    if len(boxed) < _BOXED_FRACTION * len(rows):
        return False
    are_inside = [
        _is_in(_box_of(values), point)
        for values in boxed
        for point in _points(values, step=step)
        if point not in _ABSENT
    ]
    return not are_inside or 2 * sum(are_inside) > len(are_inside)


def _is_in(box: Box, point: tuple[float, float]) -> bool:
    x, y = point
    return (
        box.xmin - _TOLERANCE <= x <= box.xmax + _TOLERANCE
        and box.ymin - _TOLERANCE <= y <= box.ymax + _TOLERANCE
    )


def _is_parallelogram(values: Values) -> bool:
    if len(values) != 2 * _BOX:
        return False
    x1, y1, x2, y2, x3, y3, x4, y4 = values
    return abs(x1 + x3 - x2 - x4) < _PARALLEL and abs(y1 + y3 - y2 - y4) < _PARALLEL


def _is_box(values: Values) -> bool:
    """Whether the first four numbers are a box inside the photo."""
    x, y, width, height = values[:_BOX]
    return min(width, height) > 0 and _is_inside(
        (x, y, x - width / 2, x + width / 2, y - height / 2, y + height / 2)
    )


def _is_inside(values: Values) -> bool:
    return all(-_TOLERANCE <= value <= 1 + _TOLERANCE for value in values)


def _has_tail(values: Values) -> bool:
    """Whether the last two may be a score and a track number, in either order."""
    first, second = values[-2:]
    return (_is_fraction(first) and _is_whole(second)) or (_is_whole(first) and _is_fraction(second))


def _is_fraction(value: float) -> bool:
    return 0 <= value <= 1


def _is_whole(value: float) -> bool:
    """Whether it may be a track number; -1 is none."""
    return value >= -1 and value.is_integer()


def _area(values: Values) -> float:
    x1, y1, x2, y2, x3, y3 = values
    return abs((x2 - x1) * (y3 - y1) - (x3 - x1) * (y2 - y1)) / 2
