"""One entry to all data: a folder, a zip, or nothing for the built-in shapes."""

from dataclasses import dataclass
from pathlib import Path

from jobs.train.config import SHAPES
from jobs.train.data.findings.data_report import DataReport
from jobs.train.data.format import Format
from jobs.train.data.formats import detect_format, format_called
from jobs.train.data.loading import OnProgress, load_photos, make_report
from jobs.train.data.photos import Annotations, Dataset
from jobs.train.data.shapes import generate_shapes
from jobs.train.data.source import open_source


def open_dataset(
    path: Path | None,
    *,
    format: str | None = None,
    size: int,
    strict: bool = False,
    every_class: bool = True,
    shapes: int = SHAPES,
    seed: int = 0,
    on_progress: OnProgress = lambda done, total: None,
) -> tuple[Dataset, DataReport]:
    """Checked photos for a network of image size `size`, and the report on them.

    `format` is one of FORMAT_NAMES, or None to find out by looking. Without a path, `shapes` pictures are drawn.
    DatasetError when there is nothing to train on (without `every_class`: no photo at all), or at any fault if
    `strict`; InvalidRequestError for an unknown format.
    """
    stated = None if format is None else format_called(format)
    if path is None:
        dataset = generate_shapes(shapes, seed=seed, size=size)
        return dataset, make_report(dataset, (), source="built-in shapes", format="shapes", size=size)
    found = _read(path, stated)
    return load_photos(
        found.annotations,
        size=size,
        source=found.source,
        format=found.format,
        strict=strict,
        every_class=every_class,
        on_progress=on_progress,
    )


@dataclass(frozen=True, slots=True)
class ReadAnnotations:
    """What a reader found, before any photo is decoded; `source` and `format` are for messages and the report."""

    annotations: Annotations
    source: str
    format: str


def read_annotations(path: Path, *, format: str | None = None) -> ReadAnnotations:
    """The annotations of a folder or a zip. Raises as `open_dataset` does."""
    return _read(path, None if format is None else format_called(format))


def _read(path: Path, stated: Format | None) -> ReadAnnotations:
    source = open_source(path)
    found = stated or detect_format(source)
    annotations = found.read(source)
    problems = (*source.problems, *annotations.problems)
    return ReadAnnotations(
        Annotations(annotations.photos, annotations.labels, problems), source=source.name, format=found.name
    )
