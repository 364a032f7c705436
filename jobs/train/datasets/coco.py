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
from jobs.train.datasets.claims import Claim, settle
from jobs.train.datasets.format import Format
from jobs.train.datasets.lookup import PhotoIndex, exactness, side_of_folder, side_of_name
from jobs.train.datasets.peek import parse_json
from jobs.train.datasets.photos import AnnotatedBox, AnnotatedPhoto, Annotations
from jobs.train.datasets.problems import Problem, ProblemKind
from jobs.train.datasets.source import Source
from jobs.train.datasets.text import clean_label, decode_text, image_size, number

VOCABULARY = 20
"""As many unused categories are a vocabulary (COCO's own has 80), not classes that somebody forgot to label."""


def read(source: Source) -> Annotations:
    """All photos that the COCO files of the source list. DatasetError when there is no such file."""
    index = PhotoIndex(source.files)
    problems: list[Problem] = []
    claims: list[Claim] = []
    categories: dict[int, _Category] = {}
    for file in sorted(source.with_suffix(".json")):
        try:
            content = parse_coco(source.read(file))
        except (ValueError, DatasetError) as error:
            message = f"{str(error).rstrip('.')}; the file is left out."
            problems.append(Problem(file, ProblemKind.UNREADABLE_ANNOTATION, message))
            continue
        if content is not None:
            document = _Document(source, file, index, content, problems)
            claims.extend(document.photos())
            _join_categories(categories, document)
    photos, contested = settle(claims)
    problems += contested
    if not categories and not photos:
        raise DatasetError(_nothing_read(source, problems))
    labels, unused = _labels(categories.values(), {box.label for photo in photos for box in photo.boxes})
    problems += [Problem("categories", ProblemKind.UNUSED_CLASS, message) for message in unused]
    problems += _unlisted(index, photos)
    return Annotations(tuple(photos), labels, tuple(problems))


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

    def __init__(
        self,
        source: Source,
        file: str,
        index: PhotoIndex,
        content: Mapping[str, Any],
        problems: list[Problem],
    ) -> None:
        self.file = file
        self._source = source
        self._index = index
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

    def photos(self) -> Iterable[Claim]:
        """The listed photos that are there; the others are reported."""
        for record in self._images:
            stated = str(record.get("file_name") or "")
            name = self._index.find(stated, beside=self.file)
            if name is None:
                message = f"lists '{stated}', and there is no such photo; left out."
                self._problems.append(Problem(self.file, ProblemKind.MISSING_PHOTO, message))
                continue
            yield Claim(self._photo(record, name), self.file, stated, exactness(name, stated))

    def _photo(self, record: Mapping[str, Any], name: str) -> AnnotatedPhoto:
        annotations = self._annotations.get(_hashable(record.get("id")), [])
        boxes = [box for annotation in annotations if (box := self._box(annotation, name))]
        return AnnotatedPhoto(
            name=name,
            read=self._source.reader(name),
            boxes=tuple(boxes),
            stated_size=image_size(record.get("width"), record.get("height")),
            side=side_of_name(self.file) or side_of_folder(self.file) or side_of_folder(name),
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


def _unlisted(index: PhotoIndex, photos: Iterable[AnnotatedPhoto]) -> list[Problem]:
    listed = {photo.name for photo in photos}
    message = "no annotation file lists it, so nobody said what is in it; not used."
    return [Problem(name, ProblemKind.NOT_ANNOTATED, message) for name in index.photos if name not in listed]


FORMAT = Format(
    name="coco",
    title="COCO",
    files="a .json with images, annotations, categories",
    find=lambda peek: peek.first_json(is_coco),
    read=read,
)
