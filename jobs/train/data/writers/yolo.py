"""YOLO: `train/images` with `train/labels`, `valid/`, `test/`, and a data.yaml that names them and the classes.

A text file for each photo, `class x_center y_center width height` a line, 0..1; a negative has an empty one.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from detector.detections import GroundTruth
from jobs.train.data.photos import Side
from jobs.train.data.writers.written import WrittenPhoto, by_side

_FOLDERS: dict[Side, str] = {"train": "train", "val": "valid", "test": "test"}
_LONG_LINE = 10_000
"""So that no name is folded over two lines, which some readers of YAML do not know."""


def photo_path(name: str, side: Side) -> str:
    return f"{_FOLDERS[side]}/images/{name}"


def annotation_files(photos: Sequence[WrittenPhoto], labels: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """A text file for each photo, and data.yaml with the names quoted where YAML would read something else."""
    for photo in photos:
        lines = "".join(_line(truth) for truth in photo.boxes)
        yield f"{_FOLDERS[photo.side]}/labels/{photo.stem}.txt", lines.encode()
    content: dict[str, Any] = {str(side): f"{_FOLDERS[side]}/images" for side in by_side(photos)}
    content |= {"nc": len(labels), "names": list(labels)}
    yield "data.yaml", yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=_LONG_LINE).encode()


def _line(truth: GroundTruth) -> str:
    box = truth.box
    x, y = (box.xmin + box.xmax) / 2, (box.ymin + box.ymax) / 2
    return f"{truth.class_id} {x:.8f} {y:.8f} {box.width:.8f} {box.height:.8f}\n"
