"""Datumaro's own format: `annotations/<subset>.json`, whose name is the split, and `images/<subset>/`.

Everything with an area becomes the box around it, also a box that is turned by its attribute `rotation`. Polygons
and masks of one class and one group are parts of one object, and they are dropped where a box of that class is in
the group too. An item without annotations is a photo without objects; one with nothing but a label of the whole
photo is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from jobs.train.data.format import Format
from jobs.train.data.matching.collector import Collector
from jobs.train.data.photos import AnnotatedBox, Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.class_lists import listed_classes
from jobs.train.data.readers.json_values import items, load, mapping, points, records, text
from jobs.train.data.readers.objects import (
    Found,
    LeftOut,
    Object,
    add_photo,
    box_around,
    box_around_points,
    box_around_turned,
    crowd,
    no_area,
    nothing_found,
    unknown_shape,
)
from jobs.train.data.readers.run_lengths import extent_of_mask
from jobs.train.data.source import Source
from jobs.train.data.text import image_size, number

_WITHOUT_AREA = {"points": "set of points", "polyline": "line"}
_OF_THE_WHOLE_PHOTO = frozenset({"label", "caption", "hash_key", "feature_vector", "tabular"})
_BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class _Label:
    name: str
    parent: str


def read(source: Source) -> Annotations:
    """All photos that the Datumaro files of the source list. DatasetError when there is no such file."""
    collector = Collector(source)
    known: list[_Label] = []
    used: set[str] = set()
    documents = 0
    for file, content in collector.documents(_parse, ".json"):
        documents += 1
        labels = _labels(content)
        known += labels
        for item in records(content["items"]):
            found = _found(item.get("annotations"), [label.name for label in labels])
            used |= {entry.box.label for entry in found if isinstance(entry, Object)}
            _add(collector, file, item, found)
    if not documents:
        raise nothing_found(collector, "Datumaro JSON, with categories and items,")
    return collector.annotations(_classes(collector, known, used))


def is_datumaro(content: object) -> bool:
    """Whether parsed JSON is a subset of a Datumaro dataset."""
    if not isinstance(content, dict) or not isinstance(content.get("categories"), dict):
        return False
    listed = content.get("items")
    return isinstance(listed, list) and (
        "dm_format_version" in content or any("annotations" in mapping(item) for item in listed)
    )


def _parse(data: bytes) -> Mapping[str, Any] | None:
    content = load(data)
    return content if is_datumaro(content) else None


def _labels(content: Mapping[str, Any]) -> list[_Label]:
    entries = records(mapping(content["categories"].get("label")).get("labels"))
    return [_Label(text(entry.get("name")), text(entry.get("parent"))) for entry in entries]


def _classes(collector: Collector, known: Sequence[_Label], used: set[str]) -> tuple[str, ...] | None:
    """The labels in order, without unused ones that are no classes: parents, a background, a long vocabulary."""
    names = [label.name for label in known]
    parents = {label.parent for label in known}
    background = {name for name in names if name.strip("_").lower() == _BACKGROUND}
    return listed_classes(collector, names, used, only_if_used=parents | background)


def _add(collector: Collector, file: str, item: Mapping[str, Any], found: Sequence[Found]) -> None:
    image = mapping(item.get("image") or item.get("media"))
    name = text(item.get("id"))
    if not image and (
        other := next((key for key in ("video_frame", "video", "point_cloud") if key in item), "")
    ):
        what = other.replace("_", " ")
        collector.report(file, ProblemKind.MISSING_PHOTO, f"'{name}' is a {what}, not a photo; left out.")
        return
    path = text(image.get("path"))
    height, width = [*items(image.get("size")), None, None][:2]
    # Paths are relative to the images of the subset, which is called as the file is.
    in_subset = f"{PurePosixPath(file).stem}/{path}" if path else ""
    stated = [entry for entry in (in_subset, path, name) if entry]
    add_photo(collector, file, stated, found, stated_size=image_size(width, height))


def _found(annotations: object, labels: Sequence[str]) -> list[Found]:
    """The objects of a photo. What is no list counts as one broken object, so that the photo is no negative."""
    entries = records(annotations if isinstance(annotations, list) else [annotations])
    objects = [entry for entry in entries if text(entry.get("type")) not in _OF_THE_WHOLE_PHOTO]
    if not objects and any(entry.get("type") == "label" for entry in entries):
        return [LeftOut(ProblemKind.DROPPED_BOX, "is a label of the whole photo, not a box; left out.")]
    boxed = {_instance(entry) for entry in objects if entry.get("type") == "bbox"} - {None}
    return [
        _object(entry, labels)
        for entry in objects
        if entry.get("type") == "bbox" or _instance(entry) not in boxed
    ]


def _instance(entry: Mapping[str, Any]) -> str | None:
    group = text(entry.get("group"))
    return f"{group}/{text(entry.get('label_id'))}" if group not in ("", "0") else None


def _object(entry: Mapping[str, Any], labels: Sequence[str]) -> Found:
    kind = text(entry.get("type"))
    if kind in _WITHOUT_AREA:
        return no_area(_WITHOUT_AREA[kind])
    if left_out := crowd("is_crowd", mapping(entry.get("attributes")).get("is_crowd")):
        return left_out
    label_id = entry.get("label_id")
    if not isinstance(label_id, int) or isinstance(label_id, bool) or not 0 <= label_id < len(labels):
        message = f"is of label {text(label_id) or 'none'}, which the categories do not name; left out."
        return LeftOut(ProblemKind.UNKNOWN_CLASS, message)
    return _shape(entry, kind, labels[label_id])


def _shape(entry: Mapping[str, Any], kind: str, label: str) -> Found:
    values = [number(value) for value in items(entry.get("points"))]
    if kind == "bbox":
        edges = [number(value) for value in items(entry.get("bbox"))]
        if len(edges) != 4:
            return LeftOut(ProblemKind.INVALID_BOX, "has no four numbers for its box; left out.")
        x, y, width, height = edges
        rotation = mapping(entry.get("attributes")).get("rotation")
        degrees = 0.0 if rotation in (None, "") else number(rotation)
        return Object(box_around_turned(AnnotatedBox(label, y, x, y + height, x + width), degrees=degrees))
    if kind in ("polygon", "ellipse"):  # an ellipse's points are two corners of the box around it
        if len(values) % 2:
            return LeftOut(ProblemKind.INVALID_BOX, "has an x without y; left out.")
        return Object(box_around(label, values[0::2], values[1::2]), _instance(entry))
    if kind == "cuboid_2d":
        return Object(box_around_points(label, points(entry.get("points"))))
    if kind == "mask":
        return _mask(entry, label)
    return unknown_shape(kind)


def _mask(entry: Mapping[str, Any], label: str) -> Found:
    mask = mapping(entry.get("rle"))
    try:
        extent = extent_of_mask(mask.get("counts"), mask.get("size"))
    except ValueError as error:
        return LeftOut(ProblemKind.INVALID_BOX, f"is a mask that cannot be read ({error}); left out.")
    if extent is None:
        return LeftOut(ProblemKind.DROPPED_BOX, "is an empty mask; left out.")
    ymin, xmin, ymax, xmax = extent
    return Object(AnnotatedBox(label, ymin, xmin, ymax, xmax), _instance(entry))


FORMAT = Format(
    name="datumaro",
    title="Datumaro",
    files="annotations/*.json with categories and items",
    find=lambda peek: peek.first_json(is_datumaro),
    read=read,
)
