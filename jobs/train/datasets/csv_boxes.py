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
from jobs.train.datasets.csv_layouts import Layout, Row, find_layout
from jobs.train.datasets.encoding import read_text
from jobs.train.datasets.lookup import PhotoIndex, side_of_folder, side_of_name
from jobs.train.datasets.photos import AnnotatedBox, AnnotatedPhoto, Annotations, Side
from jobs.train.datasets.problems import Problem, ProblemKind, faults, printable
from jobs.train.datasets.source import Source
from jobs.train.datasets.text import decode_text, flag

_LOOKED_AT = 20
_HEADERS_SHOWN = 3
_HEADER_LENGTH = 120
_DELIMITERS = (",", ";", "\t", "|")
_NEARLY_LEAST, _NEARLY_MOST = -0.05, 1.05
"""How far boxes in 0..1 reach over the photo where a tool did not clip them. No pixels are all so small."""
SUFFIXES = (".csv", ".tsv")


def read(source: Source) -> Annotations:
    """All photos that the CSV files of the source name. DatasetError when no file is a list of boxes."""
    index = PhotoIndex(source.files)
    problems: list[Problem] = []
    photos: list[AnnotatedPhoto] = []
    found = False
    for file in sorted(source.with_suffix(*SUFFIXES)):
        remarks: list[Problem] = []
        text = _text(source, file, remarks)
        if (layout := layout_of(text)) is None:
            problems += faults(remarks)
            continue
        found = True
        problems += remarks
        try:
            rows = list(_rows(text, layout))
        except csv.Error as error:
            problems.append(Problem(file, ProblemKind.UNREADABLE_ANNOTATION, f"not CSV ({error}); left out."))
            continue
        photos.extend(_photos(source, file, rows, index, problems))
    if not found:
        unread = "".join(f"\n  {problem}" for problem in problems[:_HEADERS_SHOWN])
        raise DatasetError(
            f"{source.name}: no CSV file with a photo, a class and four coordinates a row. Known is, among "
            f"others, the header filename,width,height,class,xmin,ymin,xmax,ymax.{headers(source)}{unread}"
        )
    named = {photo.name for photo in photos}
    message = "no row names it, so nobody said what is in it; not used."
    problems += [
        Problem(name, ProblemKind.NOT_ANNOTATED, message) for name in index.photos if name not in named
    ]
    return Annotations(tuple(photos), problems=tuple(problems))


def _text(source: Source, file: str, problems: list[Problem]) -> str:
    try:
        return read_text(source, file, problems)
    except DatasetError as error:
        problems.append(Problem(file, ProblemKind.UNREADABLE_ANNOTATION, error.message))
        return ""


def headers(source: Source) -> str:
    """A sentence on how the first few CSV files begin, empty where there is none that can be read."""
    begun = []
    for file in sorted(source.with_suffix(*SUFFIXES))[:_HEADERS_SHOWN]:
        first = next((line.strip() for line in _text(source, file, []).splitlines() if line.strip()), "")
        if first:
            begun.append(f"{printable(file)} begins '{printable(first[:_HEADER_LENGTH])}'")
    return f" Found: {'; '.join(begun)}." if begun else ""


def layout_of(text: str) -> Layout | None:
    """The layout of a CSV's text, None when it is no list of boxes."""
    try:
        head = itertools.islice(_records(text), _LOOKED_AT)
        return find_layout([values for _, values in head])
    except csv.Error:
        return None


def is_box_list(data: bytes) -> bool:
    """Whether the file is a list of boxes, or is one in an encoding that cannot be told."""
    try:
        text = decode_text(data)
    except DatasetError:
        text = data.decode("latin-1")
    return layout_of(text) is not None


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


def _photos(
    source: Source, file: str, rows: list[Row], index: PhotoIndex, problems: list[Problem]
) -> list[AnnotatedPhoto]:
    normalised = _are_normalised(rows)
    by_photo: dict[str, list[Row]] = {}
    missing: set[str] = set()
    for row in rows:
        if name := index.find(row.photo, beside=file):
            by_photo.setdefault(name, []).append(row)
        elif row.photo not in missing:
            missing.add(row.photo)
            message = f"line {row.line} names '{row.photo}', and there is no such photo; left out."
            problems.append(Problem(file, ProblemKind.MISSING_PHOTO, message))
    photos = []
    for name, own in by_photo.items():
        singles = [row for row in own if row.edges is None or _is_single(row, name, file, problems)]
        photos.append(
            AnnotatedPhoto(
                name=name,
                read=source.reader(name),
                boxes=tuple(
                    AnnotatedBox(row.label, *row.edges, normalised=normalised)
                    for row in singles
                    if row.edges is not None
                ),
                stated_size=_stated_size(own),
                side=_side(file, name, own),
                left_out=len(own) - len(singles),
            )
        )
    return photos


def _is_single(row: Row, photo: str, file: str, problems: list[Problem]) -> bool:
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
    problems.append(Problem(photo, kind, f"line {row.line} of {file}: {message}"))
    return False


def _are_normalised(rows: list[Row]) -> bool:
    values = [value for row in rows if row.edges for value in row.edges if math.isfinite(value)]
    nearly = all(_NEARLY_LEAST <= value <= _NEARLY_MOST for value in values)
    return nearly and any(value != int(value) for value in values)


def _stated_size(rows: list[Row]) -> tuple[int, int] | None:
    return next((row.stated_size for row in rows if row.stated_size), None)


def _side(file: str, photo: str, rows: list[Row]) -> Side | None:
    stated = next((row.side for row in rows if row.side), None)
    return stated or side_of_name(file) or side_of_folder(photo)
