"""Labelbox's exports: a data row a line (export v2, NDJSON), and the older JSON with a list of labels.

A photo whose label has no object is one without objects; one that is skipped or has no label is not annotated. Of
several labels of a photo in a project the benchmark counts, else the latest. Masks are not in the files: they are
pictures on Labelbox's servers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from detector.errors import DatasetError
from jobs.train.data.format import Format
from jobs.train.data.matching.collector import Collector
from jobs.train.data.peek import Peek
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.annotators import Choice
from jobs.train.data.readers.json_lines import SUFFIXES, Row, rows_in
from jobs.train.data.readers.json_values import mapping
from jobs.train.data.readers.labelbox_rows import DataRow, data_row, is_labelbox
from jobs.train.data.readers.objects import add_photo, nothing_found, report_assumed_negatives
from jobs.train.data.source import Source

_DOUBT = "their labels are empty, and nothing says that they are done"


def read(source: Source) -> Annotations:
    """All photos that the Labelbox files of the source list. DatasetError when there is no such file."""
    collector = Collector(source)
    entries: list[DataRow] = []
    for file, rows in collector.documents(_parse, *SUFFIXES):
        found = list(_data_rows(collector, file, rows))
        _add(collector, file, found)
        entries += found
    if not entries:
        raise nothing_found(collector, "export of Labelbox (NDJSON with data rows, or the older JSON)")
    if not any(entry.works for entry in entries):
        raise DatasetError(
            f"{source.name}: none of the {len(entries)} data rows in Labelbox's export has a label that was submitted. "
            "Export the labels of the project, not the data rows alone."
        )
    if not any(work.found for entry in entries for works in entry.works.values() for work in works) and any(
        entry.is_classified for entry in entries
    ):
        raise DatasetError(
            f"{source.name}: Labelbox's labels are classifications of whole photos, without boxes. Draw a bounding "
            "box around each object."
        )
    return collector.annotations()


def _parse(data: bytes) -> Sequence[Row] | None:
    rows = rows_in(data)
    return rows if any(is_labelbox(row.content) for row in rows) else None


def _data_rows(collector: Collector, file: str, rows: Iterable[Row]) -> Iterable[DataRow]:
    """The data rows of a file, one for each photo; what is none is reported."""
    by_key: dict[str, DataRow] = {}
    for row in rows:
        entry = data_row(mapping(row.content))
        if entry is None or not entry.names:
            fault = row.fault or ("is no data row" if entry is None else "names no photo")
            message = f"{row.where}: {fault.rstrip('.')}; left out."
            collector.report(file, ProblemKind.UNREADABLE_ANNOTATION, message)
        elif entry.key in by_key:
            by_key[entry.key] = _joined(by_key[entry.key], entry)
        else:
            by_key[entry.key] = entry
    return by_key.values()


def _joined(entry: DataRow, other: DataRow) -> DataRow:
    """One photo with the labels of both rows: the older export has a row for each label."""
    works = {
        key: [*entry.works.get(key, ()), *other.works.get(key, ())] for key in (*entry.works, *other.works)
    }
    return replace(entry, works=works)


def _add(collector: Collector, file: str, entries: Iterable[DataRow]) -> None:
    choice = Choice(collector, file)
    doubtful: list[str] = []
    unfinished = 0
    for entry in entries:
        name = entry.names[0]
        if entry.is_video:
            message = f"'{name}' is a video, not a photo; left out."
            collector.report(file, ProblemKind.MISSING_PHOTO, message)
            continue
        if not entry.works:
            unfinished += 1
            continue
        found = [found for works in entry.works.values() for found in choice.among(works, name).found]
        doubtful += [name] if entry.is_doubtful and not found else []
        add_photo(collector, file, entry.names, found, stated_size=entry.stated_size, side=entry.side)
    choice.finish()
    report_assumed_negatives(collector, doubtful, _DOUBT)
    if unfinished:
        rows_are = "1 data row is" if unfinished == 1 else f"{unfinished} data rows are"
        message = f"{rows_are} not labelled, or skipped; the photos are not used."
        collector.report(file, ProblemKind.NOT_ANNOTATED, message)


def _find(peek: Peek) -> str | None:
    in_list = peek.first_json(lambda content: isinstance(content, list) and any(map(is_labelbox, content)))
    return in_list or peek.first_json_line(is_labelbox, *SUFFIXES)


FORMAT = Format(
    name="labelbox",
    title="Labelbox NDJSON",
    files="an .ndjson with a data row a line, or the older JSON",
    find=_find,
    read=read,
)
