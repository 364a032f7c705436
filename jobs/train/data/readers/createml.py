"""Create ML JSON: a list of photos, each with boxes given by their centre and size.

Apple's documentation calls the fields imagefilename and annotation; Roboflow, labelImg, RectLabel and Apple's own
samples write image and annotations. Most files do not say what their numbers mean (Create ML asks the user): they
are read as Create ML's defaults, the centre in pixels from the top left, or in 0..1 where all numbers of a file are.
A file that states an anchor or an origin that may be another is refused. A photo with an empty list is one without
objects.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from jobs.train.data.format import Format
from jobs.train.data.matching.collector import Collector
from jobs.train.data.photos import AnnotatedBox, Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.json_values import items, load, mapping, records, text
from jobs.train.data.readers.objects import Found, LeftOut, Object, add_photo, nothing_found
from jobs.train.data.source import Source
from jobs.train.data.text import number

_PHOTO = ("image", "imagefilename", "imageFilename", "imageURL")
_OBJECTS = ("annotations", "annotation")
_ANCHOR_KEYS = frozenset({"anchor", "boxanchor"})
_ORIGIN_KEYS = frozenset({"origin", "coordinatesorigin", "coordinateorigin"})
_CENTRE = frozenset({"center", "centre", "middle"})
_TOP_LEFT = frozenset({"topleft", "upperleft"})
_JOINED = str.maketrans("", "", " -_")
_NEARLY_LEAST, _NEARLY_MOST = -0.05, 1.05
"""How far boxes in 0..1 reach over the photo where a tool did not clip them."""


def read(source: Source) -> Annotations:
    """All photos that the Create ML files of the source list. DatasetError when there is no such file."""
    collector = Collector(source)
    documents = 0
    for file, content in collector.documents(_parse, ".json"):
        documents += 1
        if stated := _other_origin(content):
            message = (
                f"says {stated}; write x and y as the box's centre from the top left, and 'anchor: center'."
            )
            collector.report(file, ProblemKind.UNREADABLE_ANNOTATION, message)
            continue
        _add_photos(collector, file, content)
    if not documents:
        raise nothing_found(collector, "Create ML JSON, a list of image and annotations,")
    return collector.annotations()


def is_createml(content: object) -> bool:
    """Whether parsed JSON is a Create ML list: a photo's name and objects with coordinates in each entry."""
    if not isinstance(content, list) or not all(map(_is_entry, content)):
        return False
    return any(_objects(entry) for entry in content)


def _is_entry(entry: object) -> bool:
    if not _photo_name(mapping(entry)):
        return False
    objects = next((value for name in _OBJECTS if (value := mapping(entry).get(name)) is not None), None)
    return isinstance(objects, list) and all("coordinates" in mapping(value) for value in objects)


def _parse(data: bytes) -> Sequence[Mapping[str, Any]] | None:
    content = load(data)
    if not isinstance(content, list) or not any(map(_is_entry, content)):
        return None
    return records(content)


def _other_origin(entries: Sequence[Mapping[str, Any]]) -> str:
    """What the file says of its x and y that is, or may be, no centre; empty where it says nothing such."""
    places = [*entries, *(mapping(value) for entry in entries for value in _objects(entry))]
    places += [mapping(place.get("coordinates")) for place in places]
    stated = {
        (known, text(value).lower().translate(_JOINED)): f"{key}: {text(value)[:40]}"
        for place in places
        for key, value in place.items()
        if (known := key.lower().translate(_JOINED)) in _ANCHOR_KEYS | _ORIGIN_KEYS and text(value)
    }
    is_centre = any(key in _ANCHOR_KEYS and value in _CENTRE for key, value in stated)
    # An origin at the top left may be that of the photo or of the box, unless an anchor says which.
    others = (
        shown
        for (key, value), shown in stated.items()
        if value not in _CENTRE and not (is_centre and key in _ORIGIN_KEYS and value in _TOP_LEFT)
    )
    return next(others, "")


def _add_photos(collector: Collector, file: str, entries: Sequence[Mapping[str, Any]]) -> None:
    found = [[_object(entry) for entry in _objects(photo)] for photo in entries]
    normalised = _are_normalised(
        entry.box for objects in found for entry in objects if isinstance(entry, Object)
    )
    for place, (photo, objects) in enumerate(zip(entries, found, strict=True), start=1):
        name = _photo_name(photo)
        if not name:
            message = f"entry {place} names no photo; left out."
            collector.report(file, ProblemKind.UNREADABLE_ANNOTATION, message)
            continue
        add_photo(collector, file, [name], (_with_unit(entry, normalised=normalised) for entry in objects))


def _photo_name(entry: Mapping[str, Any]) -> str:
    return next((name for key in _PHOTO if (name := text(entry.get(key)).strip())), "")


def _objects(entry: Mapping[str, Any]) -> list[Any]:
    """The photo's objects; a value that is no list counts as one broken object, so that it is no negative."""
    value = next((value for name in _OBJECTS if (value := entry.get(name)) is not None), None)
    return items(value) if isinstance(value, list) else [value]


def _object(value: object) -> Found:
    entry = mapping(value)
    coordinates = entry.get("coordinates")
    if not isinstance(coordinates, dict):
        return LeftOut(ProblemKind.INVALID_BOX, "has no coordinates; left out.")
    x, y, width, height = (number(coordinates.get(name)) for name in ("x", "y", "width", "height"))
    return Object(
        AnnotatedBox(text(entry.get("label")), y - height / 2, x - width / 2, y + height / 2, x + width / 2)
    )


def _are_normalised(boxes: Iterable[AnnotatedBox]) -> bool:
    """Whether the boxes are in 0..1, as Create ML's "normalized" has them: no box in pixels is so small."""
    edges = [
        edge for box in boxes for edge in (box.ymin, box.xmin, box.ymax, box.xmax) if math.isfinite(edge)
    ]
    return bool(edges) and all(_NEARLY_LEAST <= edge <= _NEARLY_MOST for edge in edges)


def _with_unit(entry: Found, *, normalised: bool) -> Found:
    return (
        replace(entry, box=replace(entry.box, normalised=normalised)) if isinstance(entry, Object) else entry
    )


FORMAT = Format(
    name="createml",
    title="Create ML JSON",
    files="a .json with a list of image and annotations",
    find=lambda peek: peek.first_json(is_createml),
    read=read,
)
