"""Datasets written for other tools: each format says where photos go, and writes the files that describe them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from jobs.train.data.photos import Side
from jobs.train.data.writers import coco, csv_boxes, voc, yolo
from jobs.train.data.writers.written import WrittenPhoto

__all__ = ["WRITERS", "Writer", "WrittenPhoto"]


@dataclass(frozen=True, slots=True)
class Writer:
    """One format. `photo_path(name, side)` is where a photo of this file name goes; `annotation_files(photos, labels)`
    gives path and content of all other files. Paths are relative, with forward slashes."""

    photo_path: Callable[[str, Side], str]
    annotation_files: Callable[[Sequence[WrittenPhoto], Sequence[str]], Iterator[tuple[str, bytes]]]


WRITERS = {
    "coco": Writer(coco.photo_path, coco.annotation_files),
    "voc": Writer(voc.photo_path, voc.annotation_files),
    "yolo": Writer(yolo.photo_path, yolo.annotation_files),
    "csv": Writer(csv_boxes.photo_path, csv_boxes.annotation_files),
}
