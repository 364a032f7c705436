"""COCO JSON: one file for each side or one for all, beside its photos or in a folder of its own.

Exactly the photos that a file lists are used; one without annotations is a negative, one that no file lists
is reported. Crowds are no boxes: they are left out and said so. Labels are in the order of the category ids.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from detector.errors import DatasetError
from jobs.train.datasets.collector import Collector
from jobs.train.datasets.format import Format
from jobs.train.datasets.peek import parse_json
from jobs.train.datasets.photos import AnnotatedBox, Annotations
from jobs.train.datasets.problems import Problem, ProblemKind
from jobs.train.datasets.source import Source
from jobs.train.datasets.text import clean_label, decode_text, image_size, number

VOCABULARY = 20
"""As many unused categories are a vocabulary (COCO's own has 80), not classes that somebody forgot to label."""


def read(source: Source) -> Annotations:
    """All photos that the COCO files of the source list. DatasetError when there is no such file."""
    collector = Collector(source)
    problems: list[Problem] = []
    categories: dict[int, _Category] = {}
    for file, content in collector.documents(parse_coco, ".json"):
        document = _Document(file, content, problems)
        document.add_photos(collector)
        _join_categories(categories, document)
    found = collector.annotations()
    if not categories and not found.photos:
        raise DatasetError(_nothing_read(source, (*problems, *found.problems)))
    labels, unused = _labels(
        categories.values(), {box.label for photo in found.photos for box in photo.boxes}
    )
    problems += [Problem("categories", ProblemKind.UNUSED_CLASS, message) for message in unused]
    return Annotations(found.photos, labels, (*problems, *found.problems))


def parse_coco(data: bytes) -> Mapping[str, Any] | None:
    """The document if it is a COCO one, None for other JSON. ValueError when it is no JSON at all."""
    content = parse_json(decode_text(data))
    return content if is_coco(content) else None


def is_coco(content: object) -> bool:
    """Whether parsed JSON is a COCO document."""
    lists = ("images", "annotations", "categories")
    return isinstance(content, dict) and all(isinstance(content.get(name), list) for name in lists)


def _nothing_read(source: Source, problems: Iterable[Problem]) -> str:
    found = "".join(f"\n  {problem}" for problem in problems)
    return f"{source.name}: no JSON file with the lists images, annotations and categories in it.{found}"


@dataclass(frozen=True, slots=True)
class _Category:
    name: str
    supercategory: str


class _Document:
    """One COCO file on its way to photos; what is wrong with it goes to `problems`."""

    def __init__(self, file: str, content: Mapping[str, Any], problems: list[Problem]) -> None:
        self.file = file
        self._problems = problems
        self._images = _records(content["images"])
        self.categories = {
            key: _Category(str(record.get("name") or ""), str(record.get("supercategory") or ""))
            for record in _records(content["categories"])
            if (key := _identifier(record.get("id"))) is not None
        }
        self._annotations: dict[object, list[Mapping[str, Any]]] = defaultdict(list)
        for record in _records(content["annotations"]):
            self._annotations[_hashable(record.get("image_id"))].append(record)
        self._report_orphans()

    def add_photos(self, collector: Collector) -> None:
        """Tell of the listed photos, each with its boxes."""
        for record in self._images:
            stated = str(record.get("file_name") or "")
            annotations = self._annotations.get(_hashable(record.get("id")), [])
            name = collector.name_of(self.file, stated) or self.file
            boxes = [box for annotation in annotations if (box := self._box(annotation, name))]
            collector.add(
                self.file,
                stated,
                boxes,
                stated_size=image_size(record.get("width"), record.get("height")),
                left_out=len(annotations) - len(boxes),
            )

    def _box(self, annotation: Mapping[str, Any], photo: str) -> AnnotatedBox | None:
        if annotation.get("iscrowd"):
            self._problems.append(
                Problem(photo, ProblemKind.CROWD_BOX, "a crowd is no single object; left out.")
            )
            return None
        key = _identifier(annotation.get("category_id"))
        category = self.categories.get(key) if key is not None else None
        if category is None or not clean_label(category.name):
            message = (
                f"a box of category {annotation.get('category_id')!r}, which {self.file} does not "
                "name; left out."
            )
            self._problems.append(Problem(photo, ProblemKind.UNKNOWN_CLASS, message))
            return None
        bbox = annotation.get("bbox")
        values = (
            [number(value) for value in bbox]
            if isinstance(bbox, list) and len(bbox) == 4
            else [float("nan")] * 4
        )
        x, y, width, height = values
        return AnnotatedBox(category.name, y, x, y + height, x + width)

    def _report_orphans(self) -> None:
        known = {_hashable(record.get("id")) for record in self._images}
        for image_id, annotations in self._annotations.items():
            if image_id not in known:
                message = (
                    f"{len(annotations)} boxes are of image {image_id!r}, which it does not list; left out."
                )
                self._problems.append(Problem(self.file, ProblemKind.MISSING_PHOTO, message))


def _records(values: Iterable[object]) -> list[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, dict)]


def _identifier(value: object) -> int | None:
    """An id as a whole number, also where a tool wrote it as text or with a point."""
    # Not by way of a float, which is exact up to 2**53 only: some tools use hashes for ids.
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        with suppress(ValueError):
            return int(value)
    as_number = number(value)
    return int(as_number) if as_number.is_integer() else None


def _hashable(value: object) -> object:
    """Image ids may be numbers or text; `1` and `"1"` are the same one."""
    key = _identifier(value)
    return key if key is not None else str(value)


def _join_categories(joined: dict[int, _Category], document: _Document) -> None:
    """Files of one dataset share their categories; a new id with a known name is the known class."""
    for key, category in sorted(document.categories.items()):
        if category.name and category.name not in {other.name for other in joined.values()}:
            joined[key if key not in joined else max(joined) + 1] = category


def _labels(categories: Iterable[_Category], used: set[str]) -> tuple[tuple[str, ...], list[str]]:
    """Class names in order, without unused ones that are no classes: a supercategory, a long vocabulary."""
    ordered = list(categories)
    unused = [category.name for category in ordered if category.name not in used]
    parents = {category.supercategory for category in ordered if category.name in used}
    dropped = set(unused) if len(unused) >= VOCABULARY and used else set(unused) & parents
    labels = tuple(category.name for category in ordered if category.name not in dropped)
    if not dropped:
        return labels, []
    names = ", ".join(sorted(dropped)[:5]) + (", ..." if len(dropped) > 5 else "")
    return labels, [f"not taken for classes, as no box is of them ({len(dropped)}): {names}."]


FORMAT = Format(
    name="coco",
    title="COCO",
    files="a .json with images, annotations, categories",
    find=lambda peek: peek.first_json(is_coco),
    read=read,
)
