"""Which format a dataset is in, found out by looking."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import PurePosixPath

from detector.errors import DatasetError
from jobs.train.datasets.coco import is_coco
from jobs.train.datasets.csv_boxes import SUFFIXES, headers, is_box_list
from jobs.train.datasets.lookup import is_photo
from jobs.train.datasets.source import Source
from jobs.train.datasets.text import decode_text
from jobs.train.datasets.tfrecord import is_tfrecord
from jobs.train.datasets.voc import parse_annotation
from jobs.train.datasets.yolo_config import NAME_FILES, OTHER_TEXTS, is_yolo_yaml
from jobs.train.datasets.yolo_lines import parse_line

FORMATS = ("voc", "coco", "yolo", "csv", "tfrecord")
_LOOKED_AT = 50
_TEXTS_LOOKED_AT = 200
_SHOWN_SUFFIXES = 6
_NAME_BEFORE_NUMBERS = re.compile(r"^\s*[^\W\d_].*?\s+(?=[\d.])")


def detect_format(source: Source) -> str:
    """The one of FORMATS that the files are in; DatasetError, saying what was found, for none or several."""
    evidence = {name: file for name, look in _LOOKS.items() if (file := look(source))}
    if len(evidence) == 1:
        return next(iter(evidence))
    if evidence:
        found = ", ".join(f"{name} ({file})" for name, file in evidence.items())
        raise DatasetError(
            f"{source.name}: annotations in several formats: {found}. Say which one with --format."
        )
    raise DatasetError(
        f"{source.name}: no annotations found that can be read. Found: {_inventory(source)}. "
        "Expected is Pascal VOC "
        "(an .xml for each photo), COCO (a .json with images, annotations, categories), YOLO "
        "(data.yaml, or a .txt "
        f"for each photo and classes.txt), CSV (a box a row) or TFRecord.{headers(source)}"
    )


def _inventory(source: Source) -> str:
    suffixes = Counter(PurePosixPath(file).suffix.lower() or "no extension" for file in source.files)
    photos = sum(is_photo(file) for file in source.files)
    listed = ", ".join(f"{count} {suffix}" for suffix, count in suffixes.most_common(_SHOWN_SUFFIXES))
    files = "1 file" if len(source.files) == 1 else f"{len(source.files)} files"
    return f"{files}, {photos} of them photos by name ({listed})"


def _first(source: Source, looks_right: Callable[[bytes], bool], *suffixes: str) -> str | None:
    """The first file of the first few that looks right."""
    for count, file in enumerate(source.with_suffix(*suffixes)):
        if count == _LOOKED_AT:
            return None
        try:
            if looks_right(source.read(file)):
                return file
        except (DatasetError, ValueError):
            continue
    return None


def _voc(source: Source) -> str | None:
    return _first(source, lambda data: parse_annotation(data) is not None, ".xml")


def _coco(source: Source) -> str | None:
    return _first(source, is_coco, ".json")


def _csv(source: Source) -> str | None:
    return _first(source, is_box_list, *SUFFIXES)


def _tfrecord(source: Source) -> str | None:
    return next(filter(is_tfrecord, source.files), None)


def _yolo(source: Source) -> str | None:
    return _first(source, is_yolo_yaml, ".yaml", ".yml") or _yolo_texts(source)


def _yolo_texts(source: Source) -> str | None:
    """A text called like a photo that holds boxes; or, where all are empty, one beside a list of classes."""
    stems = {PurePosixPath(file).stem.lower() for file in source.files if is_photo(file)}
    texts = [
        file
        for file in source.with_suffix(".txt")
        if PurePosixPath(file).stem.lower() in stems and PurePosixPath(file).name.lower() not in OTHER_TEXTS
    ]
    named = any(PurePosixPath(file).name.lower() in NAME_FILES for file in source.files)
    for file in texts[:_TEXTS_LOOKED_AT]:
        try:
            lines = [line for line in decode_text(source.read(file)).splitlines() if line.strip()]
        except DatasetError:
            continue
        if (lines or named) and all(_is_yolo_line(line, named=named) for line in lines):
            return file
    return None


def _is_yolo_line(line: str, *, named: bool) -> bool:
    """Whether it is a row of numbers, or, where the classes are `named`, a name and such numbers."""
    try:
        parse_line(_NAME_BEFORE_NUMBERS.sub("0 ", line) if named else line)
    except ValueError:
        return False
    return True


_LOOKS: dict[str, Callable[[Source], str | None]] = {
    "voc": _voc,
    "coco": _coco,
    "yolo": _yolo,
    "csv": _csv,
    "tfrecord": _tfrecord,
}
