"""Data rows of Labelbox's exports, the present and the older kind, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.train.data.names import side_named
from jobs.train.data.photos import AnnotatedBox, Side
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.annotators import Work
from jobs.train.data.readers.json_values import items, mapping, points, records, text
from jobs.train.data.readers.objects import Found, LeftOut, Object, box_around_points, no_area, unknown_shape
from jobs.train.data.text import image_size, number

_NOT_DONE = "TO_LABEL"
_DONE = "DONE"
_MASKS = ("mask", "composite_mask", "instanceURI")
_BROKEN = LeftOut(ProblemKind.INVALID_BOX, "is no object; left out.")
_ON_A_SERVER = LeftOut(
    ProblemKind.INVALID_BOX,
    "is a mask, which lies on Labelbox's servers and not in the export; left out. Use boxes or polygons.",
)


@dataclass(frozen=True, slots=True)
class DataRow:
    """A photo with the labels of each project that people submitted.

    `key` is the same for the rows of one photo. `is_doubtful` tells that nothing says whether the photo is done.
    """

    key: str
    names: tuple[str, ...]
    works: Mapping[str, list[Work]] = field(default_factory=dict)
    stated_size: tuple[int, int] | None = None
    side: Side | None = None
    is_video: bool = False
    is_doubtful: bool = False
    is_classified: bool = False


def is_labelbox(content: object) -> bool:
    """Whether a parsed line, or an entry of a list, is a data row."""
    return _is_present(mapping(content)) or _is_older(mapping(content))


def data_row(content: Mapping[str, Any]) -> DataRow | None:
    """The data row, or None where it is none."""
    if _is_present(content):
        return _present(content)
    return _older(content) if _is_older(content) else None


def _is_present(content: Mapping[str, Any]) -> bool:
    return isinstance(content.get("data_row"), dict) and any(
        isinstance(content.get(name), dict) for name in ("projects", "media_attributes")
    )


def _is_older(content: Mapping[str, Any]) -> bool:
    return "Label" in content and any(name in content for name in ("Labeled Data", "DataRow ID"))


def _present(content: Mapping[str, Any]) -> DataRow:
    row = content["data_row"]
    media = mapping(content.get("media_attributes"))
    works: dict[str, list[Work]] = {}
    is_video = media.get("asset_type") == "video"
    is_doubtful = is_classified = False
    for key, value in mapping(content.get("projects")).items():
        project = mapping(value)
        status = text(mapping(project.get("project_details")).get("workflow_status")).upper()
        is_doubtful |= status not in ("", _DONE)
        labels = [label for label in records(project.get("labels")) if not _is_skipped(label)]
        is_video |= any("frames" in mapping(label.get("annotations")) for label in labels)
        is_classified |= any(mapping(label.get("annotations")).get("classifications") for label in labels)
        submitted = [work for label in labels if (work := _work(label)).found or status != _NOT_DONE]
        if submitted:
            works[key] = submitted
    names = _names(row.get("external_id"), row.get("global_key"), row.get("row_data"))
    return DataRow(
        text(row.get("id")) or next(iter(names), ""),
        names,
        works,
        image_size(media.get("width"), media.get("height")),
        _side(content.get("metadata_fields")),
        is_video,
        is_doubtful,
        is_classified,
    )


def _is_skipped(label: Mapping[str, Any]) -> bool:
    return True in (label.get("skipped"), mapping(label.get("performance_details")).get("skipped"))


def _work(label: Mapping[str, Any]) -> Work:
    details = mapping(label.get("label_details"))
    objects = mapping(label.get("annotations")).get("objects")
    time = text(details.get("updated_at")) or text(details.get("created_at"))
    return Work(_found(objects), details.get("is_benchmark_reference") is True, time)


def _side(metadata: object) -> Side | None:
    """From the metadata field "split", which Labelbox has by itself."""
    for entry in records(metadata):
        if "split" in (entry.get("schema_name"), entry.get("name")):
            stated = entry.get("value")
            return side_named(text(stated) or text(next(iter(records(stated)), {}).get("schema_name")))
    return None


def _older(content: Mapping[str, Any]) -> DataRow:
    names = _names(content.get("External ID"), content.get("Labeled Data"))
    key = text(content.get("DataRow ID")) or next(iter(names), "")
    label = content.get("Label")
    if (isinstance(label, str) and label.lower() == "skip") or content.get("Skipped") is True:
        return DataRow(key, names)
    found = _found_in_older(label)
    time = text(content.get("Updated At")) or text(content.get("Created At"))
    works = {"": [Work(found, time=time)]}
    is_classified = bool(mapping(label).get("classifications"))
    return DataRow(key, names, works, is_doubtful=label == {}, is_classified=is_classified)


def _found_in_older(label: object) -> tuple[Found, ...]:
    """From a list of objects, or from the outlines of each class, as the oldest exports have them."""
    if not isinstance(label, dict):
        return (_BROKEN,)
    if "objects" in label or "classifications" in label:
        return _found(label.get("objects", []))
    found: list[Found] = []
    for name, outlines in label.items():
        if not isinstance(outlines, list):
            found.append(_BROKEN)
        for outline in items(outlines):
            corners = mapping(outline).get("geometry") if isinstance(outline, dict) else outline
            found.append(Object(box_around_points(name, points(corners))))
    return tuple(found)


def _names(*stated: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for value in stated if (name := text(value).strip())))


def _found(objects: object) -> tuple[Found, ...]:
    """The objects; a value that is no list counts as one that is broken, so that the photo is no negative."""
    if not isinstance(objects, list):
        return (_BROKEN,)
    return tuple(_object(entry) for entry in records(objects))


def _object(entry: Mapping[str, Any]) -> Found:
    label = next((name for key in ("name", "title", "value") if (name := text(entry.get(key)))), "")
    box = entry.get("bounding_box", entry.get("bbox"))
    if isinstance(box, dict):
        top, left, height, width = (number(box.get(name)) for name in ("top", "left", "height", "width"))
        return Object(AnnotatedBox(label, top, left, top + height, left + width))
    if isinstance(entry.get("polygon"), list):
        return Object(box_around_points(label, points(entry["polygon"])))
    if "line" in entry:
        return no_area("line")
    if "point" in entry:
        return no_area("point")
    if any(name in entry for name in _MASKS):
        return _ON_A_SERVER
    return unknown_shape(text(entry.get("annotation_kind")) or "none")
