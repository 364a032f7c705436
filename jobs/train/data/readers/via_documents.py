"""The files of the VGG Image Annotator (VIA), versions 1 to 3, as photos with regions.

Version 2 writes projects (`_via_img_metadata` and `_via_attributes`), annotations as JSON (the first of the two
alone) and as CSV (a region a row, JSON inside), and attributes alone; version 1 numbers the regions of a photo
instead of listing them. Version 3 keeps photos, views and regions apart.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.train.data.peek import parse_json
from jobs.train.data.readers.json_values import items, mapping, records, text
from jobs.train.data.text import decode_text

CSV_COLUMNS = ("filename", "region_shape_attributes", "region_attributes")
_VIA3_PARTS = ("project", "attribute", "file", "view", "metadata")
_VIA3_SHAPES = {
    1: ("point", "cx", "cy"),
    2: ("rect", "x", "y", "width", "height"),
    3: ("circle", "cx", "cy", "r"),
    4: ("ellipse", "cx", "cy", "rx", "ry"),
    5: ("line",),
    6: ("polyline",),
    7: ("polygon",),
    8: ("polygon",),
}
"""Shapes by their number; 8 is a rectangle given by a point on each of its sides."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region: the shape as VIA 2 describes it, and the attributes' values by name."""

    shape: Mapping[str, Any]
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that a document lists, and its regions. `key` is the same in all documents of one project."""

    name: str
    key: tuple[str, str]
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What one file says. `options` are the descriptions of an attribute's choices by the values that are stored."""

    photos: tuple[Photo, ...] = ()
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    choices: frozenset[str] = frozenset()
    videos: tuple[str, ...] = ()


def parse(data: bytes) -> Document | None:
    """The file's document, None where it is no VIA file. ValueError when it cannot be read."""
    content = decode_text(data)
    if is_via_csv(content):
        return Document(photos=tuple(_photos_of_csv(content)))
    if content.lstrip()[:1] not in ("{", "["):
        return None
    document = parse_json(content)
    if is_attributes(document):
        return _with_attributes((), document)
    return _document(document) if isinstance(document, dict) else None


def _document(content: Mapping[str, Any]) -> Document | None:
    """The document that parsed JSON is; other than `is_via`, with broken photos among good ones."""
    if _is_via3(content):
        return _via3(content)
    if "_via_img_metadata" in content:
        return _with_attributes(content["_via_img_metadata"], mapping(content.get("_via_attributes")))
    return _with_attributes(content, {}) if any(map(_is_entry, content.values())) else None


def is_via(content: object) -> bool:
    """Whether parsed JSON is a VIA project or export, of any version."""
    if not isinstance(content, dict) or not content:
        return False
    if "_via_img_metadata" in content:
        return isinstance(content["_via_img_metadata"], dict)
    return _is_via3(content) or all(map(_is_entry, content.values()))


def is_attributes(content: object) -> bool:
    """Whether parsed JSON is the list of attributes that VIA 2 saves on its own."""
    if not isinstance(content, dict) or not content.keys() <= {"region", "file"} or not content:
        return False
    attributes = [value for part in content.values() for value in mapping(part).values()]
    return bool(attributes) and all("type" in mapping(value) for value in attributes)


def is_via_csv(content: str) -> bool:
    """Whether the text begins with the header of VIA's CSV."""
    return set(CSV_COLUMNS) <= {
        title.strip().lstrip("#").strip('"') for title in _first_line(content).split(",")
    }


def _is_entry(value: object) -> bool:
    """Whether a value of the JSON is a photo with its regions; `size` is the file's, in bytes."""
    if not isinstance(value, dict) or not isinstance(value.get("filename"), str):
        return False
    return isinstance(value.get("regions"), list | dict) and ("size" in value or "file_attributes" in value)


def _is_via3(content: Mapping[str, Any]) -> bool:
    return all(isinstance(content.get(part), dict) for part in _VIA3_PARTS)


def _first_line(content: str) -> str:
    return content[:4096].lstrip().partition("\n")[0]


def _with_attributes(photos: object, attributes: Mapping[str, Any]) -> Document:
    regions = mapping(attributes.get("region"))
    options = {name: _options(value) for name, value in regions.items()}
    return Document(
        photos=tuple(_photos(mapping(photos))),
        options={name: known for name, known in options.items() if known},
        choices=frozenset(
            name for name, value in regions.items() if mapping(value).get("type") not in ("text", "image")
        ),
    )


def _options(attribute: object) -> dict[str, str]:
    known = mapping(mapping(attribute).get("options"))
    return {key: label for key, value in known.items() if (label := text(value).strip())}


def _photos(entries: Mapping[str, Any]) -> Iterator[Photo]:
    for key, value in entries.items():
        entry = mapping(value)
        name = text(entry.get("filename")).strip() or key
        regions = entry.get("regions")
        # Version 1 numbers them: {"0": {...}, "1": {...}}.
        listed = list(regions.values()) if isinstance(regions, dict) else regions
        if not isinstance(listed, list):
            listed = [listed]  # broken: one region that cannot be read, so that the photo is no negative
        yield Photo(name, (name, text(entry.get("size"))), tuple(map(_region, records(listed))))


def _region(entry: Mapping[str, Any]) -> Region:
    return Region(mapping(entry.get("shape_attributes")), mapping(entry.get("region_attributes")))


def _photos_of_csv(content: str) -> Iterator[Photo]:
    """ValueError, naming the line, for what is no CSV."""
    regions: dict[tuple[str, str], list[Region]] = defaultdict(list)
    reader = csv.reader(io.StringIO(content, newline=""))
    try:
        rows = [row for row in reader if any(value.strip() for value in row)]
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num} is not CSV ({error})") from error
    titles = [title.strip().lstrip("#") for title in rows[0]]
    for row in rows[1:]:
        entry = dict(zip(titles, row, strict=False))
        key = (entry.get("filename", "").strip(), entry.get("file_size", "").strip())
        regions[key] += _regions_of_row(entry)
    for key, found in regions.items():
        yield Photo(key[0], key, tuple(found))


def _regions_of_row(entry: Mapping[str, str]) -> list[Region]:
    """The row's region, or none where the row only lists the photo. One that is broken is a region of no shape."""
    shape, attributes = (_json_cell(entry.get(title, "")) for title in CSV_COLUMNS[1:])
    only_listed = not shape and entry.get("region_count", "").strip() in ("", "0")
    return [] if only_listed else [Region(shape, attributes)]


def _json_cell(cell: str) -> Mapping[str, Any]:
    try:
        return mapping(parse_json(cell))
    except ValueError:
        return {}


def _via3(content: Mapping[str, Any]) -> Document:
    attributes = {key: mapping(value) for key, value in content["attribute"].items()}
    names = {key: text(value.get("aname")) or key for key, value in attributes.items()}
    regions: dict[str, list[Region]] = defaultdict(list)
    for entry in map(mapping, content["metadata"].values()):
        if entry.get("xy") and not entry.get("z"):
            regions[text(entry.get("vid"))].append(_via3_region(entry, names, attributes))
    photos, videos = [], []
    for key, view in content["view"].items():
        for file_id in items(mapping(view).get("fid_list")):
            file = mapping(content["file"].get(text(file_id)))
            name = text(file.get("fname")) or text(file.get("src"))
            if file.get("type") == 2:
                photos.append(Photo(name, (name, ""), tuple(regions[key])))
            else:
                videos.append(name)
    return Document(
        photos=tuple(photos),
        options={names[key]: known for key, value in attributes.items() if (known := _options(value))},
        choices=frozenset(names[key] for key, value in attributes.items() if value.get("type") in (2, 3, 4)),
        videos=tuple(videos),
    )


def _via3_region(
    entry: Mapping[str, Any], names: Mapping[str, str], attributes: Mapping[str, Mapping[str, Any]]
) -> Region:
    number, *values = items(entry.get("xy")) or [None]
    shape, *fields = _VIA3_SHAPES.get(number if isinstance(number, int) else 0, (text(number),))
    described: dict[str, Any] = {"name": shape} | dict(zip(fields, values, strict=False))
    if not fields:
        described |= {"all_points_x": values[0::2], "all_points_y": values[1::2]}
    stated: dict[str, Any] = {}
    for key, value in mapping(entry.get("av")).items():
        several = attributes.get(key, {}).get("type") == 2 and isinstance(value, str)
        stated[names.get(key, key)] = dict.fromkeys(value.split(","), True) if several else value
    return Region(described, stated)
