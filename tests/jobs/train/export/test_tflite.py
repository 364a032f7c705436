"""The .tflite files: in LiteRT, in MediaPipe, and byte for byte."""

import io
import zipfile
from pathlib import Path
from typing import Any

import mediapipe
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from mediapipe.tasks.python import BaseOptions
from mediapipe.tasks.python.vision import ObjectDetector, ObjectDetectorOptions

from detector.detections import MAX_DETECTIONS, OUTPUT_NAMES, Detection
from detector.errors import ExportError
from jobs.train.export.runtimes.tflite import TfliteRuntime
from jobs.train.export.tflite_file import finish_tflite, min_runtime
from tests.jobs.train.export.conftest import Exported
from tests.jobs.train.export.small_network import LABELS, SIZE, pictures

FILES = ("f32", "f16", "int8")
MIN_SCORE = 0.05


def _path(exported: Exported, file: str) -> Path:
    return exported.artifacts / "tflite" / f"{file}.tflite"


@pytest.mark.parametrize("file", FILES)
def test_inputs_and_outputs_are_float32_in_the_contracts_order(exported: Exported, file: str) -> None:
    interpreter = Interpreter(model_path=str(_path(exported, file)))
    (image,) = interpreter.get_input_details()
    assert (image["name"], image["dtype"], image["shape"].tolist()) == (
        "image",
        np.float32,
        [1, SIZE, SIZE, 3],
    )
    outputs = interpreter.get_output_details()
    assert tuple(output["name"] for output in outputs) == OUTPUT_NAMES
    assert {output["dtype"] for output in outputs} == {np.float32}
    shapes = [output["shape"].tolist() for output in outputs]
    assert shapes == [[1, MAX_DETECTIONS, 4], [1, MAX_DETECTIONS], [1, MAX_DETECTIONS], [1]]
    assert set(interpreter.get_signature_runner().get_output_details()) == set(OUTPUT_NAMES)


@pytest.mark.parametrize("file", FILES)
def test_every_buffer_is_aligned_for_phones(grid_export: Exported, file: str) -> None:
    content = _path(grid_export, file).read_bytes()
    model = schema.Model.GetRootAs(content, 0)
    for index in range(model.BuffersLength()):
        buffer = model.Buffers(index)
        assert buffer.Offset() == 0
        if buffer.DataLength():
            vector = buffer._tab.Vector(buffer._tab.Offset(4))
            assert vector % 16 == 0


def test_int8_has_int8_weights_but_in_the_last_layers_and_a_float_decode(grid_export: Exported) -> None:
    interpreter = Interpreter(model_path=str(_path(grid_export, "int8")))
    tensors = {d["index"]: d for d in interpreter.get_tensor_details()}
    weights: dict[bool, set[Any]] = {True: set(), False: set()}
    outputs: dict[str, set[Any]] = {}
    for op in interpreter._get_ops_details():
        output = tensors[op["outputs"][0]]
        outputs.setdefault(op["op_name"], set()).add(output["dtype"])
        if op["op_name"] == "CONV_2D":
            last = any(name in output["name"] for name in ("class_logits", "box_edges"))
            weights[last].add(tensors[op["inputs"][1]]["dtype"])
    assert weights == {False: {np.int8}, True: {np.float32}}
    assert outputs["LOGISTIC"] == outputs["GATHER"] == {np.float32}


def test_what_half_precision_stores_it_holds_exactly(grid_export: Exported) -> None:
    """Else a threshold of 0.6 is another one in that file, and a row that one file keeps the other suppresses."""
    images = pictures(6, SIZE, seed=11)
    full, half = (TfliteRuntime.open(_path(grid_export, file)).detect(images) for file in ("f32", "f16"))
    np.testing.assert_array_equal(full.counts, half.counts)
    np.testing.assert_allclose(full.scores, half.scores, atol=1e-5)
    # But the division by the size: all boxes by the same factor.
    np.testing.assert_allclose(full.boxes, half.boxes, atol=5e-4)


def test_each_file_is_smaller_than_the_one_before(grid_export: Exported) -> None:
    sizes = [_path(grid_export, file).stat().st_size for file in FILES]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[2] <= 800_000


@pytest.mark.parametrize("file", FILES)
def test_labels_are_a_zip_at_the_end(exported: Exported, file: str) -> None:
    with zipfile.ZipFile(io.BytesIO(_path(exported, file).read_bytes())) as archive:
        assert archive.read("labels.txt").decode().split("\n") == [*LABELS, ""]


@pytest.mark.parametrize("file", FILES)
def test_mediapipe_runs_the_file_unchanged_and_agrees_with_litert(exported: Exported, file: str) -> None:
    path, picture = _path(exported, file), pictures(1, SIZE, seed=31)[0]
    options = ObjectDetectorOptions(
        base_options=BaseOptions(model_asset_path=str(path)),
        score_threshold=MIN_SCORE,
        max_results=MAX_DETECTIONS,
    )
    with ObjectDetector.create_from_options(options) as detector:
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
        found = [_row(detection) for detection in detector.detect(image).detections]
    with TfliteRuntime.open(path) as runtime:
        (expected,) = runtime.detect(picture[None]).per_photo()
    # a row whose whole pixels are another's is dropped as a duplicate
    wanted = {_truncated(d) for d in expected if d.score >= MIN_SCORE}
    assert wanted
    assert _near(wanted, found)
    assert _near(set(found), list(wanted))


def _row(detection: Any) -> tuple[str, float, int, int, int, int]:
    box, (category,) = detection.bounding_box, detection.categories
    return category.category_name, category.score, box.origin_y, box.origin_x, box.height, box.width


def _truncated(detection: Detection) -> tuple[str, float, int, int, int, int]:
    """Corner and extent in whole pixels, cut as MediaPipe cuts them."""
    box = detection.box
    edges = (int(edge * SIZE) for edge in (box.ymin, box.xmin, box.height, box.width))
    ymin, xmin, height, width = edges
    return LABELS[detection.class_id], detection.score, ymin, xmin, height, width


def _near(rows: set[Any], others: list[Any]) -> bool:
    """Whether each row has one of the same label, nearly its score, and its numbers within 1 pixel."""
    return all(
        any(
            row[0] == other[0]
            and abs(row[1] - other[1]) <= 1e-3
            and max(abs(a - b) for a, b in zip(row[2:], other[2:], strict=True)) <= 1
            for other in others
        )
        for row in rows
    )


def test_the_oldest_runtime_is_told_where_the_converter_knows_it(grid_export: Exported) -> None:
    said = min_runtime(_path(grid_export, "f32").read_bytes())
    assert said is not None
    assert said.startswith("TensorFlow Lite ")
    assert min_runtime(_path(grid_export, "int8").read_bytes()) is None
    assert grid_export.result["tflite_f32"].min_runtime == said


def test_the_same_model_gives_the_same_bytes(grid_export: Exported) -> None:
    content = _path(grid_export, "f32").read_bytes()
    assert finish_tflite(content, name="a", labels=LABELS) == finish_tflite(content, name="a", labels=LABELS)


def test_labels_of_any_script_are_kept(grid_export: Exported) -> None:
    content = finish_tflite(_path(grid_export, "f32").read_bytes(), name="é", labels=("Waschbär", "袋鼠"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("labels.txt").decode() == "Waschbär\n袋鼠\n"


def test_a_file_with_other_outputs_is_refused(grid_export: Exported) -> None:
    content = _path(grid_export, "f32").read_bytes().replace(b"num_detections", b"num_deductions")
    with pytest.raises(ExportError, match="num_deductions"):
        finish_tflite(content, name="a", labels=LABELS)


@pytest.mark.parametrize("content", [b"", b"not a model at all", b"\x1c\0\0\0TFL3" + bytes(40)])
def test_a_broken_file_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.tflite"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=r"broken\.tflite"):
        TfliteRuntime.open(path)


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="Cannot read"):
        TfliteRuntime.open(tmp_path / "none.tflite")
