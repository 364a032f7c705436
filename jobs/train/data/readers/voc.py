"""Pascal VOC: one XML file a photo, in Annotations/ + JPEGImages/ + ImageSets/, two folders, or side by side.

A photo whose XML names no object is a negative. A photo without an XML was never looked at by anybody: it is
reported and not used. `difficult` objects are kept. An object without a box has the bounds of its polygon. The photo
is the one that `<filename>` names, with its extension; only where that has an XML file of its own is the name stale,
and the photo called like the file is meant.
"""

import math
import re
import xml.etree.ElementTree as ET
from pathlib import PurePosixPath

from detector.errors import DatasetError
from jobs.train.data.format import Format
from jobs.train.data.matching.collector import Collector
from jobs.train.data.names import clean_path, fold, side_named
from jobs.train.data.photos import AnnotatedBox, Annotations, Side
from jobs.train.data.problems import ProblemKind
from jobs.train.data.source import Source
from jobs.train.data.text import decode_text, image_size, number

MAX_XML_BYTES = 16 * 1024**2
_DECLARATION = re.compile(rb"\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_MULTIBYTE = frozenset(
    {"gb2312", "gbk", "gb18030", "cp936", "big5", "cp950", "shift_jis", "shift-jis", "cp932", "windows-31j",
     "euc-jp", "euc-kr", "cp949", "ks_c_5601-1987"}
)  # fmt: skip

_OUTLINES = ("polygon", "segmentation", "points")
_COORDINATE = re.compile(r"([xy])\d*")
_Edges = tuple[float, float, float, float]
_NO_EDGES: _Edges = (math.nan, math.nan, math.nan, math.nan)


class _Refusing(ET.TreeBuilder):
    """A tree without document types: entities are how a small XML file becomes a large one."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise ValueError(f"document type declarations are not read (<!DOCTYPE {name}>)")


def parse_annotation(data: bytes) -> ET.Element:
    """The root `<annotation>`. ValueError says what is wrong with the file."""
    if len(data) > MAX_XML_BYTES:
        raise ValueError(f"{len(data)} bytes, too large for the annotation of one photo")
    data, encoding = _in_its_encoding(data)
    # _Refusing takes no document types, without which XML cannot grow or reach other files.
    parser = ET.XMLParser(target=_Refusing(), encoding=encoding)  # noqa: S314
    try:
        root = ET.fromstring(data, parser)  # noqa: S314
    except ET.ParseError as error:
        raise ValueError(f"not well-formed XML ({error})") from error
    except LookupError as error:
        raise ValueError(f"in an unknown encoding ({error})") from error
    if root.tag != "annotation":
        raise ValueError(f"the root is <{root.tag}>, not <annotation>")
    return root


def _in_its_encoding(data: bytes) -> tuple[bytes, str | None]:
    """The bytes and the encoding to read them in, None for the one that they declare.

    The parser knows no declared encoding of several bytes a letter. What declares one byte a letter and is valid
    UTF-8 with other letters than ASCII's is UTF-8: tools copy the declaration of another file.
    """
    declared = _DECLARATION.match(data)
    encoding = declared[1].decode("ascii").lower() if declared else ""
    if encoding in _MULTIBYTE:
        try:
            return data.decode(encoding).encode("utf-8"), "utf-8"
        except UnicodeDecodeError as error:
            raise ValueError(f"not in {encoding}, which it declares") from error
    if not encoding or encoding.startswith(("utf", "ucs")) or data.isascii():
        return data, None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data, None
    return data, "utf-8"


def read(source: Source) -> Annotations:
    """Every photo that an XML file of the source describes. DatasetError when there is no XML file."""
    annotation_files = sorted(source.with_suffix(".xml"))
    if not annotation_files:
        raise DatasetError(f"{source.name}: no .xml file in it; Pascal VOC has one for each photo.")
    collector = Collector(source)
    sides = _read_image_sets(source, collector)
    for file, root in collector.documents(parse_annotation, ".xml"):
        collector.add_single(
            file,
            _names(root),
            [_box(element) for element in root.iterfind("object")],
            stated_size=image_size(_text(root, "size/width"), _text(root, "size/height")),
            side=sides.get(_set_key(file)) or sides.get(fold(_set_key(file))),
        )
    return collector.annotations()


def _names(root: ET.Element) -> list[str]:
    """The photo's names in the order in which they are believed: a path only where it ends as the file name does."""
    path, name = _text(root, "path"), _text(root, "filename")
    last = clean_path(path).rsplit("/", 1)[-1]
    return [path, name] if last == clean_path(name).rsplit("/", 1)[-1] else [name, path]


def _box(element: ET.Element) -> AnnotatedBox:
    """The object's box, or the bounds of its turned box or polygon; what is missing becomes NaN, which the checks
    report."""
    label = _text(element, "name")
    if element.find("bndbox") is None:
        if (turned := element.find("robndbox")) is not None:
            return AnnotatedBox(label, *_bounds_of_turned(turned))
        if any(element.find(tag) is not None for tag in _OUTLINES):
            return AnnotatedBox(label, *_bounds_of_outline(element))
    ymin, xmin, ymax, xmax = (
        number(_text(element, f"bndbox/{edge}")) for edge in ("ymin", "xmin", "ymax", "xmax")
    )
    return AnnotatedBox(label, ymin, xmin, ymax, xmax)


def _bounds_of_turned(box: ET.Element) -> _Edges:
    """roLabelImg's box: its centre, its size and an angle in radians."""
    x, y, width, height, angle = (number(_text(box, tag)) for tag in ("cx", "cy", "w", "h", "angle"))
    if not all(map(math.isfinite, (x, y, width, height, angle))):
        return _NO_EDGES
    cos, sin = abs(math.cos(angle)), abs(math.sin(angle))
    half_width, half_height = (width * cos + height * sin) / 2, (width * sin + height * cos) / 2
    return y - half_height, x - half_width, y + half_height, x + half_width


def _bounds_of_outline(element: ET.Element) -> _Edges:
    """The bounds of points written as <x1>, <y1>, <x2>, <y2>, ... or as <x> and <y> of each."""
    values: dict[str, list[float]] = {"x": [], "y": []}
    for tag in _OUTLINES:
        for outline in element.iterfind(tag):
            for part in outline.iter():
                if match := _COORDINATE.fullmatch(part.tag):
                    values[match[1]].append(number((part.text or "").strip()))
    xs, ys = values["x"], values["y"]
    if not xs or len(xs) != len(ys) or not all(map(math.isfinite, (*xs, *ys))):
        return _NO_EDGES
    return min(ys), min(xs), max(ys), max(xs)


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _read_image_sets(source: Source, collector: Collector) -> dict[str, Side]:
    """The side of each photo by ImageSets/Main/*.txt; train, val and test go before trainval."""
    sides: dict[str, Side] = {}
    lists = [file for file in source.with_suffix(".txt") if "imagesets" in file.lower().split("/")]
    for file in sorted(lists, key=lambda name: "trainval" not in name.lower()):
        side = side_named(PurePosixPath(file).stem)
        if side is None:
            continue
        root = _root_above(file, "imagesets")
        try:
            data = source.read(file)
            collector.report_encoding(file, data)
            text = decode_text(data)
        except DatasetError as error:
            collector.report(file, ProblemKind.UNREADABLE_ANNOTATION, error.message)
            continue
        for line in text.splitlines():
            if name := line.strip():
                # In the case as written, which tells two photos apart, and for lists in another one.
                key = f"{root}|{_id_of(name)}"
                sides.setdefault(fold(key), side)
                sides[key] = side
    return sides


def _id_of(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    return (
        path.stem if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".xml", ".webp", ".heic") else path.name
    )


def _set_key(annotation_file: str) -> str:
    return f"{_root_above(annotation_file, 'annotations')}|{PurePosixPath(annotation_file).stem}"


def _root_above(file: str, folder: str) -> str:
    """The path above the folder called so (VOC2007/ and VOC2012/ may lie side by side)."""
    parts = file.lower().split("/")
    return "/".join(parts[: parts.index(folder)]) if folder in parts else ""


FORMAT = Format(
    name="voc",
    title="Pascal VOC",
    files="an .xml for each photo",
    find=lambda peek: peek.first(lambda data: parse_annotation(data) is not None, ".xml"),
    read=read,
)
