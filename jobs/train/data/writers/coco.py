"""COCO: `annotations/instances_train.json` for the photos in `train/`, and so for `val` and `test`.

A photo without annotations is a negative. Boxes are `[x, y, width, height]` in pixels.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from detector.detections import GroundTruth
from jobs.train.data.photos import Side
from jobs.train.data.writers.written import WrittenPhoto, by_side

DECIMALS = 3


def photo_path(name: str, side: Side) -> str:
    return f"{side}/{name}"


def annotation_files(photos: Sequence[WrittenPhoto], labels: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """One file a side, all with the same categories, numbered from 1 in the order of the labels."""
    categories = [{"id": number, "name": label} for number, label in enumerate(labels, start=1)]
    image_ids, annotation_ids = count(1), count(1)
    for side, part in by_side(photos).items():
        images: list[dict[str, Any]] = []
        annotations: list[dict[str, Any]] = []
        for photo in part:
            image_id = next(image_ids)
            images.append(
                {"id": image_id, "file_name": photo.name, "width": photo.width, "height": photo.height}
            )
            annotations += [
                {"id": next(annotation_ids), "image_id": image_id, **_annotation(photo, truth)}
                for truth in photo.boxes
            ]
        document = {"images": images, "annotations": annotations, "categories": categories}
        yield f"annotations/instances_{side}.json", json.dumps(document, ensure_ascii=False).encode()


def _annotation(photo: WrittenPhoto, truth: GroundTruth) -> dict[str, Any]:
    ymin, xmin, ymax, xmax = photo.edges(truth)
    width, height = round(xmax - xmin, DECIMALS), round(ymax - ymin, DECIMALS)
    return {
        "category_id": truth.class_id + 1,
        "bbox": [round(xmin, DECIMALS), round(ymin, DECIMALS), width, height],
        "area": round(width * height, DECIMALS),
        "iscrowd": 0,
        "segmentation": [],
    }
