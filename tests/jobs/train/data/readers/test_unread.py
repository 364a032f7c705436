"""Formats that are known and not read are named, with what to do, and no data set that is read is taken for one."""

import json
from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError
from jobs.train.data.formats import UNREAD_FORMATS, detect_format
from jobs.train.data.peek import Peek
from jobs.train.data.readers.unread import UNREAD
from jobs.train.data.source import open_source
from tests.jobs.train.data.readers.samples import TOOL_WRITERS, write_via_csv
from tests.jobs.train.data.records import write_tfrecord
from tests.jobs.train.data.writing import SAMPLES, WRITERS, coco_document, put, put_json, zipped

JPEG = SAMPLES[0].jpeg
POINTS = {"exterior": [[1, 2], [3, 4]], "interior": []}
PANOPTIC = coco_document() | {
    "annotations": [{"image_id": 0, "file_name": "0.png", "segments_info": [{"id": 1, "category_id": 7}]}]
}
ULTRALYTICS = (
    '{"type": "dataset", "task": "detect", "class_names": {"0": "cat"}}\n'
    '{"type": "image", "file": "one.jpg", "annotations": {"boxes": [[0, 0.5, 0.5, 0.1, 0.1]]}}\n'
)
KITTI = (
    "Car 0.00 0 1.85 387.63 181.54 423.81 203.12 1.67 1.87 3.69 -16.53 2.39 58.49 1.57\n"
    "DontCare -1 -1 -10 503.89 169.71 590.61 190.13 -1 -1 -1 -1000 -1000 -1000 -10\n"
)
DOTA = (
    "imagesource:GoogleEarth\ngsd:0.146\n2753 2408 2861 2385 2888 2468 2805 2502 plane 0\n"
    "3445 3391 3484 3409 3478 3422 3437 3402 large-vehicle 1\n"
)
WIDER_FACE = (
    "0--Parade/0_Parade_marchingband_1_849.jpg\n1\n449 330 122 149 0 0 0 0 0 0\n"
    "0--Parade/0_Parade_Parade_0_904.jpg\n1\n361 98 263 339 0 0 0 0 0 0\n"
)

KNOWN: dict[str, tuple[str, Any, str]] = {
    "Supervisely": (
        "ann/one.jpg.json",
        {"size": {"height": 9, "width": 9}, "objects": [{"classTitle": "cat", "points": POINTS}]},
        "Export to COCO",
    ),
    "Supervisely's classes": (
        "meta.json",
        {"classes": [{"title": "cat", "shape": "rectangle", "color": "#fff"}], "tags": []},
        "Export to COCO",
    ),
    "Darwin 2": (
        "one.json",
        {"version": "2.0", "item": {"name": "one.jpg", "slots": []}, "annotations": [{"name": "cat"}]},
        "darwin dataset convert",
    ),
    "Darwin 1": (
        "one.json",
        {"dataset": "pets", "image": {"filename": "one.jpg"}, "annotations": [{"name": "cat", "bounding_box": {}}]},
        "darwin dataset convert",
    ),
    "BDD100K": (
        "det_train.json",
        [{"name": "one.jpg", "labels": [{"category": "car", "box2d": {"x1": 1}}]}],
        "bdd100k.label.to_coco",
    ),
    "Scalabel": (
        "labels.json",
        {"frames": [{"name": "one.jpg", "labels": [{"category": "car"}]}], "config": {}},
        "bdd100k.label.to_coco",
    ),
    "Scale": (
        "tasks.json",
        [{"task_id": "1", "params": {"attachment": "x"}, "response": {"annotations": []}}],
        "Nucleus as COCO",
    ),
    "Ultralytics": ("pets.ndjson", ULTRALYTICS, "Convert it to YOLO"),
    "COCO results": (
        "predictions.json",
        [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}],
        "the COCO file with images, annotations and categories",
    ),
    "COCO panoptic": ("panoptic_val2017.json", PANOPTIC, "instances"),
    "Cityscapes": (
        "gtFine/one_gtFine_polygons.json",
        {"imgHeight": 9, "imgWidth": 9, "objects": [{"label": "car", "polygon": [[1, 2]]}]},
        "COCO with instances",
    ),
    "Dataturks": (
        "pets.json",
        '{"content": "http://x/1.jpg", "annotation": [{"label": ["cat"], "points": []}]}\n{"content": "y"}\n',
        "Pascal VOC",
    ),
    "Vertex AI": ("pets.jsonl", '{"imageGcsUri": "gs://b/one.jpg", "boundingBoxAnnotations": []}\n{}\n', "CSV"),
    "LabelU": ("pets.json", [{"id": 1, "result": "{}", "fileName": "one.jpg"}], "COCO, Pascal VOC or YOLO"),
    "Encord": ("pets.json", [{"label_hash": "a", "data_units": {}}], "COCO"),
    "FiftyOne": ("samples.json", {"samples": [{"filepath": "data/one.jpg"}]}, "COCODetectionDataset"),
    "Label Studio's import": (
        "tasks.json",
        [{"data": {"image": "one.jpg"}, "predictions": [{"result": [], "score": 0.5}]}],
        "Submit the tasks",
    ),
    "Label Studio's table": (
        "pets.csv",
        'image,id,label,annotator,annotation_id,created_at,updated_at,lead_time\n/a.jpg,1,"[{""x"": 1}]",1,1,a,b,1\n',
        "JSON or JSON-MIN",
    ),
    "KITTI": ("label_2/000000.txt", KITTI, "-if kitti -f coco"),
    "DOTA": ("labelTxt/P0000.txt", DOTA, "YOLO OBB"),
    "WIDER FACE": ("wider_face_train_bbx_gt.txt", WIDER_FACE, "-if wider_face -f coco"),
    "Parquet": ("data/train-00000-of-00001.parquet", "PAR1", "COCO, or as CSV"),
    "MATLAB": ("annotations.mat", "MATLAB 5.0", "CSV"),
    "archive": ("shards/000000.tar", "x", "Unpack it"),
    "zip in it": ("images.zip", "x", "Unpack it"),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_format_is_named_with_what_to_do(name: str, tmp_path: Path) -> None:
    file, content, advice = KNOWN[name]
    put(tmp_path / "one.jpg", JPEG)
    put(tmp_path / file, content if isinstance(content, str) else json.dumps(content))
    for data, path in ((tmp_path, file), (zipped(tmp_path, inside="deep"), f"deep/{file}")):
        with pytest.raises(DatasetError, match="which is not read") as refused:
            detect_format(open_source(data))
        assert f"{path} is " in refused.value.message
        assert advice in refused.value.message


def test_photos_sorted_into_folders_need_boxes(tmp_path: Path) -> None:
    for side in ("train", "val"):
        for label in ("cat", "dog"):
            put(tmp_path / side / label / "1.jpg", JPEG)
    put(tmp_path / "README.txt", "pets")
    put(tmp_path / "labels.txt", "cat\ndog\n")
    with pytest.raises(DatasetError, match=r"train/cat/1\.jpg is one of photos that are sorted.*draw them"):
        detect_format(open_source(tmp_path))


@pytest.mark.parametrize(
    "folders", [("train", "val"), ("images",), ("a/images", "b/images"), ("cat",), ("cat", ".")]
)
def test_folders_that_are_no_classes_are_not_taken_for_them(folders: tuple[str, ...], tmp_path: Path) -> None:
    for folder in folders:
        put(tmp_path / folder / "1.jpg", JPEG)
    with pytest.raises(DatasetError, match="no annotations found that can be read"):
        detect_format(open_source(tmp_path))


def test_an_annotation_of_an_unknown_kind_is_not_called_photos_in_folders(tmp_path: Path) -> None:
    for label in ("cat", "dog"):
        put(tmp_path / label / "1.jpg", JPEG)
    put(tmp_path / "boxes.txt", "what is this")
    with pytest.raises(DatasetError, match="no annotations found that can be read"):
        detect_format(open_source(tmp_path))


def test_masks_alone_need_instances(tmp_path: Path) -> None:
    for sample in SAMPLES:
        put(tmp_path / "images" / f"{sample.stem}.jpg", sample.jpeg)
        put(tmp_path / "masks" / f"{sample.stem}.png", b"png")
    with pytest.raises(DatasetError, match=r"masks/four\.png is a mask.*export the instances as COCO"):
        detect_format(open_source(tmp_path))


@pytest.mark.parametrize("name", [*WRITERS, *TOOL_WRITERS, "via csv", "tfrecord"])
def test_no_data_set_that_is_read_is_taken_for_one_that_is_not(name: str, tmp_path: Path) -> None:
    write = {**WRITERS, **TOOL_WRITERS, "via csv": write_via_csv, "tfrecord": write_tfrecord}[name]
    write(tmp_path)
    peek = Peek(open_source(tmp_path))
    assert [entry.title for entry in UNREAD_FORMATS if entry.find(peek)] == []


def test_a_known_format_beside_one_that_is_read_does_not_keep_it_from_being_read(tmp_path: Path) -> None:
    WRITERS["coco"](tmp_path)
    for file, content, _ in KNOWN.values():
        put(tmp_path / "more" / file, content if isinstance(content, str) else json.dumps(content))
    assert detect_format(open_source(tmp_path)).name == "coco"


def test_each_advice_is_a_sentence() -> None:
    assert all(entry.advice.endswith(".") and not entry.title.endswith(".") for entry in UNREAD)


def test_nothing_but_photos_is_no_known_format(tmp_path: Path) -> None:
    put(tmp_path / "one.jpg", JPEG)
    put_json(tmp_path / "notes.json", {"a": 1})
    with pytest.raises(DatasetError, match="no annotations found that can be read"):
        detect_format(open_source(tmp_path))
