"""CSV with one box a row; a row without a box is a photo without objects.

Coordinates are 0..1 when all those of the file are, or nearly, and at least one is a fraction, else pixels.
Boxes of groups (`IsGroupOf` of Open Images) are left out and said so. Photos that no row names are reported and
not used. Labels are sorted by name.
"""

import csv
import io
import itertools
import math
from collections.abc import Iterator

from detector.errors import DatasetError
from jobs.train.data.format import Format
from jobs.train.data.matching.collector import Collector
from jobs.train.data.names import side_of_folder, side_of_name
from jobs.train.data.photos import AnnotatedBox, Annotations
from jobs.train.data.problems import ProblemKind, printable
from jobs.train.data.readers.csv_layouts import Layout, Row, find_layout
from jobs.train.data.source import Source
from jobs.train.data.text import decode_text, flag

_LOOKED_AT = 20
_HEADERS_SHOWN = 3
_HEADER_LENGTH = 120
_DELIMITERS = (",", ";", "\t", "|")
_NEARLY_LEAST, _NEARLY_MOST = -0.05, 1.05
"""How far boxes in 0..1 reach over the photo where a tool did not clip them. No pixels are all so small."""
SUFFIXES = (".csv", ".tsv")


def read(source: Source) -> Annotations:
    """All photos that the CSV files of the source name. DatasetError when no file is a list of boxes."""
    collector = Collector(source)
    found = False
    unread: list[str] = []
    for file in sorted(source.with_suffix(*SUFFIXES)):
        try:
            data = source.read(file)
            text = decode_text(data)
        except DatasetError as error:
            collector.report(file, ProblemKind.UNREADABLE_ANNOTATION, error.message)
            unread.append(f"\n  {printable(file)}: {error.message}")
            continue
        if (layout := layout_of(text)) is None:
            continue
        found = True
        collector.report_encoding(file, data)
        try:
            rows = list(_rows(text, layout))
        except csv.Error as error:
            collector.report(file, ProblemKind.UNREADABLE_ANNOTATION, f"not CSV ({error}); left out.")
            continue
        _add_photos(collector, file, rows)
    if not found:
        raise DatasetError(
            f"{source.name}: no CSV file with a photo, a class and four coordinates a row. Known is, among "
            "others, the header filename,width,height,class,xmin,ymin,xmax,ymax."
            f"{headers(source)}{''.join(unread[:_HEADERS_SHOWN])}"
        )
    return collector.annotations()


def headers(source: Source) -> str:
    """A sentence on how the first few CSV files begin, empty where there is none that can be read."""
    begun = []
    for file in sorted(source.with_suffix(*SUFFIXES))[:_HEADERS_SHOWN]:
        try:
            lines = decode_text(source.read(file)).splitlines()
        except DatasetError:
            continue
        if first := next((line.strip() for line in lines if line.strip()), ""):
            begun.append(f"{printable(file)} begins '{printable(first[:_HEADER_LENGTH])}'")
    return f" Found: {'; '.join(begun)}." if begun else ""


def layout_of(text: str) -> Layout | None:
    """The layout of a CSV's text, None when it is no list of boxes."""
    try:
        head = itertools.islice(_records(text), _LOOKED_AT)
        return find_layout([values for _, values in head])
    except csv.Error:
        return None


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and values of the rows that are not empty. csv.Error for what is no CSV."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for values in reader:
        if any(value.strip() for value in values):
            yield reader.line_num, values


def _rows(text: str, layout: Layout) -> Iterator[Row]:
    for line, values in itertools.islice(_records(text), layout.first_row, None):
        yield layout.row(line, values)


def _add_photos(collector: Collector, file: str, rows: list[Row]) -> None:
    normalised = _are_normalised(rows)
    by_photo: dict[str, list[Row]] = {}
    for name, own in _by_stated_name(rows).items():
        if photo := collector.find(file, [name], where=f"line {own[0].line} "):
            by_photo.setdefault(photo, []).extend(own)
    for photo, own in by_photo.items():
        singles = [row for row in own if row.edges is None or _is_single(row, photo, file, collector)]
        boxes = [
            AnnotatedBox(row.label, *row.edges, normalised=normalised)
            for row in singles
            if row.edges is not None
        ]
        stated = next((row.side for row in own if row.side), None)
        collector.add(
            file,
            photo,
            boxes,
            stated_size=_stated_size(own),
            side=stated or side_of_name(file) or side_of_folder(photo),
            left_out=len(own) - len(singles),
        )


def _is_single(row: Row, photo: str, file: str, collector: Collector) -> bool:
    """Whether the row's box is of one object; a group is reported, and what cannot be read as either."""
    try:
        # Open Images writes -1 where nobody said.
        if not flag(row.crowd if row.crowd != "-1" else ""):
            return True
        kind, message = ProblemKind.CROWD_BOX, "a group is no single object; left out."
    except ValueError as error:
        kind, message = (
            ProblemKind.INVALID_BOX,
            f"whether its box is of a group cannot be read: {error}; left out.",
        )
    collector.report(photo, kind, f"line {row.line} of {file}: {message}")
    return False


def _by_stated_name(rows: list[Row]) -> dict[str, list[Row]]:
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.photo, []).append(row)
    return by_name


def _are_normalised(rows: list[Row]) -> bool:
    values = [value for row in rows if row.edges for value in row.edges if math.isfinite(value)]
    nearly = all(_NEARLY_LEAST <= value <= _NEARLY_MOST for value in values)
    return nearly and any(value != int(value) for value in values)


def _stated_size(rows: list[Row]) -> tuple[int, int] | None:
    return next((row.stated_size for row in rows if row.stated_size), None)


FORMAT = Format(
    name="csv",
    title="CSV",
    files="a box a row",
    find=lambda peek: peek.first(lambda data: layout_of(decode_text(data)) is not None, *SUFFIXES),
    read=read,
)
