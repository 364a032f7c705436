"""Label Studio's tasks as values, from its JSON and its JSON-MIN, which has an annotation's regions under any name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jobs.train.data.names import UPLOAD_PREFIX, is_photo, spellings
from jobs.train.data.readers.json_values import items, mapping, records, text
from jobs.train.data.readers.label_studio_regions import LABELS, Region, is_shape, labels_of, stated_size

_ANNOTATIONS = ("annotations", "completions")
_OF_AN_ANNOTATION = frozenset({"annotation_id", "annotator"})
_SHAPE = ("x", "y", "width", "height", "rotation", "points", "radiusX", "radiusY")
_NO_ITEM = -1


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a task: the `field` of the task's data that has it, and its place where the field has a list."""

    field: str
    item: int
    name: str

    @property
    def names(self) -> list[str]:
        """Its name as it was stored, and as it was before: without eight digits in front, and with its spaces."""
        folder, slash, last = self.name.rpartition("/")
        if not UPLOAD_PREFIX.match(last):
            return [self.name]
        own = UPLOAD_PREFIX.sub("", last, count=1)
        return list(
            dict.fromkeys([self.name, f"{folder}{slash}{own}", f"{folder}{slash}{own.replace('_', ' ')}"])
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """A region and what it says of the photo that it is on."""

    region: Region
    to_name: str = ""
    item: int = _NO_ITEM

    def is_on(self, photo: Photo) -> bool:
        """Whether it is on this photo of a task with several."""
        if photo.item != _NO_ITEM:
            return self.item == photo.item
        return self.to_name == photo.field


@dataclass(frozen=True, slots=True)
class Annotation:
    """One person's annotation of a task; `broken` counts what is no region, `choices` what is for the whole photo."""

    shapes: tuple[Shape, ...]
    is_ground_truth: bool = False
    time: str = ""
    broken: int = 0
    choices: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """A task with the annotations that count; `name` is for messages."""

    name: str
    photos: tuple[Photo, ...]
    annotations: tuple[Annotation, ...]


def tasks_in(content: object) -> list[Task] | None:
    """The tasks of parsed JSON, or None where it is not Label Studio's."""
    entries = records(content if isinstance(content, list) else [content])
    if any(map(_is_task, entries)):
        return _without_other_fields([_task(entry) for entry in entries])
    if any(map(_is_stored_annotation, entries)):
        return [
            _task({"data": mapping(entry.get("task")).get("data"), "annotations": [entry]})
            for entry in entries
        ]
    if isinstance(content, list) and any(map(_is_record, entries)):
        return list(_tasks_of_records(entries))
    return None


def _without_other_fields(tasks: list[Task]) -> list[Task]:
    """The tasks without photos that nobody annotates, where the regions tell by the names of the data's fields."""
    used = {shape.to_name for task in tasks for annotation in task.annotations for shape in annotation.shapes}
    kept = []
    for task in tasks:
        photos = tuple(photo for photo in task.photos if photo.field in used)
        kept.append(replace(task, photos=photos or task.photos))
    return kept


def _is_task(entry: Mapping[str, Any]) -> bool:
    has_annotations = any(isinstance(entry.get(name), list) for name in _ANNOTATIONS)
    return has_annotations and bool(_photos(entry.get("data")))


def _is_stored_annotation(entry: Mapping[str, Any]) -> bool:
    """Whether it is what Label Studio writes to its target storage."""
    return isinstance(entry.get("result"), list) and bool(_photos(mapping(entry.get("task")).get("data")))


def _is_record(entry: Mapping[str, Any]) -> bool:
    if not _photos(entry):
        return False
    return entry.keys() >= _OF_AN_ANNOTATION or any(
        is_shape(value) and any(isinstance(value.get(key), list) for key in LABELS)
        for values in entry.values()
        for value in map(mapping, items(values))
    )


def _photos(data: object) -> tuple[Photo, ...]:
    """The values of a task's data that are names of photos."""
    found = []
    for field, value in mapping(data).items():
        if isinstance(value, str):
            found += [Photo(field, _NO_ITEM, value)] if _is_name_of_photo(value) else []
        else:
            names = [text(entry) for entry in items(value)]
            if names and all(map(_is_name_of_photo, names)):
                found += [Photo(field, place, name) for place, name in enumerate(names)]
    return tuple(found)


def _is_name_of_photo(value: str) -> bool:
    return any(map(is_photo, spellings(value))) if len(value) < 5000 else False


def _task(entry: Mapping[str, Any]) -> Task:
    photos = _photos(entry.get("data"))
    stated = next((value for name in _ANNOTATIONS if isinstance(value := entry.get(name), list)), [])
    counted = [
        annotation
        for annotation in records(stated)
        if annotation.get("was_cancelled") is not True and annotation.get("skipped") is not True
    ]
    return Task(text(entry.get("id")), photos, tuple(map(_annotation, counted)))


def _annotation(entry: Mapping[str, Any]) -> Annotation:
    """From the results of an annotation; those with one id are about one region."""
    stated = entry.get("result")
    regions: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    broken = choices = 0
    for place, result in enumerate(stated if isinstance(stated, list) else [stated]):
        if not isinstance(result, dict) or not (
            isinstance(result.get("value"), dict) or _is_relation(result)
        ):
            broken += 1
            continue
        regions[text(result.get("id")) or f"#{place}"].append(result)
    shapes = []
    for results in regions.values():
        shape = next((result for result in results if is_shape(mapping(result.get("value")))), None)
        if shape is None:
            choices += 1
            continue
        labels = tuple(label for result in results for label in labels_of(mapping(result.get("value"))))
        size = next((size for result in results if (size := stated_size(result))), None)
        item = shape.get("item_index")
        region = Region(mapping(shape.get("value")), labels, size)
        shapes.append(Shape(region, text(shape.get("to_name")), item if type(item) is int else _NO_ITEM))
    return Annotation(tuple(shapes), entry.get("ground_truth") is True, _time(entry), broken, choices)


def _is_relation(result: Mapping[str, Any]) -> bool:
    return result.get("type") == "relation"


def _time(entry: Mapping[str, Any]) -> str:
    stated = entry.get("updated_at") or entry.get("created_at")
    return str(stated) if isinstance(stated, str | float) else text(stated)


def _tasks_of_records(entries: list[Mapping[str, Any]]) -> Iterator[Task]:
    """JSON-MIN has a record for each annotation."""
    by_task: dict[tuple[str, tuple[Photo, ...]], list[Annotation]] = defaultdict(list)
    for place, entry in enumerate(entries):
        photos = _photos(entry)
        key = text(entry.get("id")) or f"#{place}"
        by_task[(key, photos)].append(Annotation(tuple(_shapes_of_record(entry)), time=_time(entry)))
    for (name, photos), annotations in by_task.items():
        yield Task(name, photos, tuple(annotations))


def _shapes_of_record(entry: Mapping[str, Any]) -> Iterator[Shape]:
    """The regions under all names; a shape that is written again without a class is not another one."""
    values = [value for listed in entry.values() for value in map(mapping, items(listed)) if is_shape(value)]
    labelled = {_geometry(value) for value in values if labels_of(value)}
    for value in values:
        if labels_of(value) or _geometry(value) not in labelled:
            yield Shape(Region(value, labels_of(value), stated_size(value)))


def _geometry(value: Mapping[str, Any]) -> str:
    return repr([value.get(name) for name in _SHAPE])
