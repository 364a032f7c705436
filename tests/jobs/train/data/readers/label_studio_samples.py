"""The samples of `writing` as Label Studio exports them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.jobs.train.data.writing import HEIGHT, SAMPLES, WIDTH, Labelled, put, put_json

LABEL_STUDIO_FILE = "project-1-at-2024-05-01-10-00-abcdef12.json"
SIZE = {"original_width": WIDTH, "original_height": HEIGHT}


def label_studio_rectangle(label: str, x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    """The value of a rectangle, in percent of the photo."""
    return {
        "x": x0 / WIDTH * 100,
        "y": y0 / HEIGHT * 100,
        "width": (x1 - x0) / WIDTH * 100,
        "height": (y1 - y0) / HEIGHT * 100,
        "rotation": 0,
        "rectanglelabels": [label],
    }


def label_studio_result(value: Any, kind: str = "rectanglelabels", **more: Any) -> dict[str, Any]:
    return {
        **SIZE,
        "image_rotation": 0,
        "value": value,
        "from_name": "label",
        "to_name": "image",
        "type": kind,
        "origin": "manual",
    } | more


def label_studio_annotation(results: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "completed_by": 1,
        "result": results,
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": "2024-05-01T10:00:00.000000Z",
        "updated_at": "2024-05-01T10:00:00.000000Z",
        "lead_time": 3.2,
    } | more


def label_studio_task(sample: Labelled, annotations: Any = None, **more: Any) -> dict[str, Any]:
    """A task as Label Studio 1.x exports it."""
    results = [
        label_studio_result(label_studio_rectangle(*box), id=f"r{place}")
        for place, box in enumerate(sample.boxes)
    ]
    return {
        "id": 1,
        "annotations": [label_studio_annotation(results)] if annotations is None else annotations,
        "file_upload": f"1a2b3c4d-{sample.stem}.jpg",
        "drafts": [],
        "predictions": [],
        "data": {"image": f"/data/upload/1/1a2b3c4d-{sample.stem}.jpg"},
        "meta": {},
        "project": 1,
    } | more


def label_studio_record(sample: Labelled, values: Iterable[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A record of JSON-MIN, which leaves the key out where there is no region."""
    if values is None:
        values = [label_studio_rectangle(*box) for box in sample.boxes]
    regions = [value | SIZE for value in values]
    return {
        "image": f"/data/upload/1/1a2b3c4d-{sample.stem}.jpg",
        "id": SAMPLES.index(sample),
        **({"label": regions} if regions else {}),
        "annotator": 1,
        "annotation_id": 10 + SAMPLES.index(sample),
        "created_at": "2024-05-01T10:00:00.000000Z",
        "updated_at": "2024-05-01T10:00:00.000000Z",
        "lead_time": 3.2,
    }


def write_label_studio(root: Path, samples: Sequence[Labelled] = SAMPLES) -> None:
    """The samples as they were before they were uploaded, and the export as JSON."""
    for sample in samples:
        put(root / "images" / f"{sample.stem}.jpg", sample.jpeg)
    put_json(root / LABEL_STUDIO_FILE, [label_studio_task(sample) for sample in samples])


def write_label_studio_min(root: Path, samples: Sequence[Labelled] = SAMPLES) -> None:
    """The same with the export as JSON-MIN."""
    for sample in samples:
        put(root / "images" / f"{sample.stem}.jpg", sample.jpeg)
    put_json(root / LABEL_STUDIO_FILE, [label_studio_record(sample) for sample in samples])


def packed_mask(
    pixels: Sequence[Sequence[int]], *, colour: Sequence[int] | None = None, together: int = 1
) -> list[int]:
    """Rows of alpha values as Label Studio packs them.

    With a colour the channels of a marked pixel differ, as the brush draws it; else all are the alpha value. So many
    values that are not repeated are packed `together`.
    """
    values: list[int] = []
    for alpha in (alpha for row in pixels for alpha in row):
        values += [*colour, alpha] if colour and alpha else [alpha] * 4
    runs = [f"{len(values):032b}{7:05b}", *(f"{size - 1:04b}" for size in (3, 4, 8, 16))]
    place = 0
    while place < len(values):
        end = place + 1
        while end < len(values) and values[end] == values[place] and end - place < 200:
            end += 1
        if end - place > 1:
            runs.append(f"110{end - place - 1:08b}{values[place]:08b}")
        else:
            end = min(place + together, len(values))
            runs += [f"011{end - place - 1:016b}", *(f"{value:08b}" for value in values[place:end])]
        place = end
    bits = "".join(runs)
    bits += "0" * (-len(bits) % 8)
    return [int(bits[start : start + 8], 2) for start in range(0, len(bits), 8)]
