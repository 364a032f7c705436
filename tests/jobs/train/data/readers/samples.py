"""The samples of `writing` in each format, as its tool writes them."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.jobs.train.data.readers.cvat_samples import write_cvat
from tests.jobs.train.data.readers.label_studio_samples import write_label_studio
from tests.jobs.train.data.readers.labelbox_samples import write_labelbox
from tests.jobs.train.data.readers.sagemaker_samples import write_sagemaker
from tests.jobs.train.data.writing import HEIGHT, LABELS, SAMPLES, WIDTH, Labelled, put, put_json


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


def via_region(
    label: str, x0: float, y0: float, x1: float, y1: float, attribute: str = "class"
) -> dict[str, Any]:
    shape = {"name": "rect", "x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0}
    return {"shape_attributes": shape, "region_attributes": {attribute: label}}


def via_photos(samples: Sequence[Labelled] = SAMPLES) -> dict[str, Any]:
    """The photos with their regions, as VIA 2 exports them and keeps them in its project."""
    return {
        f"{sample.stem}.jpg{len(sample.jpeg)}": {
            "filename": f"{sample.stem}.jpg",
            "size": len(sample.jpeg),
            "regions": [via_region(*box) for box in sample.boxes],
            "file_attributes": {},
        }
        for sample in samples
    }


def via_project(photos: dict[str, Any], attributes: dict[str, Any] | None = None) -> dict[str, Any]:
    """A project as VIA 2.0.12 saves it."""
    text_attribute = {"class": {"type": "text", "description": "", "default_value": ""}}
    return {
        "_via_settings": {"ui": {}, "core": {"default_filepath": ""}, "project": {"name": "pets"}},
        "_via_img_metadata": photos,
        "_via_attributes": {"region": text_attribute if attributes is None else attributes, "file": {}},
        "_via_data_format_version": "2.0.10",
        "_via_image_id_list": list(photos),
    }


def via_csv(photos: dict[str, Any], *, mark: str = "") -> str:
    """The photos as VIA exports them to CSV; versions before 1.1 began it with `mark` #."""
    rows = io.StringIO()
    rows.write(f"{mark}filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,")
    rows.write("region_attributes\n")
    writer = csv.writer(rows, lineterminator="\n")
    for photo in photos.values():
        regions = photo["regions"]
        for number, region in enumerate(regions):
            cells = [json.dumps(region["shape_attributes"]), json.dumps(region["region_attributes"])]
            writer.writerow([photo["filename"], photo["size"], "{}", len(regions), number, *cells])
        if not regions:
            writer.writerow([photo["filename"], photo["size"], "{}", 0, 0, "{}", "{}"])
    return rows.getvalue()


def write_via(root: Path) -> None:
    """The samples with a project of VIA 2 beside them."""
    for sample in SAMPLES:
        put(root / f"{sample.stem}.jpg", sample.jpeg)
    put_json(root / "via_project.json", via_project(via_photos()))


def write_via_csv(root: Path) -> None:
    """The samples with VIA's CSV beside them."""
    for sample in SAMPLES:
        put(root / f"{sample.stem}.jpg", sample.jpeg)
    put(root / "via_export_csv.csv", via_csv(via_photos()))


def vott_asset(sample: Labelled, **changes: Any) -> dict[str, Any]:
    """A photo with its regions, as VoTT 2 keeps them in a file of its own and in the export."""
    regions = [
        {
            "id": f"r{number}",
            "type": "RECTANGLE",
            "tags": [label],
            "boundingBox": {"height": y1 - y0, "width": x1 - x0, "left": x0, "top": y0},
            "points": [{"x": x, "y": y} for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))],
        }
        for number, (label, x0, y0, x1, y1) in enumerate(sample.boxes)
    ]
    asset = {
        "format": "jpg",
        "id": f"id-{sample.stem}",
        "name": f"{sample.stem}.jpg",
        "path": f"file:C:/Users/me/My%20pets/{sample.stem}.jpg",
        "size": {"width": WIDTH, "height": HEIGHT},
        "state": 2 if regions else 1,
        "type": 1,
    }
    return {"asset": asset | changes, "regions": regions, "version": "2.2.0"}


def vott_export(assets: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What VoTT 2 exports as VoTT JSON."""
    return {
        "name": "pets",
        "securityToken": "pets Token",
        "videoSettings": {"frameExtractionRate": 15},
        "tags": [{"name": "dog", "color": "#5db300"}, {"name": "cat", "color": "#e81123"}],
        "id": "abc",
        "activeLearningSettings": {"autoDetect": False, "predictTag": True, "modelPathType": "coco"},
        "version": "2.2.0",
        "lastVisitedAssetId": "id-one",
        "assets": {asset["asset"]["id"]: asset for asset in assets},
    }


def write_vott(root: Path) -> None:
    """The samples with the photos included in the export."""
    for sample in SAMPLES:
        put(root / "vott-json-export" / f"{sample.stem}.jpg", sample.jpeg)
    export = vott_export([vott_asset(sample) for sample in SAMPLES])
    put_json(root / "vott-json-export" / "pets-export.json", export)


def datumaro_item(sample: Labelled, **changes: Any) -> dict[str, Any]:
    """A photo with its boxes, as Datumaro 1.9 and CVAT write it."""
    annotations = [
        {
            "id": number,
            "type": "bbox",
            "attributes": {"occluded": False},
            "group": 0,
            "label_id": LABELS.index(label),
            "z_order": 0,
            "bbox": [float(x0), float(y0), float(x1 - x0), float(y1 - y0)],
        }
        for number, (label, x0, y0, x1, y1) in enumerate(sample.boxes)
    ]
    image = {"path": f"{sample.stem}.jpg", "size": [HEIGHT, WIDTH]}
    return {"id": sample.stem, "annotations": annotations, "image": image, "attr": {"frame": 0}} | changes


def datumaro_subset(entries: Sequence[dict[str, Any]], labels: Sequence[str] = LABELS) -> dict[str, Any]:
    named = [{"name": label, "parent": "", "attributes": []} for label in labels]
    return {
        "dm_format_version": "1.0",
        "media_type": 2,
        "infos": {},
        "categories": {
            "label": {"labels": named, "label_groups": [], "attributes": []},
            "mask": {"colormap": []},
        },
        "items": list(entries),
    }


def write_datumaro(root: Path) -> None:
    """The samples as one subset without a split."""
    for sample in SAMPLES:
        put(root / "images" / "default" / f"{sample.stem}.jpg", sample.jpeg)
    put_json(
        root / "annotations" / "default.json", datumaro_subset([datumaro_item(sample) for sample in SAMPLES])
    )


TOOL_WRITERS: Mapping[str, Callable[[Path], None]] = {
    "labelme": write_labelme,
    "createml": write_createml,
    "via": write_via,
    "vott": write_vott,
    "datumaro": write_datumaro,
    "cvat": write_cvat,
    "labelstudio": write_label_studio,
    "labelbox": write_labelbox,
    "sagemaker": write_sagemaker,
}
"""A writer for each name of a format; `write_via_csv` is VIA's other one."""
