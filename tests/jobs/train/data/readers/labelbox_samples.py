"""The samples of `writing` as Labelbox exports them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.jobs.train.data.writing import HEIGHT, SAMPLES, WIDTH, Labelled, put, put_json

LABELBOX_FILE = "Export-project-pets.ndjson"


def labelbox_object(
    label: str, x0: float, y0: float, x1: float, y1: float, key: str = "bounding_box"
) -> dict[str, Any]:
    return {
        "feature_id": "f1",
        "feature_schema_id": "s1",
        "name": label,
        "value": label.lower(),
        "annotation_kind": "ImageBoundingBox",
        "classifications": [],
        key: {"top": y0, "left": x0, "height": y1 - y0, "width": x1 - x0},
    }


def labelbox_label(
    objects: Any, *, details: Any = None, skipped: bool = False, classes: Any = ()
) -> dict[str, Any]:
    return {
        "label_kind": "Default",
        "version": "1.0.0",
        "id": "l1",
        "label_details": {"created_at": "2024-05-01T10:00:00.000+00:00", "created_by": "me@host"}
        | (details or {}),
        "performance_details": {"seconds_to_create": 9, "seconds_to_review": 0, "skipped": skipped},
        "annotations": {"objects": objects, "classifications": list(classes), "relationships": []},
    }


def labelbox_row(sample: Labelled, *labels: Any, status: str = "DONE", **more: Any) -> dict[str, Any]:
    """A line of export v2."""
    own = labels or (labelbox_label([labelbox_object(*box) for box in sample.boxes]),)
    return {
        "data_row": {
            "id": f"row-{sample.stem}",
            "global_key": f"key-{sample.stem}",
            "external_id": f"{sample.stem}.jpg",
            "row_data": f"https://storage.labelbox.com/abc%2F1234-{sample.stem}.jpg?Expires=17&Signature=xyz",
        },
        "media_attributes": {"height": HEIGHT, "width": WIDTH, "asset_type": "image", "exif_rotation": "1"},
        "projects": {
            "p1": {
                "name": "pets",
                "labels": list(own),
                "project_details": {"ontology_id": "o1", "workflow_status": status},
            }
        },
    } | more


def labelbox_unlabelled(sample: Labelled, *, status: str = "TO_LABEL") -> dict[str, Any]:
    row = labelbox_row(sample, status=status)
    row["projects"]["p1"]["labels"] = []
    return row


def labelbox_older(sample: Labelled, label: Any = None, **more: Any) -> dict[str, Any]:
    """An entry of the export of version 1."""
    objects = [
        labelbox_object(*box, key="bbox")
        | {"title": box[0], "instanceURI": "https://api.labelbox.com/masks/1"}
        for box in sample.boxes
    ]
    for entry in objects:
        del entry["name"]
    return {
        "ID": f"label-{sample.stem}",
        "DataRow ID": f"row-{sample.stem}",
        "Labeled Data": f"https://storage.labelbox.com/abc%2F1234-{sample.stem}.jpg?Expires=17",
        "Label": {"objects": objects, "classifications": []} if label is None else label,
        "External ID": f"{sample.stem}.jpg",
        "Skipped": False,
        "Created At": "2021-05-01T10:00:00.000Z",
        "Project Name": "pets",
    } | more


def json_lines(rows: Sequence[Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def write_labelbox(root: Path, samples: Sequence[Labelled] = SAMPLES) -> None:
    """The samples beside the present export."""
    for sample in samples:
        put(root / "images" / f"{sample.stem}.jpg", sample.jpeg)
    put(root / LABELBOX_FILE, json_lines([labelbox_row(sample) for sample in samples]))


def write_older_labelbox(root: Path, samples: Sequence[Labelled] = SAMPLES) -> None:
    """The samples beside the older export."""
    for sample in samples:
        put(root / "images" / f"{sample.stem}.jpg", sample.jpeg)
    put_json(root / "export-2021-05-01.json", [labelbox_older(sample) for sample in samples])
