"""The samples of `writing` in each format, as its tool writes them."""

from pathlib import Path
from typing import Any

from tests.jobs.train.datasets.writing import HEIGHT, SAMPLES, WIDTH, Labelled, put, put_json


def labelme_shape(label: str, points: Any, kind: str | None = "rectangle", **more: Any) -> dict[str, Any]:
    return {
        "label": label,
        "points": points,
        "group_id": None,
        "description": "",
        "shape_type": kind,
        "flags": {},
        "mask": None,
    } | more


def labelme_document(sample: Labelled, **changes: Any) -> dict[str, Any]:
    """As labelme 5 writes it with image data switched off."""
    shapes = [labelme_shape(label, [[x1, y1], [x0, y0]]) for label, x0, y0, x1, y1 in sample.boxes]
    return {
        "version": "5.5.0",
        "flags": {},
        "shapes": shapes,
        "imagePath": f"{sample.stem}.jpg",
        "imageData": None,
        "imageHeight": HEIGHT,
        "imageWidth": WIDTH,
    } | changes


def write_labelme(root: Path) -> None:
    """The samples as labelme leaves them: a JSON beside each photo."""
    for sample in SAMPLES:
        put(root / f"{sample.stem}.jpg", sample.jpeg)
        put_json(root / f"{sample.stem}.json", labelme_document(sample))


def createml_entry(sample: Labelled, *, photo: str = "image", objects: str = "annotations") -> dict[str, Any]:
    """A photo as Roboflow and labelImg write it: the box's centre in pixels."""
    boxes = [
        {
            "label": label,
            "coordinates": {"x": (x0 + x1) / 2, "y": (y0 + y1) / 2, "width": x1 - x0, "height": y1 - y0},
        }
        for label, x0, y0, x1, y1 in sample.boxes
    ]
    return {photo: f"{sample.stem}.jpg", objects: boxes}


def write_createml(root: Path) -> None:
    """The samples in one folder with one list, as Create ML wants them."""
    for sample in SAMPLES:
        put(root / f"{sample.stem}.jpg", sample.jpeg)
    put_json(root / "_annotations.createml.json", [createml_entry(sample) for sample in SAMPLES])
