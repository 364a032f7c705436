"""The VGG Image Annotator (VIA): projects and exported annotations, JSON or CSV, versions 1 to 3.

Which attribute of a region is its class, VIA does not say. The only one in use is; of several, the one with the
name of a class (`class`, `label`, `category`, `object`, `type`, `name`), in that order; else the only one that is a
choice (dropdown, radio, checkbox); else the reading is refused with their names. A checkbox with several ticks is a
box of each class. A photo without regions is taken for one without objects, and said so: VIA lists photos that
nobody has looked at in the same way.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from detector.errors import DatasetError
from jobs.train.data.format import Format
from jobs.train.data.matching.collector import Collector
from jobs.train.data.peek import Peek
from jobs.train.data.photos import AnnotatedBox, Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.json_values import items, text
from jobs.train.data.readers.objects import (
    Found,
    LeftOut,
    Object,
    add_photo,
    box_around,
    box_around_ellipse,
    no_area,
    nothing_found,
    report_assumed_negatives,
    unknown_shape,
)
from jobs.train.data.readers.via_documents import Document, Photo, Region, is_via, is_via_csv, parse
from jobs.train.data.source import Source
from jobs.train.data.text import decode_text, number

CLASS_NAMES = ("class", "label", "category", "object", "type", "name")
_WITHOUT_AREA = frozenset({"point", "line", "polyline"})


def read(source: Source) -> Annotations:
    """All photos that the VIA files of the source list. DatasetError when there is none, or no class can be told."""
    collector = Collector(source)
    documents = dict(collector.documents(parse, ".json", ".csv"))
    if not any(document.photos or document.videos for document in documents.values()):
        raise nothing_found(collector, "project or export of the VGG Image Annotator")
    attribute = class_attribute(documents.values(), name=source.name)
    options = {key: value for d in documents.values() for key, value in d.options.get(attribute, {}).items()}
    empty = [
        photo.name for file, photo in _photos(documents) if _add(collector, file, photo, attribute, options)
    ]
    report_assumed_negatives(collector, empty, "VIA does not say whether anyone looked at them")
    for file, document in documents.items():
        for video in document.videos:
            message = f"has regions of '{video}', which is no photo; left out."
            collector.report(file, ProblemKind.MISSING_PHOTO, message)
    return collector.annotations()


def class_attribute(documents: Iterable[Document], *, name: str) -> str:
    """The name of the attribute that holds the class, "" where there is no region at all. DatasetError, with the
    names, where it cannot be told; `name` is the dataset's."""
    documents = list(documents)
    regions = [region for document in documents for photo in document.photos for region in photo.regions]
    used = list(dict.fromkeys(key for region in regions for key, value in region.attributes.items() if value))
    if not regions:
        return ""
    if not used:
        raise DatasetError(
            f"{name}: no region says what it is. Define a region attribute called class in VIA, choose its value for "
            "each region, and save the project again."
        )
    choices = [key for key in used if any(key in document.choices for document in documents)]
    named = [key for word in CLASS_NAMES for key in used if _simple(key) in (word, f"{word}name")]
    for candidates in (used, named[:1], choices):
        if len(candidates) == 1:
            return candidates[0]
    listed = ", ".join(f"'{key}'" for key in used)
    raise DatasetError(
        f"{name}: regions have several attributes, and none of them is plainly the class: {listed}. Rename the one "
        "that is to class in VIA, and save the project again."
    )


def _simple(name: str) -> str:
    return "".join(filter(str.isalpha, name.lower()))


def _photos(documents: Mapping[str, Document]) -> Iterator[tuple[str, Photo]]:
    """Each photo once where a project and its exports lie side by side; with other regions it is another."""
    known: dict[tuple[str, str], list[Photo]] = {}
    # Projects first: their attributes have descriptions.
    for file, document in sorted(documents.items(), key=lambda entry: not entry[1].options):
        for photo in document.photos:
            others = known.setdefault(photo.key, [])
            if photo not in others:
                others.append(photo)
                yield file, photo


def _add(collector: Collector, file: str, photo: Photo, attribute: str, options: Mapping[str, str]) -> bool:
    """Tell the collector of the photo; whether it has no region."""
    found = [entry for region in photo.regions for entry in _objects(region, attribute, options)]
    add_photo(collector, file, [photo.name], found)
    return not photo.regions


def _objects(region: Region, attribute: str, options: Mapping[str, str]) -> list[Found]:
    """The region's box, once for each of its classes; one without a class is reported by the checks."""
    labels = _labels(region.attributes.get(attribute), options) or [""]
    return [_object(region.shape, label) for label in labels]


def _labels(value: object, options: Mapping[str, str]) -> list[str]:
    """The classes that an attribute's value states: text, a choice, or the ticks of a checkbox."""
    ticked = [key for key, is_set in value.items() if is_set] if isinstance(value, dict) else [text(value)]
    return [label for key in ticked if (label := options.get(key.strip(), key).strip())]


def _object(shape: Mapping[str, Any], label: str) -> Found:
    kind = shape.get("name")
    if kind == "rect":
        x, y, width, height = (number(shape.get(key)) for key in ("x", "y", "width", "height"))
        return Object(AnnotatedBox(label, y, x, y + height, x + width))
    if kind == "polygon":
        xs, ys = (list(map(number, items(shape.get(key)))) for key in ("all_points_x", "all_points_y"))
        if len(xs) != len(ys):
            return LeftOut(ProblemKind.INVALID_BOX, "is a polygon with not as many x as y; left out.")
        return Object(box_around(label, xs, ys))
    if kind in ("circle", "ellipse"):
        names = ("cx", "cy", "r", "r") if kind == "circle" else ("cx", "cy", "rx", "ry")
        x, y, radius_x, radius_y = (number(shape.get(key)) for key in names)
        turned = number(shape.get("theta") or 0)
        box = box_around_ellipse(label, x=x, y=y, radius_x=radius_x, radius_y=radius_y, turned=turned)
        return Object(box)
    if isinstance(kind, str) and kind in _WITHOUT_AREA:
        return no_area("point" if kind == "point" else "line")
    return unknown_shape(kind)


def _find(peek: Peek) -> str | None:
    return peek.first_json(is_via) or peek.first(lambda data: is_via_csv(decode_text(data)), ".csv")


FORMAT = Format(
    name="via",
    title="VGG Image Annotator (VIA)",
    files="a .json project or export, or a .csv with region_shape_attributes",
    find=_find,
    read=read,
)
