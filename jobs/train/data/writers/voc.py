"""Pascal VOC: `Annotations/`, `JPEGImages/` and the sides in `ImageSets/Main/`.

Edges are whole pixels, because many tools read nothing else, counted from 0 as LabelImg and this project's reader have
them. A negative has an XML file without objects.
"""

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence

from detector.detections import GroundTruth
from jobs.train.data.photos import Side
from jobs.train.data.writers.written import WrittenPhoto, by_side

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""


def photo_path(name: str, side: Side) -> str:
    return f"JPEGImages/{name}"


def annotation_files(photos: Sequence[WrittenPhoto], labels: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """An XML file for each photo, and lists of those to train on, to validate and to test on."""
    for photo in photos:
        yield f"Annotations/{photo.stem}.xml", _annotation(photo, labels)
    lists = {str(side): part for side, part in by_side(photos).items()}
    lists["trainval"] = [photo for photo in photos if photo.side != "test"]
    for name, part in lists.items():
        yield f"ImageSets/Main/{name}.txt", "".join(f"{photo.stem}\n" for photo in part).encode()


def _annotation(photo: WrittenPhoto, labels: Sequence[str]) -> bytes:
    root = ET.Element("annotation")
    _add(root, "folder", "JPEGImages")
    _add(root, "filename", photo.name)
    size = ET.SubElement(root, "size")
    for name, value in (("width", photo.width), ("height", photo.height), ("depth", 3)):
        _add(size, name, str(value))
    _add(root, "segmented", "0")
    for truth in photo.boxes:
        _add_object(root, photo, truth, labels[truth.class_id])
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _add_object(root: ET.Element, photo: WrittenPhoto, truth: GroundTruth, label: str) -> None:
    element = ET.SubElement(root, "object")
    _add(element, "name", _NOT_IN_XML.sub("\ufffd", label))
    for name, value in (("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0")):
        _add(element, name, value)
    ymin, xmin, ymax, xmax = photo.edges(truth)
    (left, right), (top, bottom) = whole_pixels(xmin, xmax), whole_pixels(ymin, ymax)
    box = ET.SubElement(element, "bndbox")
    for name, edge in (("xmin", left), ("ymin", top), ("xmax", right), ("ymax", bottom)):
        _add(box, name, str(edge))


def whole_pixels(low: float, high: float) -> tuple[int, int]:
    """Both edges to the nearest pixel, or outwards where nothing would be left between them."""
    if round(low) < round(high):
        return round(low), round(high)
    return math.floor(low), math.ceil(high)


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
