"""labelme JSON, one file a photo, which AnyLabeling and X-AnyLabeling write too; and ISAT's, which is alike.

The file says which photo it means and may have it inside; that copy is used when the photo is missing. Every shape
with an area becomes the box around it. Polygons and masks of one class in one group are one object, as labelme's own
converters have it. A file without shapes is a photo without objects.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from detector.errors import DatasetError
from jobs.train.data.format import Format
from jobs.train.data.matching.collector import Collector
from jobs.train.data.photos import AnnotatedBox, Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.json_values import items, load, mapping, points, records, text
from jobs.train.data.readers.objects import (
    Found,
    LeftOut,
    Object,
    add_photo,
    box_around_ellipse,
    box_around_points,
    crowd,
    no_area,
    nothing_found,
    unknown_shape,
)
from jobs.train.data.source import Source
from jobs.train.data.text import image_size, number

_BOXES = frozenset({"rectangle", "rotation", "oriented_rectangle"})
_OUTLINES = frozenset({"polygon", "quadrilateral", "cuboid"})
_WITHOUT_AREA = {"point": "point", "points": "set of points", "line": "line", "linestrip": "line"}


def read(source: Source) -> Annotations:
    """All photos that the labelme and ISAT files of the source are about. DatasetError when there is none."""
    collector = Collector(source)
    documents = objects = 0
    flags: list[str] = []
    for file, content in collector.documents(_parse, ".json"):
        documents += 1
        if is_isat(content):
            objects += len(items(content["objects"]))
            _add_isat(collector, file, content)
            continue
        objects += len(content["shapes"])
        flags += [name for name, is_set in mapping(content.get("flags")).items() if is_set is True]
        _add_labelme(collector, file, content)
    if not documents:
        raise nothing_found(collector, "JSON file of labelme, with imagePath and shapes,")
    if flags and not objects:
        names = ", ".join(sorted(set(flags))[:5])
        raise DatasetError(
            f"{source.name}: the labelme files have flags for whole photos ({names}) and no shapes: classes without "
            "boxes. Draw a rectangle around each object."
        )
    return collector.annotations()


def is_labelme(content: object) -> bool:
    """Whether parsed JSON is a labelme document."""
    return isinstance(content, dict) and isinstance(content.get("shapes"), list) and "imagePath" in content


def is_isat(content: object) -> bool:
    """Whether parsed JSON is an ISAT document."""
    info = mapping(content).get("info")
    return mapping(info).get("description") == "ISAT" and isinstance(mapping(content).get("objects"), list)


def _parse(data: bytes) -> Mapping[str, Any] | None:
    content = load(data)
    return content if is_labelme(content) or is_isat(content) else None


def _add_labelme(collector: Collector, file: str, content: Mapping[str, Any]) -> None:
    has_photo = isinstance(content.get("imageData"), str) and content["imageData"]
    add_photo(
        collector,
        file,
        [text(content.get("imagePath")).strip() or PurePosixPath(file).stem],
        [_object(shape) for shape in records(content["shapes"])],
        stated_size=image_size(content.get("imageWidth"), content.get("imageHeight")),
        embedded=_photo_inside(collector.source, file) if has_photo else None,
        single=True,
    )


def _photo_inside(source: Source, file: str) -> Callable[[], bytes]:
    """Reads the photo that is in the file, anew: no photo is held in memory before it is needed."""

    def photo() -> bytes:
        try:
            return base64.b64decode(text(mapping(load(source.read(file))).get("imageData")))
        except (binascii.Error, ValueError) as error:
            raise DatasetError(f"{file}: the photo inside it cannot be read ({error}).") from error

    return photo


def _object(shape: Mapping[str, Any]) -> Found:
    # Up to version 3.5 labelme knew polygons only and did not say so.
    kind = shape.get("shape_type") or "polygon"
    label = text(shape.get("label"))
    outline = points(shape.get("points"))
    if not isinstance(kind, str):
        return unknown_shape(kind)
    if kind in _WITHOUT_AREA:
        return no_area(_WITHOUT_AREA[kind])
    if kind in _BOXES:
        return Object(box_around_points(label, outline))
    if kind in _OUTLINES:
        return Object(box_around_points(label, outline), _instance(shape.get("group_id")))
    if kind == "mask":
        # The two points are the first and the last pixel of the mask, not edges.
        covered = [(x + step, y + step) for x, y in outline for step in (0, 1)]
        return Object(box_around_points(label, covered), _instance(shape.get("group_id")))
    if kind == "circle":
        return _circle(label, outline)
    return unknown_shape(kind)


def _circle(label: str, outline: list[tuple[float, float]]) -> Found:
    """From its centre and a point on it."""
    if len(outline) != 2:
        return LeftOut(
            ProblemKind.INVALID_BOX, f"is a circle of {len(outline)} points instead of 2; left out."
        )
    (x, y), (edge_x, edge_y) = outline
    radius = math.hypot(edge_x - x, edge_y - y)
    return Object(box_around_ellipse(label, x=x, y=y, radius_x=radius, radius_y=radius))


def _instance(group: object) -> str | None:
    return text(group) or None


def _add_isat(collector: Collector, file: str, content: Mapping[str, Any]) -> None:
    info = mapping(content["info"])
    add_photo(
        collector,
        file,
        [text(info.get("name")).strip() or PurePosixPath(file).stem],
        [_isat_object(entry) for entry in records(content["objects"])],
        stated_size=image_size(info.get("width"), info.get("height")),
        single=True,
    )


def _isat_object(entry: Mapping[str, Any]) -> Found:
    if left_out := crowd("iscrowd", entry.get("iscrowd")):
        return left_out
    label = text(entry.get("category"))
    group = text(entry.get("group"))
    outline = points(entry.get("segmentation"))
    if outline:
        return Object(box_around_points(label, outline), group if group != "0" else None)
    edges = [number(value) for value in items(entry.get("bbox"))]
    if len(edges) != 4:
        return LeftOut(ProblemKind.INVALID_BOX, "has neither a polygon nor a box; left out.")
    xmin, ymin, xmax, ymax = edges
    return Object(AnnotatedBox(label, ymin, xmin, ymax, xmax))


FORMAT = Format(
    name="labelme",
    title="labelme JSON",
    files="a .json with imagePath and shapes for each photo",
    find=lambda peek: peek.first_json(lambda content: is_labelme(content) or is_isat(content)),
    read=read,
)
