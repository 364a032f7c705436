"""CVAT XML: "CVAT for images", which lists photos, and "CVAT for video", which lists tracks.

Everything with an area becomes the box around it. CVAT lists all photos of a task, and nothing says which of them
somebody looked at: one without objects is taken for a negative, and said so. The frames of a video are the photos
called frame_000012 that CVAT exports with "Save images"; without them the export "CVAT for images" says which
photos are meant.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from jobs.train.data.format import Format
from jobs.train.data.matching.collector import Collector
from jobs.train.data.names import is_photo, side_named
from jobs.train.data.photos import Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.class_lists import listed_classes
from jobs.train.data.readers.cvat_document import Document, Label, Photo, is_cvat, parse
from jobs.train.data.readers.objects import Object, add_photo, nothing_found, report_assumed_negatives
from jobs.train.data.source import Source

_DOUBT = "CVAT also lists photos that nobody has looked at"
_CHOOSE = 'Export the task as "CVAT for images 1.1", with "Save images"; left out.'
_FRAME = re.compile(r"frame_(\d{6,12})")


def read(source: Source) -> Annotations:
    """All photos that the CVAT files of the source list. DatasetError when there is no such file."""
    collector = Collector(source)
    labels: list[Label] = []
    used: set[str] = set()
    negatives: list[str] = []
    documents = 0
    for file, document in collector.documents(parse, ".xml"):
        if document.tracks and (fault := _no_photos(source, file, document)):
            collector.report(file, ProblemKind.UNREADABLE_ANNOTATION, fault)
            continue
        documents += 1
        labels += document.labels
        for photo in (*document.photos, *_frames(collector, file, document)):
            used |= {entry.box.label for entry in photo.found if isinstance(entry, Object)}
            negatives += [] if photo.found else [photo.name]
            subset = photo.subset or document.subset
            # The photos of a project are in a folder for each subset.
            names = [f"{subset}/{photo.name}", photo.name] if subset and photo.name else [photo.name]
            add_photo(
                collector, file, names, photo.found, stated_size=photo.stated_size, side=side_named(subset)
            )
    if not documents:
        raise nothing_found(collector, "XML file of CVAT that lists photos")
    report_assumed_negatives(collector, negatives, _DOUBT)
    return collector.annotations(_classes(collector, labels, used))


def _no_photos(source: Source, file: str, document: Document) -> str:
    """Why it cannot be told which photos the tracks of the file are on; empty where it can."""
    if len(document.tasks) > 1:
        return f"has tracks of {len(document.tasks)} videos, whose frames are numbered alike. {_CHOOSE}"
    if not _frame_photos(source, file):
        return f"has tracks through a video, and its frames (frame_000000.png, ...) are not here. {_CHOOSE}"
    return ""


def _frames(collector: Collector, file: str, document: Document) -> Iterator[Photo]:
    """The photos that are frames of the video, with what the tracks show there."""
    if not document.tracks:
        return
    here = _frame_photos(collector.source, file)
    if elsewhere := document.frames.keys() - here:
        message = f"has objects in {len(elsewhere)} frames of the video that are not here; left out."
        collector.report(file, ProblemKind.MISSING_PHOTO, message)
    for frame in sorted(here):
        if frame <= document.last_frame:
            yield Photo(f"frame_{frame:06}", "", None, tuple(document.frames.get(frame, ())))


def _frame_photos(source: Source, file: str) -> set[int]:
    """The numbers of the frames that lie as photos beside the file or below."""
    folder = PurePosixPath(file).parent
    return {
        int(match[1])
        for name in source.files
        if (match := _FRAME.fullmatch(PurePosixPath(name).stem))
        and is_photo(name)
        and PurePosixPath(name).is_relative_to(folder)
    }


def _classes(collector: Collector, labels: Sequence[Label], used: set[str]) -> tuple[str, ...] | None:
    """The labels of the tasks in order, then those of objects that no task has; None where no task has any."""
    if not labels:
        return None
    with_boxes = {label.name for label in labels if label.has_boxes}
    without = {label.name for label in labels} - with_boxes
    names = [*(label.name for label in labels), *sorted(used)]
    return listed_classes(collector, names, used, only_if_used=without)


FORMAT = Format(
    name="cvat",
    title="CVAT XML",
    files="an annotations.xml for all photos of a task",
    find=lambda peek: peek.first(is_cvat, ".xml"),
    read=read,
)
