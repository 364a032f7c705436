"""Parts of parsed JSON as the type that a format promises, or an empty one where the file holds something else."""

import math
from collections.abc import Mapping
from typing import Any

from jobs.train.data.peek import parse_json
from jobs.train.data.text import decode_text, number

Point = tuple[float, float]


def load(data: bytes) -> Any:
    """A file's JSON. ValueError, in words for a person, when it is none."""
    return parse_json(decode_text(data))


def mapping(value: object) -> Mapping[str, Any]:
    """The JSON object, or an empty one for any other value."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """The JSON array, or an empty one for any other value."""
    return value if isinstance(value, list) else []


def records(value: object) -> list[Mapping[str, Any]]:
    """The objects in a JSON array; what is no object becomes an empty one, so that it is counted and reported."""
    return [mapping(entry) for entry in items(value)]


def text(value: object) -> str:
    """The text, or a whole number as it is written, as some scripts write class names; else empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def points(value: object) -> list[Point]:
    """Points written as `[[x, y], ...]` or `[{"x": x, "y": y}, ...]`; a broken one is NaN."""
    return [_point(entry) for entry in items(value)]


def _point(value: object) -> Point:
    if isinstance(value, dict):
        return number(value.get("x")), number(value.get("y"))
    if isinstance(value, list) and len(value) >= 2:
        return number(value[0]), number(value[1])
    return math.nan, math.nan
