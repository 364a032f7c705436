"""CSV: `annotations.csv` with a box a row, and the photos in `images/`.

The columns are those of TensorFlow's tutorials, then the side. A negative has a row with empty columns.
"""

import csv
import io
import math
from collections.abc import Iterator, Sequence

from jobs.train.data.photos import Side
from jobs.train.data.writers.written import WrittenPhoto

HEADER = ("filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax", "set")
_DECIMALS = 2
_LOOKS_NORMALISED = 1.05
"""Where no edge of a file is beyond, readers take fractions for shares of the photo."""


def photo_path(name: str, side: Side) -> str:
    return f"images/{name}"


def annotation_files(photos: Sequence[WrittenPhoto], labels: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The one file, edges in pixels."""
    farthest = max((max(photo.edges(truth)) for photo in photos for truth in photo.boxes), default=0.0)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADER)
    for photo in photos:
        start = (photo_path(photo.name, photo.side), photo.width, photo.height)
        for truth in photo.boxes:
            ymin, xmin, ymax, xmax = photo.edges(truth)
            edges = (xmin, ymin, xmax, ymax)
            written = _whole(edges) if farthest <= _LOOKS_NORMALISED else [f"{_shortest(e)}" for e in edges]
            rows.writerow((*start, labels[truth.class_id], *written, photo.side))
        if not photo.boxes:
            rows.writerow((*start, "", "", "", "", "", photo.side))
    yield "annotations.csv", text.getvalue().encode()


def _whole(edges: tuple[float, float, float, float]) -> list[str]:
    """Whole pixels around the box."""
    xmin, ymin, xmax, ymax = edges
    return [str(edge) for edge in (math.floor(xmin), math.floor(ymin), math.ceil(xmax), math.ceil(ymax))]


def _shortest(edge: float) -> str:
    """At most two decimals, and none for a whole pixel."""
    rounded = round(edge, _DECIMALS)
    return str(int(rounded) if rounded.is_integer() else rounded)
