"""VoTT's JSON: the export of version 2, the `-asset.json` files of its photos, and the projects of version 1.

Used are photos that somebody opened: one that was opened and has no region is taken for one without objects, and
said so; one that was never opened is not used. A region with several tags is a box of each class, as in VoTT's
own exports. Classes are in the order of the project's tags; they are read from the `.vott` file where it is there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from jobs.train.data.format import Format, UnreadFormat
from jobs.train.data.matching.collector import Collector
from jobs.train.data.names import is_photo
from jobs.train.data.photos import AnnotatedBox, Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.json_values import items, load, mapping, points, records, text
from jobs.train.data.readers.objects import (
    Found,
    Object,
    add_photo,
    box_around_points,
    no_area,
    nothing_found,
    report_assumed_negatives,
    unknown_shape,
)
from jobs.train.data.source import Source
from jobs.train.data.text import clean_label, image_size, number

_NOT_VISITED, _VISITED, _TAGGED = 0, 1, 2
_VIDEO, _VIDEO_FRAME = 2, 3
_AREAS = frozenset({"RECTANGLE", "SQUARE", "POLYGON"})
_WITHOUT_AREA = {"POINT": "point", "POLYLINE": "line"}
_DOUBT = "VoTT knows only that they were opened"


@dataclass(frozen=True, slots=True)
class _Asset:
    """A photo with its regions; `state` is what VoTT says of the work on it."""

    file: str
    key: str
    names: tuple[str, ...]
    state: int
    found: tuple[Found, ...]
    stated_size: tuple[int, int] | None = None


def read(source: Source) -> Annotations:
    """All photos that the VoTT files of the source list. DatasetError when there is no such file."""
    collector = Collector(source)
    documents = dict(collector.documents(_parse, ".json", ".vott"))
    assets = list(_different(_assets(documents)))
    if not any(map(is_vott, documents.values())):
        raise nothing_found(collector, "VoTT JSON (an export, or files called ...-asset.json)")
    assets += _without_file(collector, documents, {asset.key for asset in assets})
    used = [asset for asset in assets if asset.found or asset.state in (_VISITED, _TAGGED)]
    for asset in used:
        add_photo(collector, asset.file, asset.names, asset.found, stated_size=asset.stated_size)
    report_assumed_negatives(collector, [asset.names[-1] for asset in used if not asset.found], _DOUBT)
    return collector.annotations(_labels(documents.values(), used))


def is_vott(content: object) -> bool:
    """Whether parsed JSON holds photos with regions as VoTT writes them, of either version."""
    return _is_asset(content) or _is_export(content) or _is_version_1(content)


def _is_asset(content: object) -> bool:
    asset = mapping(content).get("asset")
    return isinstance(asset, dict) and "path" in asset and isinstance(mapping(content).get("regions"), list)


def _is_export(content: object) -> bool:
    assets = mapping(mapping(content).get("assets"))
    return any(map(_is_asset, assets.values())) and "tags" in mapping(content)


def _is_version_1(content: object) -> bool:
    frames = mapping(content).get("frames")
    marks = {"inputTags", "visitedFrames", "tag_colors"}
    return isinstance(frames, dict) and bool(marks & mapping(content).keys())


def _is_project(content: object) -> bool:
    """Whether parsed JSON is a `.vott` file: it has photos without their regions."""
    needed = {"tags", "sourceConnection", "targetConnection"}
    return needed <= mapping(content).keys()


def _parse(data: bytes) -> Mapping[str, Any] | None:
    content = load(data)
    return content if is_vott(content) or _is_project(content) else None


def _assets(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[_Asset]:
    for file, content in documents.items():
        if _is_version_1(content):
            for name, regions in content["frames"].items():
                stated = name if is_photo(name) else f"{name}.jpg"  # frames of a film have numbers
                yield _Asset(file, name, (stated,), _VISITED, tuple(_found_in_version_1(regions)))
        elif _is_asset(content):
            yield _asset(file, content)
        elif _is_export(content):
            yield from (_asset(file, mapping(entry)) for entry in content["assets"].values())


def _asset(file: str, entry: Mapping[str, Any], *, has_regions: bool = True) -> _Asset:
    asset = mapping(entry.get("asset"))
    size = mapping(asset.get("size"))
    regions = entry.get("regions")
    # What is no list of regions counts as one that is broken: the photo is no negative.
    listed = regions if isinstance(regions, list) else [regions] if has_regions else []
    return _Asset(
        file,
        text(asset.get("id")),
        _names(asset),
        _state(asset.get("state")),
        tuple(entry for region in records(listed) for entry in _objects(region)),
        image_size(size.get("width"), size.get("height")),
    )


def _state(value: object) -> int:
    return value if isinstance(value, int) else _NOT_VISITED


def _names(asset: Mapping[str, Any]) -> tuple[str, ...]:
    """The photo's path and name, each as it is and percent-decoded, which VoTT's are for local files."""
    name = text(asset.get("name"))
    if asset.get("type") == _VIDEO_FRAME:
        # Frames are exported as "film.mp4#t=2.5.jpg"; their path is the film's.
        return (name if is_photo(name) else f"{name}.jpg",)
    path = text(asset.get("path")).removeprefix("file:").partition("?")[0]
    stated = [path, unquote(path), name, unquote(name)]
    return tuple(dict.fromkeys(entry for entry in stated if entry)) or ("",)


def _objects(region: Mapping[str, Any]) -> list[Found]:
    kind = region.get("type", "RECTANGLE")
    if isinstance(kind, str) and kind in _WITHOUT_AREA:
        return [no_area(_WITHOUT_AREA[kind])]
    if not isinstance(kind, str) or kind not in _AREAS:
        return [unknown_shape(kind)]
    return [Object(_box(region, label)) for label in _tags(region)]


def _tags(region: Mapping[str, Any]) -> list[str]:
    return [text(tag) for tag in items(region.get("tags"))] or [""]


def _box(region: Mapping[str, Any], label: str) -> AnnotatedBox:
    stated = mapping(region.get("boundingBox"))
    if not stated:
        return box_around_points(label, points(region.get("points")))
    left, top, width, height = (number(stated.get(key)) for key in ("left", "top", "width", "height"))
    return AnnotatedBox(label, top, left, top + height, left + width)


def _found_in_version_1(regions: object) -> Iterator[Found]:
    """Boxes in the frame of which each region gives the size: what the photo was shown at."""
    for region in records(regions if isinstance(regions, list) else [regions]):
        x1, y1, x2, y2 = (number(region.get(key)) for key in ("x1", "y1", "x2", "y2"))
        shown = image_size(region.get("width"), region.get("height"))
        width, height = shown or (1, 1)
        for label in _tags(region):
            box = AnnotatedBox(
                label, y1 / height, x1 / width, y2 / height, x2 / width, normalised=shown is not None
            )
            yield Object(box)


def _different(assets: Iterator[_Asset]) -> Iterator[_Asset]:
    """Each photo once where the files of a project and its export lie side by side."""
    known: dict[str, list[tuple[Found, ...]]] = {}
    for asset in assets:
        others = known.setdefault(asset.key, [])
        if asset.found not in others:
            others.append(asset.found)
            yield asset


def _without_file(
    collector: Collector, documents: Mapping[str, Mapping[str, Any]], known: set[str]
) -> Iterator[_Asset]:
    """Photos that only the project lists: VoTT writes a file for those with regions alone."""
    for file, content in documents.items():
        if is_vott(content):
            continue
        for value in mapping(content.get("assets")).values():
            entry = mapping(value)
            asset = _asset(file, {"asset": entry}, has_regions=False)
            if asset.key in known or entry.get("type") == _VIDEO:
                continue
            if asset.state != _TAGGED:
                yield asset
                continue
            message = (
                f"'{asset.names[-1]}' has regions, and its file {asset.key}-asset.json is not here; left out."
            )
            collector.report(file, ProblemKind.UNREADABLE_ANNOTATION, message)


def _labels(documents: Iterable[Mapping[str, Any]], assets: Sequence[_Asset]) -> tuple[str, ...] | None:
    """The projects' tags in order, then those of regions that no project has; None where there is no project."""
    tags: list[str] = []
    for content in documents:
        tags += [text(tag.get("name")) for tag in records(content.get("tags"))]
        tags += text(content.get("inputTags")).split(",") if _is_version_1(content) else []
    if not any(tags):
        return None
    found = {entry.box.label for asset in assets for entry in asset.found if isinstance(entry, Object)}
    return tuple(dict.fromkeys(clean for tag in (*tags, *sorted(found)) if (clean := clean_label(tag))))


FORMAT = Format(
    name="vott",
    title="VoTT JSON",
    files="an -export.json or the -asset.json files of a project",
    find=lambda peek: peek.first_json(is_vott),
    read=read,
)
PROJECT_ALONE = UnreadFormat(
    title="a VoTT project without the regions of its photos",
    find=lambda peek: next(peek.source.with_suffix(".vott"), None),
    advice="Choose VoTT JSON as the export format in VoTT, export, and give the folder vott-json-export.",
)
