"""COCO JSON: one file for each side or one for all, beside its photos or in a folder of its own.

Exactly the photos that a file lists are used; one without annotations is a negative, one that no file lists
is reported. A bbox is a corner and a size, or two corners where Detectron2's `bbox_mode` says so. An annotation
without a bbox has the bounds of its polygons or its mask. Crowds are no boxes: they are left out and said so.
Labels are in the order of the category ids.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from detector.boxes import Box
from detector.errors import DatasetError
from jobs.train.data.format import Format
from jobs.train.data.matching.collector import Collector
from jobs.train.data.peek import parse_json
from jobs.train.data.photos import AnnotatedBox, Annotations
from jobs.train.data.problems import Problem, ProblemKind
from jobs.train.data.readers.segmentation import extent_of, mask_size
from jobs.train.data.source import Source
from jobs.train.data.text import clean_label, decode_text, flag, image_size, number

_CORNERS_FRACTION = 0.25
_ROUNDING = 1.02
_SAME_AREA = 1e-3
_BOX_MODES = {"0": "XYXY_ABS", "XYXY_ABS": "XYXY_ABS", "1": "XYWH_ABS", "XYWH_ABS": "XYWH_ABS"}
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
    """Whether parsed JSON is a COCO document; one for panoptic segmentation has the same lists, and no boxes."""
    lists = ("images", "annotations", "categories")
    if not isinstance(content, dict) or not all(isinstance(content.get(name), list) for name in lists):
        return False
    first = next(iter(content["annotations"]), None)
    return not (isinstance(first, dict) and "segments_info" in first)


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
        self._ambiguous = self._ambiguous_images()
        self.categories = self._categories(_records(content["categories"]))
        self._annotations: dict[object, list[Mapping[str, Any]]] = defaultdict(list)
        for record in _records(content["annotations"]):
            self._annotations[_hashable(record.get("image_id"))].append(record)
        self._report_orphans()
        self._mode = content.get("bbox_mode", _mapping(content.get("info")).get("bbox_mode"))
        self._has_corners = self._is_in_corners()

    def add_photos(self, collector: Collector) -> None:
        """Tell of the listed photos, each with its boxes."""
        for record in self._images:
            stated = str(record.get("file_name") or "")
            key = _hashable(record.get("id"))
            annotations = self._annotations.get(key, [])
            is_known = record.get("id") is not None and key not in self._ambiguous
            size = image_size(record.get("width"), record.get("height")) or _size_of_masks(annotations)
            name = collector.name_of(self.file, stated) or self.file
            boxes = [
                box for annotation in annotations if is_known and (box := self._box(annotation, name, size))
            ]
            collector.add(
                self.file,
                stated,
                boxes,
                stated_size=size,
                left_out=len(annotations) - len(boxes) if is_known else max(1, len(annotations)),
            )

    def _box(
        self, annotation: Mapping[str, Any], photo: str, size: tuple[int, int] | None
    ) -> AnnotatedBox | None:
        key = _identifier(annotation.get("category_id"))
        category = self.categories.get(key) if key is not None else None
        try:
            if flag(annotation.get("iscrowd")):
                message = "a crowd is no single object; left out."
                self._problems.append(Problem(photo, ProblemKind.CROWD_BOX, message))
                return None
            stated_corners = self._states_corners(annotation)
            edges = _edges(annotation, size, corners=stated_corners)
            if self._has_corners and not stated_corners and not _needs_segmentation(annotation):
                raise ValueError(
                    "has a bbox that looks like xmin, ymin, xmax, ymax; COCO's is x, y, width, height"
                )
        except ValueError as error:
            called = f"annotation {annotation['id']!r}" if "id" in annotation else "an annotation"
            message = f"{called} {error}; left out."
            self._problems.append(Problem(photo, ProblemKind.INVALID_BOX, message))
            return None
        if category is None or not clean_label(category.name):
            message = (
                f"a box of category {annotation.get('category_id')!r}, which {self.file} does not "
                "name; left out."
            )
            self._problems.append(Problem(photo, ProblemKind.UNKNOWN_CLASS, message))
            return None
        return AnnotatedBox(category.name, edges.ymin, edges.xmin, edges.ymax, edges.xmax)

    def _states_corners(self, annotation: Mapping[str, Any]) -> bool:
        """Whether Detectron2's `bbox_mode`, here or of the file, is two corners. ValueError for rare modes."""
        mode = annotation.get("bbox_mode", self._mode)
        if mode is None:
            return False
        name = _BOX_MODES.get(str(mode).rpartition(".")[2].strip().upper())
        if name is None and not _needs_segmentation(annotation):
            raise ValueError(f"has the bbox_mode {str(mode)[:40]!r}; use XYWH_ABS (1) or XYXY_ABS (0)")
        return name == "XYXY_ABS"

    def _is_in_corners(self) -> bool:
        """Whether bboxes whose mode is not stated are two corners, by their photos' sizes or by their areas."""
        return self._leave_photos_as_sizes() or self._have_areas_of_corners()

    def _have_areas_of_corners(self) -> bool:
        """Whether the areas that are one of a bbox are all that of two corners, and many are."""
        areas = told = 0
        for annotation in (entry for entries in self._annotations.values() for entry in entries):
            values, area = _numbers(annotation), number(annotation.get("area"))
            if not values or not area > 0 or _is_settled(annotation):
                continue
            x, y, width, height = values
            of_size = math.isclose(area, width * height, rel_tol=_SAME_AREA)
            of_corners = math.isclose(area, (width - x) * (height - y), rel_tol=_SAME_AREA)
            if of_size and not of_corners:
                return False
            areas += 1
            told += of_corners and not of_size and width > x and height > y
        return told > 0 and told >= _CORNERS_FRACTION * areas

    def _leave_photos_as_sizes(self) -> bool:
        """Whether all bboxes are proper as two corners, and many leave their photo as corner and size."""
        boxes = 0
        outside = 0
        for record in self._images:
            size = image_size(record.get("width"), record.get("height"))
            for annotation in self._annotations.get(_hashable(record.get("id")), []) if size else ():
                values = _numbers(annotation)
                if size is None or not values or not any(values) or _is_settled(annotation):
                    continue
                x, y, width, height = values
                if not (x < width <= size[0] + 1 and y < height <= size[1] + 1):
                    return False
                boxes += 1
                outside += x + width > _ROUNDING * size[0] or y + height > _ROUNDING * size[1]
        return outside > 0 and outside >= _CORNERS_FRACTION * boxes

    def _categories(self, records: Iterable[Mapping[str, Any]]) -> dict[int, _Category]:
        """The categories by id. One without a name, or with two, is reported, and its boxes will be."""
        categories: dict[int, _Category] = {}
        ambiguous: set[int] = set()
        for record in records:
            key, name = _identifier(record.get("id")), record.get("name")
            if key is None:
                continue
            if isinstance(name, bool) or not isinstance(name, int | str):
                message = f"category {key} has the name {json.dumps(name)[:40]}, which is no text."
                self._problems.append(Problem(self.file, ProblemKind.UNKNOWN_CLASS, message))
                name = ""
            category = _Category(str(name), str(record.get("supercategory") or ""))
            if categories.setdefault(key, category).name != category.name:
                ambiguous.add(key)
        for key in ambiguous:
            message = f"has several categories with the id {key}; their boxes are left out."
            self._problems.append(Problem(self.file, ProblemKind.AMBIGUOUS_ID, message))
        return {key: category for key, category in categories.items() if key not in ambiguous}

    def _ambiguous_images(self) -> set[object]:
        """Ids that several photos have: nobody knows which of them an annotation means."""
        named = {(_hashable(record.get("id")), str(record.get("file_name"))) for record in self._images}
        counts = Counter(key for key, _ in named)
        ambiguous = {key for key, count in counts.items() if count > 1}
        for key in ambiguous:
            message = f"lists {counts[key]} photos with the id {key!r}; they are left out."
            self._problems.append(Problem(self.file, ProblemKind.AMBIGUOUS_ID, message))
        return ambiguous

    def _report_orphans(self) -> None:
        known = {_hashable(record.get("id")) for record in self._images if record.get("id") is not None}
        for image_id, annotations in self._annotations.items():
            if image_id not in known:
                message = (
                    f"{len(annotations)} boxes are of image {image_id!r}, which it does not list; left out."
                )
                self._problems.append(Problem(self.file, ProblemKind.MISSING_PHOTO, message))


def _records(values: Iterable[object]) -> list[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, dict)]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _edges(annotation: Mapping[str, Any], size: tuple[int, int] | None, *, corners: bool) -> Box:
    """The box in pixels, of the bbox or else of the segmentation. ValueError says why there is none."""
    if _needs_segmentation(annotation):
        return _segmentation_edges(annotation, size)
    values = _numbers(annotation)
    if not values:
        shown = json.dumps(_bbox(annotation))[:60]
        raise ValueError(f"has a bbox that is not four numbers, [x, y, width, height]: {shown}")
    if corners:
        xmin, ymin, xmax, ymax = values
        return Box(ymin, xmin, ymax, xmax)
    x, y, width, height = values
    return Box(y, x, y + height, x + width)


def _numbers(annotation: Mapping[str, Any]) -> tuple[float, ...]:
    """The bbox's four numbers, or none where it is something else."""
    bbox = _bbox(annotation)
    values = tuple(number(value) for value in bbox) if isinstance(bbox, list) else ()
    return values if len(values) == 4 and all(map(math.isfinite, values)) else ()


def _bbox(annotation: Mapping[str, Any]) -> object:
    """The bbox as JSON, also where a tool wrote it as text in JSON."""
    bbox = annotation.get("bbox")
    if isinstance(bbox, str) and bbox.strip().startswith("["):
        with suppress(ValueError, RecursionError):
            return json.loads(bbox)
    return bbox


def _needs_segmentation(annotation: Mapping[str, Any]) -> bool:
    """Whether there is no bbox, or beside a segmentation one of zeros, -1 or NaN, as some tools write for none."""
    bbox = _bbox(annotation)
    if annotation.get("segmentation"):
        values = bbox if isinstance(bbox, list) and bbox else [bbox]
        if any(str(value).lower() == "nan" for value in values):
            return True
        if isinstance(bbox, list) and bbox:
            return {number(value) for value in bbox} in ({0.0}, {-1.0})
    return bbox in (None, [], "")


def _is_settled(annotation: Mapping[str, Any]) -> bool:
    """Whether what the bbox means needs no guess: its mode is stated, or the segmentation is used in its place."""
    return "bbox_mode" in annotation or _needs_segmentation(annotation)


def _segmentation_edges(annotation: Mapping[str, Any], size: tuple[int, int] | None) -> Box:
    segmentation = annotation.get("segmentation")
    if not segmentation:
        found = "key points alone" if annotation.get("keypoints") else "no segmentation"
        raise ValueError(f"has {found}, and no bbox")
    extent = extent_of(segmentation)
    if extent.size is not None and extent.size != size:
        stated = "×".join(map(str, size or ()))
        raise ValueError(f"has a mask of {extent.size[0]}×{extent.size[1]} pixels for a photo of {stated}")
    return extent.edges


def _size_of_masks(annotations: Iterable[Mapping[str, Any]]) -> tuple[int, int] | None:
    """The size of the first mask that a box is taken from, for photos whose size is not stated."""
    masks = (entry.get("segmentation") for entry in annotations if _needs_segmentation(entry))
    sizes = (mask_size(mask) for mask in masks if isinstance(mask, dict))
    return next((size for size in sizes if size), None)


def _identifier(value: object) -> int | None:
    """An id as a whole number, also where a tool wrote it as text or with a point."""
    # Not by way of a float, which is exact up to 2**53 only: some tools use hashes for ids.
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and "_" not in value:
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
