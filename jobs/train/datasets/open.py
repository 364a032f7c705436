"""One entry to all data: a folder, a zip, or nothing for the built-in shapes."""

from pathlib import Path

from detector.errors import InvalidRequestError
from jobs.train.config import SHAPES
from jobs.train.datasets import coco, csv_boxes, tfrecord, voc, yolo
from jobs.train.datasets.checks import OnProgress, load_photos, make_report
from jobs.train.datasets.data_report import DataReport
from jobs.train.datasets.detect_format import FORMATS, detect_format
from jobs.train.datasets.photos import Annotations, Dataset
from jobs.train.datasets.shapes import generate_shapes
from jobs.train.datasets.source import open_source


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

    `format` is one of FORMATS, or None to find out by looking. Without a path, `shapes` pictures are drawn.
    DatasetError when there is nothing to train on (without `every_class`: no photo at all), or at any fault if
    `strict`; InvalidRequestError for an unknown format.
    """
    if format is not None and format not in FORMATS:
        raise InvalidRequestError(f"--format {format}: unknown; one of {', '.join(FORMATS)}.")
    if path is None:
        dataset = generate_shapes(shapes, seed=seed, size=size)
        return dataset, make_report(dataset, (), source="built-in shapes", format="shapes", size=size)
    source = open_source(path)
    found = format or detect_format(source)
    annotations = _READERS[found](source)
    problems = (*source.problems, *annotations.problems)
    return load_photos(
        Annotations(annotations.photos, annotations.labels, problems),
        size=size,
        source=source.name,
        format=found,
        strict=strict,
        every_class=every_class,
        on_progress=on_progress,
    )


_READERS = {
    "voc": voc.read,
    "coco": coco.read,
    "yolo": yolo.read,
    "csv": csv_boxes.read,
    "tfrecord": tfrecord.read,
}
