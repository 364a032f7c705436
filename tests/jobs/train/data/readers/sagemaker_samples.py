"""The samples of `writing` as SageMaker Ground Truth's output manifest."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.jobs.train.data.writing import HEIGHT, LABELS, SAMPLES, WIDTH, Labelled, put

MANIFEST = "manifests/output/output.manifest"


def sagemaker_box(label: str, x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    return {"class_id": LABELS.index(label), "top": y0, "left": x0, "height": y1 - y0, "width": x1 - x0}


def sagemaker_job(boxes: Any, *, job: str = "pets", value: Any = None, **metadata: Any) -> dict[str, Any]:
    """The two keys of a bounding box job."""
    return {
        job: value or {"annotations": boxes, "image_size": [{"width": WIDTH, "depth": 3, "height": HEIGHT}]},
        f"{job}-metadata": {
            "job-name": f"labeling-job/{job}",
            "class-map": {str(place): label for place, label in enumerate(LABELS)},
            "human-annotated": "yes",
            "objects": [{"confidence": 0.94}],
            "creation-date": "2024-05-01T10:00:00.000000",
            "type": "groundtruth/object-detection",
        }
        | metadata,
    }


def sagemaker_line(sample: Labelled, *jobs: dict[str, Any]) -> dict[str, Any]:
    line: dict[str, Any] = {"source-ref": f"s3://bucket/pets/{sample.stem}.jpg"}
    for job in jobs or (sagemaker_job([sagemaker_box(*box) for box in sample.boxes]),):
        line |= job
    return line


def manifest(lines: Sequence[Any]) -> str:
    return "".join(json.dumps(line) + "\n" for line in lines)


def write_sagemaker(root: Path, samples: Sequence[Labelled] = SAMPLES) -> None:
    """The samples beside the output of a job."""
    for sample in samples:
        put(root / "images" / f"{sample.stem}.jpg", sample.jpeg)
    put(root / MANIFEST, manifest([sagemaker_line(sample) for sample in samples]))
