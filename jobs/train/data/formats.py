"""All formats of labelled photos, and which of them a dataset is in."""

from collections import Counter
from pathlib import PurePosixPath

from detector.errors import DatasetError, InvalidRequestError
from jobs.train.data.format import Format, UnreadFormat
from jobs.train.data.format_names import FORMAT_NAMES
from jobs.train.data.names import is_photo
from jobs.train.data.peek import Peek
from jobs.train.data.problems import printable
from jobs.train.data.readers import (
    coco,
    createml,
    csv_boxes,
    cvat,
    datumaro,
    label_studio,
    labelbox,
    labelme,
    sagemaker,
    unread,
    via,
    voc,
    vott,
)
from jobs.train.data.readers.csv_boxes import headers
from jobs.train.data.readers.tfrecord import reader as tfrecord
from jobs.train.data.readers.yolo import reader as yolo
from jobs.train.data.source import Source

FORMATS = {
    entry.name: entry
    for entry in (
        voc.FORMAT,
        coco.FORMAT,
        yolo.FORMAT,
        csv_boxes.FORMAT,
        tfrecord.FORMAT,
        labelme.FORMAT,
        createml.FORMAT,
        via.FORMAT,
        vott.FORMAT,
        datumaro.FORMAT,
        cvat.FORMAT,
        label_studio.FORMAT,
        labelbox.FORMAT,
        sagemaker.FORMAT,
    )
}
UNREAD_FORMATS: tuple[UnreadFormat, ...] = (vott.PROJECT_ALONE, sagemaker.INPUT_MANIFEST, *unread.UNREAD)
_SHOWN_SUFFIXES = 6
_SHOWN_UNREAD = 3


def format_called(name: str) -> Format:
    """The format with this name for `--format`. InvalidRequestError, with the known names, for another."""
    if name not in FORMATS:
        raise InvalidRequestError(f"--format {name}: unknown; one of {', '.join(FORMAT_NAMES)}.")
    return FORMATS[name]


def detect_format(source: Source) -> Format:
    """The format that the files are in; DatasetError, saying what was found, for none or several."""
    peek = Peek(source)
    evidence = {entry.name: file for entry in FORMATS.values() if (file := entry.find(peek))}
    if len(evidence) == 1:
        return FORMATS[next(iter(evidence))]
    if evidence:
        found = ", ".join(f"{name} ({file})" for name, file in evidence.items())
        raise DatasetError(
            f"{source.name}: annotations in several formats: {found}. Say which one with --format."
        )
    for known_format in UNREAD_FORMATS:
        if file := known_format.find(peek):
            raise DatasetError(
                f"{source.name}: {file} is {known_format.title}, which is not read. {known_format.advice}"
            )
    known = "; ".join(f"{entry.title} ({entry.files})" for entry in FORMATS.values())
    raise DatasetError(
        f"{source.name}: no annotations found that can be read. Found: {_inventory(source)}. "
        f"Expected is one of: {known}.{headers(source)}{_unread(peek)}"
    )


def _unread(peek: Peek) -> str:
    """A line for each of the first few files that could not be read."""
    shown = list(peek.unread.items())[:_SHOWN_UNREAD]
    return "".join(f"\n  {printable(file)}: {message}" for file, message in shown)


def _inventory(source: Source) -> str:
    suffixes = Counter(PurePosixPath(file).suffix.lower() or "no extension" for file in source.files)
    photos = sum(is_photo(file) for file in source.files)
    listed = ", ".join(f"{count} {suffix}" for suffix, count in suffixes.most_common(_SHOWN_SUFFIXES))
    files = "1 file" if len(source.files) == 1 else f"{len(source.files)} files"
    return f"{files}, {photos} of them photos by name ({listed})"
