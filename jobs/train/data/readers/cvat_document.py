"""What is in one XML file of CVAT, as values; read child by child, since one file describes thousands of photos."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field

from jobs.train.data.photos import AnnotatedBox
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.objects import (
    Found,
    LeftOut,
    Object,
    Point,
    box_around_ellipse,
    box_around_points,
    box_around_turned,
    no_area,
    unknown_shape,
)
from jobs.train.data.readers.run_lengths import extent_of_mask
from jobs.train.data.text import image_size, number

MAX_XML_BYTES = 256 * 1024**2
_MAX_DEPTH = 50
_ROOT = "annotations"
_TASKS = ("task", "project", "job")
_WITHOUT_AREA = {"polyline": "line", "points": "set of points", "skeleton": "skeleton"}
_TYPES_WITHOUT_AREA = frozenset({"tag", *_WITHOUT_AREA})


@dataclass(frozen=True, slots=True)
class Photo:
    """A listed photo with its objects."""

    name: str
    subset: str
    stated_size: tuple[int, int] | None
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A class of the task; `has_boxes` is False where objects of it have no area, or are parts of a skeleton."""

    name: str
    has_boxes: bool


@dataclass(slots=True)
class Document:
    """One file: `photos` of "CVAT for images", or the objects in `frames` of "CVAT for video".

    `subset` is that of the task; `tasks` are the ids of the tasks that the tracks belong to.
    """

    labels: list[Label] = field(default_factory=list)
    subset: str = ""
    last_frame: float = math.inf
    photos: list[Photo] = field(default_factory=list)
    frames: dict[int, list[Found]] = field(default_factory=dict)
    tracks: int = 0
    tasks: set[str] = field(default_factory=set)
    described: bool = False

    def take(self, element: ET.Element) -> None:
        """Add what a child of the root says."""
        if element.tag == "image":
            self.photos.append(_photo(element))
        elif element.tag == "track":
            self._add_track(element)
        elif element.tag == "meta":
            self._add_meta(element)

    @property
    def is_cvat(self) -> bool:
        """Whether it is CVAT's: other tools too call their root so."""
        return bool(self.photos or self.tracks or self.described)

    def _add_meta(self, element: ET.Element) -> None:
        task = next((found for name in _TASKS if (found := element.find(name)) is not None), None)
        if task is None:
            return
        self.described = True
        self.subset = _text(task, "subset")
        stop = number(_text(task, "stop_frame"))
        self.last_frame = math.inf if math.isnan(stop) else stop
        self.labels += [
            Label(
                _text(label, "name"),
                _text(label, "type") not in _TYPES_WITHOUT_AREA and not _text(label, "parent"),
            )
            for label in task.iterfind("labels/label")
        ]

    def _add_track(self, element: ET.Element) -> None:
        self.tracks += 1
        self.subset = element.get("subset", self.subset)
        self.tasks.add(element.get("task_id", ""))
        for shape in element:
            frame = number(shape.get("frame"))
            if shape.get("outside") == "1":
                continue
            if frame != frame // 1 or frame < 0:  # NaN too
                frame = -1
            self.frames.setdefault(int(frame), []).append(_object(shape, element.get("label", "")))


class _AnotherRootError(Exception):
    """The file is XML of something else."""


class _Children(ET.TreeBuilder):
    """Hands out each child of the root when it is complete, and forgets it.

    Document types are refused: entities are how a small XML file becomes a large one.
    """

    def __init__(self, take: Callable[[ET.Element], None]) -> None:
        super().__init__()
        self._take = take
        self._open: list[ET.Element] = []

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        if not self._open and tag != _ROOT:
            raise _AnotherRootError
        if len(self._open) >= _MAX_DEPTH:
            raise ValueError("the elements are nested too deeply")
        element = super().start(tag, attrs)
        self._open.append(element)
        return element

    def end(self, tag: str, /) -> ET.Element:
        element = super().end(tag)
        self._open.pop()
        if len(self._open) == 1:
            self._take(element)
            self._open[0].clear()
        return element

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise ValueError(f"document type declarations are not read (<!DOCTYPE {name}>)")


def is_cvat(data: bytes) -> bool:
    """Whether the first children of the root are CVAT's. ValueError when what is before them is broken."""

    class Seen(Exception):  # noqa: N818 - it ends the reading, and nothing is wrong
        pass

    def look(element: ET.Element) -> None:
        document = Document()
        document.take(element)
        if document.is_cvat:
            raise Seen

    try:
        _read(data, look)
    except Seen:
        return True
    return False


def parse(data: bytes) -> Document | None:
    """The document; None for XML of something else. ValueError, in words for a person, when it is broken."""
    document = Document()
    _read(data, document.take)
    return document if document.is_cvat else None


def _read(data: bytes, take: Callable[[ET.Element], None]) -> None:
    """Call `take` with each child of a root called as CVAT's; with none for another root."""
    if len(data) > MAX_XML_BYTES:
        raise ValueError(f"{len(data)} bytes; at most {MAX_XML_BYTES} are read. Export each task by itself")
    try:
        # Document types are refused, without which XML cannot grow or reach other files.
        ET.fromstring(data, ET.XMLParser(target=_Children(take)))  # noqa: S314
    except _AnotherRootError:
        return
    except ET.ParseError as error:
        raise ValueError(f"not well-formed XML ({error})") from error
    except LookupError as error:
        raise ValueError(f"in an unknown encoding ({error})") from error


def _photo(element: ET.Element) -> Photo:
    tags = [child for child in element if child.tag == "tag"]
    shapes = [child for child in element if child.tag != "tag"]
    found = [_object(shape, shape.get("label", "")) for shape in shapes]
    if tags and not found:
        found = [LeftOut(ProblemKind.DROPPED_BOX, "is a tag of the whole photo, not a box; left out.")]
    size = image_size(element.get("width"), element.get("height"))
    return Photo(element.get("name", "").strip(), element.get("subset", ""), size, tuple(found))


def _object(shape: ET.Element, label: str) -> Found:
    kind = shape.tag
    if kind in _WITHOUT_AREA:
        return no_area(_WITHOUT_AREA[kind])
    if kind == "box":
        return Object(_box(shape, label))
    if kind == "polygon":
        return Object(box_around_points(label, _points(shape.get("points", ""))), shape.get("group_id"))
    if kind == "ellipse":
        x, y, radius_x, radius_y = (number(shape.get(name)) for name in ("cx", "cy", "rx", "ry"))
        angle = math.radians(number(shape.get("rotation", "0")))
        return Object(box_around_ellipse(label, x=x, y=y, radius_x=radius_x, radius_y=radius_y, turned=angle))
    if kind == "cuboid":
        corners = [f"{edge}{side}" for edge in ("tl", "bl", "tr", "br") for side in (1, 2)]
        outline = [(number(shape.get(f"x{corner}")), number(shape.get(f"y{corner}"))) for corner in corners]
        return Object(box_around_points(label, outline))
    if kind == "mask":
        return _mask(shape, label)
    return unknown_shape(kind)


def _box(shape: ET.Element, label: str) -> AnnotatedBox:
    xmin, ymin, xmax, ymax = (number(shape.get(name)) for name in ("xtl", "ytl", "xbr", "ybr"))
    degrees = number(shape.get("rotation", "0"))
    return box_around_turned(AnnotatedBox(label, ymin, xmin, ymax, xmax), degrees=degrees)


def _mask(shape: ET.Element, label: str) -> Found:
    """From runs of pixels in rows, which begin outside the mask, inside of a rectangle."""
    try:
        runs = [int(length) for length in shape.get("rle", "").split(",")]
        width, height = int(shape.get("width", "")), int(shape.get("height", ""))
        extent = extent_of_mask(runs, [width, height])  # that of a mask which is laid on its side
    except ValueError as error:
        return LeftOut(ProblemKind.INVALID_BOX, f"is a mask that cannot be read ({error}); left out.")
    if extent is None:
        return LeftOut(ProblemKind.DROPPED_BOX, "is an empty mask; left out.")
    xmin, ymin, xmax, ymax = extent
    left, top = number(shape.get("left")), number(shape.get("top"))
    box = AnnotatedBox(label, top + ymin, left + xmin, top + ymax, left + xmax)
    return Object(box, shape.get("group_id"))


def _points(stated: str) -> list[Point]:
    """From "x,y;x,y"."""
    pairs = (pair.partition(",") for pair in stated.split(";"))
    return [(number(x), number(y)) for x, _, y in pairs]


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
