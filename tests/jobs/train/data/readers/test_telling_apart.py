"""No JSON or CSV is taken for more than one format, and none that has nothing to do with photos is for any."""

import json
from pathlib import Path
from typing import Any

import pytest

from jobs.train.data.formats import FORMATS, detect_format
from jobs.train.data.peek import Peek
from jobs.train.data.source import open_source
from tests.jobs.train.data.readers.checking import SAMPLE_BOXES, boxes_of
from tests.jobs.train.data.readers.samples import TOOL_WRITERS, write_via_csv
from tests.jobs.train.data.writing import WRITERS, coco_document, put, put_json, zipped

UNRELATED: dict[str, Any] = {
    "package.json": {"name": "pets", "version": "1.0.0", "files": ["dist"], "scripts": {"test": "x"}},
    "package-lock.json": {"name": "pets", "lockfileVersion": 3, "packages": {"": {"name": "pets"}}},
    "model.json": {
        "format": "graph-model",
        "modelTopology": {"node": [{"name": "x", "attr": {"shape": {"shape": {"dim": []}}}}]},
        "weightsManifest": [{"paths": ["group1-shard1of1.bin"], "weights": [{"name": "w", "shape": [3]}]}],
    },
    "captions.json": {
        "info": {},
        "images": [{"id": 1, "file_name": "one.jpg"}],
        "annotations": [{"image_id": 1}],
    },
    "index.json": {"one": {"filename": "one.jpg"}, "two": {"filename": "two.jpg"}},
    "manifest.json": {"assets": {"a.js": {"path": "a.js"}}, "tags": ["x"], "files": {}, "view": {}},
    "atlas.json": {
        "frames": {"one.png": {"frame": {"x": 1, "y": 2, "w": 3, "h": 4}}},
        "meta": {"image": "a.png"},
    },
    "results.json": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}],
    "classes.json": [{"image": "one.jpg", "label": "cat"}],
    "shop.json": {"categories": {"pets": 1}, "items": [{"id": 1, "price": 2}]},
    "drawing.json": {"shapes": [{"type": "rect"}], "version": 1},
    "empty.json": {},
    "list.json": [],
}


def claimed_by(folder: Path) -> set[str]:
    peek = Peek(open_source(folder))
    return {name for name, entry in FORMATS.items() if entry.find(peek)}


@pytest.mark.parametrize("file", UNRELATED)
def test_json_of_something_else_is_no_format(file: str, tmp_path: Path) -> None:
    put_json(tmp_path / file, UNRELATED[file])
    assert claimed_by(tmp_path) == set()


def test_coco_with_keypoints_is_coco_alone(tmp_path: Path) -> None:
    document = coco_document()
    for annotation in document["annotations"]:
        annotation |= {"keypoints": [1, 2, 2] * 17, "num_keypoints": 17, "segmentation": [[1, 2, 3, 4, 5, 6]]}
    put_json(tmp_path / "person_keypoints_train2017.json", document)
    assert claimed_by(tmp_path) == {"coco"}


@pytest.mark.parametrize("name", TOOL_WRITERS)
def test_a_dataset_is_told_apart_with_all_that_lying_beside(name: str, tmp_path: Path) -> None:
    TOOL_WRITERS[name](tmp_path / "set")
    for file, content in UNRELATED.items():
        put_json(tmp_path / "set" / "tools" / file, content)
    put(tmp_path / "set" / "results.csv", "epoch,loss\n1,2\n")
    put(tmp_path / "set" / "README.txt", "100 0.5 photos\n")
    for data in (tmp_path, zipped(tmp_path / "set", inside="export/2024-05-01")):
        source = open_source(data)
        found = detect_format(source)
        assert found.name == name
        assert boxes_of(found.read(source)) == SAMPLE_BOXES


@pytest.mark.parametrize("name", WRITERS)
def test_formats_that_were_read_before_are_told_apart_as_before(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path)
    for file, content in UNRELATED.items():
        put(tmp_path / file, json.dumps(content))
    assert detect_format(open_source(tmp_path)).name == name


def test_via_csv_is_not_a_csv_of_boxes(tmp_path: Path) -> None:
    write_via_csv(tmp_path)
    assert claimed_by(tmp_path) == {"via"}
