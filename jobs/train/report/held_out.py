"""The held-out photos of a version, kept so that a later version can be measured on the same ones."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from detector.boxes import Box
from detector.files import writing
from jobs.train.data.jpeg import encode_jpeg
from jobs.train.data.photos import LabelledPhoto

QUALITY = 95
"""A tenth of the bytes of PNG, and every version is measured on the very same pixels."""


def write_eval(directory: Path, photos: Sequence[LabelledPhoto], labels: Sequence[str]) -> None:
    """Write the photos as numbered JPEGs without metadata, and `annotations.json` with their boxes as COCO.

    Nothing of the user's file names is kept. Category ids are class ids + 1, as COCO has them. The result is
    itself a dataset that training and `evaluate` read. Raises StoreError.
    """
    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        for index, photo in enumerate(photos):
            content = encode_jpeg(Image.fromarray(photo.pixels), quality=QUALITY)
            (directory / file_name(index)).write_bytes(content)
        text = json.dumps(_coco(photos, labels), allow_nan=False)
        (directory / "annotations.json").write_text(text + "\n", encoding="utf-8")


def file_name(index: int) -> str:
    """Of the photo at this place, counted from 1."""
    return f"{index + 1:04d}.jpg"


def _coco(photos: Sequence[LabelledPhoto], labels: Sequence[str]) -> dict[str, Any]:
    return {
        "images": [_image(index, photo) for index, photo in enumerate(photos)],
        "categories": [{"id": class_id + 1, "name": label} for class_id, label in enumerate(labels)],
        "annotations": _annotations(photos),
    }


def _image(index: int, photo: LabelledPhoto) -> dict[str, Any]:
    height, width = photo.pixels.shape[:2]
    return {"id": index + 1, "file_name": file_name(index), "width": width, "height": height}


def _annotations(photos: Sequence[LabelledPhoto]) -> list[dict[str, Any]]:
    objects = [(index, photo, truth) for index, photo in enumerate(photos) for truth in photo.ground_truth]
    return [
        {
            "id": number,
            "image_id": index + 1,
            "category_id": truth.class_id + 1,
            "iscrowd": 0,
            **_place(truth.box, width=photo.pixels.shape[1], height=photo.pixels.shape[0]),
        }
        for number, (index, photo, truth) in enumerate(objects, start=1)
    ]


def _place(box: Box, *, width: int, height: int) -> dict[str, Any]:
    ymin, xmin, ymax, xmax = box.to_pixels(width=width, height=height)
    return {"bbox": [xmin, ymin, xmax - xmin, ymax - ymin], "area": (xmax - xmin) * (ymax - ymin)}
