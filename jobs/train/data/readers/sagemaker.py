"""SageMaker Ground Truth's output manifests, which Rekognition Custom Labels reads too: a photo a line.

The key of a labelling job has its boxes, that with -metadata its type and classes. The job that draws boxes is told
by its type; where there are several (an adjustment of earlier boxes adds one) the latest counts. Photos whose
labelling failed are not annotated, and those that a verification job calls bad are not used.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detector.errors import DatasetError
from jobs.train.data.format import Format, UnreadFormat
from jobs.train.data.matching.collector import Collector
from jobs.train.data.photos import AnnotatedBox, Annotations
from jobs.train.data.problems import ProblemKind
from jobs.train.data.readers.json_lines import SUFFIXES, Row, rows_in
from jobs.train.data.readers.json_values import items, mapping, records, text
from jobs.train.data.readers.objects import Found, LeftOut, Object, add_photo, nothing_found
from jobs.train.data.source import Source
from jobs.train.data.text import image_size, number

_PHOTO = "source-ref"
_METADATA = "-metadata"
_DRAWS_BOXES = "groundtruth/object-detection"
_VERIFIES = "groundtruth/label-verification"
_BAD = "bad"
_BROKEN = LeftOut(ProblemKind.INVALID_BOX, "is no box; left out.")


@dataclass(frozen=True, slots=True)
class _Job:
    """What one labelling job says of a photo."""

    name: str
    value: Mapping[str, Any]
    metadata: Mapping[str, Any]

    @property
    def draws_boxes(self) -> bool:
        kind = self.metadata.get("type")
        return kind == _DRAWS_BOXES or (not kind and "annotations" in self.value)

    @property
    def has_failed(self) -> bool:
        return bool(self.metadata.get("failure-reason"))


class _Manifest:
    """One file on its way to photos."""

    def __init__(self, collector: Collector, file: str) -> None:
        self._collector = collector
        self._file = file
        self._unused: dict[str, int] = {}
        self._several: set[str] = set()
        self.classes: list[tuple[int, str]] = []
        self.types: set[str] = set()
        self.photos = 0

    def add(self, row: Row) -> None:
        content = mapping(row.content)
        name = text(content.get(_PHOTO)).strip()
        if not name:
            fault = row.fault or f"has no {_PHOTO}"
            message = f"{row.where}: {fault.rstrip('.')}; left out."
            self._collector.report(self._file, ProblemKind.UNREADABLE_ANNOTATION, message)
            return
        jobs = list(_jobs(content))
        self.types |= {text(job.metadata.get("type")) for job in jobs} - {""}
        drawn = [job for job in jobs if job.draws_boxes]
        if reason := _why_not(jobs, drawn):
            self._unused[reason] = self._unused.get(reason, 0) + 1
            return
        usable = [job for job in drawn if not job.has_failed]
        job = max(usable, key=lambda job: text(job.metadata.get("creation-date")))
        self._several |= {job.name for job in usable} if len(usable) > 1 else set()
        self._add_photo(name, job)

    def _add_photo(self, name: str, job: _Job) -> None:
        self.photos += 1
        class_map = mapping(job.metadata.get("class-map"))
        self.classes += [(int(key), text(value)) for key, value in class_map.items() if _is_class_id(key)]
        size = next(iter(records(job.value.get("image_size"))), {})
        add_photo(
            self._collector,
            self._file,
            [name],
            _found(job.value.get("annotations"), class_map),
            stated_size=image_size(size.get("width"), size.get("height")),
        )

    def finish(self) -> None:
        """Tell of what was not used."""
        for reason, count in self._unused.items():
            photos = "1 photo is" if count == 1 else f"{count} photos are"
            self._collector.report(self._file, ProblemKind.NOT_ANNOTATED, f"{photos} not used: {reason}.")
        if self._several:
            names = ", ".join(sorted(self._several))
            message = f"several jobs drew boxes ({names}); for each photo the latest is used."
            self._collector.report(self._file, ProblemKind.SET_ASIDE, message)


def read(source: Source) -> Annotations:
    """All photos that the manifests of the source list. DatasetError when there is no manifest, or none with boxes."""
    collector = Collector(source)
    manifests: list[_Manifest] = []
    for file, rows in collector.documents(_parse, *SUFFIXES):
        manifest = _Manifest(collector, file)
        for row in rows:
            manifest.add(row)
        manifest.finish()
        manifests.append(manifest)
    if not manifests:
        raise nothing_found(collector, "output manifest of SageMaker Ground Truth")
    if not any(manifest.photos for manifest in manifests):
        types = (
            ", ".join(sorted({kind for manifest in manifests for kind in manifest.types}))
            or "no labelling job"
        )
        raise DatasetError(
            f"{source.name}: the manifest has no photo with boxes (found: {types}). Give the output manifest of a "
            "finished bounding box job."
        )
    return collector.annotations(_labels(entry for manifest in manifests for entry in manifest.classes))


def is_manifest_line(content: object) -> bool:
    """Whether a parsed line is a photo with the output of a labelling job."""
    return _PHOTO in mapping(content) and any(_jobs(mapping(content)))


def _is_input(content: object) -> bool:
    return _PHOTO in mapping(content) and not is_manifest_line(content)


def _parse(data: bytes) -> Sequence[Row] | None:
    rows = rows_in(data)
    return rows if any(is_manifest_line(row.content) for row in rows) else None


def _jobs(content: Mapping[str, Any]) -> Iterable[_Job]:
    for key, metadata in content.items():
        if key.endswith(_METADATA) and isinstance(metadata, dict):
            name = key.removesuffix(_METADATA)
            yield _Job(name, mapping(content.get(name)), metadata)


def _why_not(jobs: Sequence[_Job], drawn: Sequence[_Job]) -> str:
    """Why the photo is not used, empty where it is."""
    if not drawn:
        return "no job drew boxes on it"
    if all(job.has_failed for job in drawn):
        return "the labelling failed"
    verdicts = [text(job.metadata.get("class-name")) for job in jobs if job.metadata.get("type") == _VERIFIES]
    if any(verdict.casefold() == _BAD for verdict in verdicts):
        return f"a verification job calls its boxes {_BAD}"
    return ""


def _found(annotations: object, class_map: Mapping[str, Any]) -> list[Found]:
    """The boxes; a value that is no list counts as one that is broken, so that the photo is no negative."""
    if not isinstance(annotations, list):
        return [_BROKEN]
    return [_box(entry, class_map) for entry in items(annotations)]


def _box(value: object, class_map: Mapping[str, Any]) -> Found:
    if not isinstance(value, dict):
        return _BROKEN
    class_id = text(value.get("class_id"))
    label = text(class_map.get(class_id))
    if not label:
        message = f"is of class {class_id or 'none'}, which the class-map does not name; left out."
        return LeftOut(ProblemKind.UNKNOWN_CLASS, message)
    top, left, height, width = (number(value.get(name)) for name in ("top", "left", "height", "width"))
    return Object(AnnotatedBox(label, top, left, top + height, left + width))


def _is_class_id(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 10


def _labels(classes: Iterable[tuple[int, str]]) -> tuple[str, ...] | None:
    """The classes by their numbers; None where a number means several classes, or a class has several numbers."""
    pairs = sorted(set(classes))
    numbers, names = {number for number, _ in pairs}, {name for _, name in pairs}
    if not pairs or not len(pairs) == len(numbers) == len(names):
        return None
    return tuple(name for _, name in pairs)


FORMAT = Format(
    name="sagemaker",
    title="SageMaker manifest",
    files="an output.manifest with a photo a line",
    find=lambda peek: peek.first_json_line(is_manifest_line, *SUFFIXES),
    read=read,
)
INPUT_MANIFEST = UnreadFormat(
    title="a SageMaker manifest that lists photos without the output of a labelling job",
    find=lambda peek: peek.first_json_line(_is_input, *SUFFIXES),
    advice="Give the output manifest of a finished bounding box job (manifests/output/output.manifest).",
)
