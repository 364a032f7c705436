"""A whole export: what it answers, and that nothing bad leaves it."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from detector.detections import OUTPUT_NAMES
from detector.errors import ExportError, StoreError
from jobs.train.export.quiet import quiet
from jobs.train.export.result import ExportResult
from jobs.train.export.runtimes import KINDS, Kind, open_runtime
from jobs.train.export.runtimes.runtime import median_ms
from jobs.train.export.version import export_version
from jobs.train.network.network import Network
from tests.jobs.train.export.conftest import Exported
from tests.jobs.train.export.small_network import SIZE, pictures, small_network


def _export(network: Network, folder: Path) -> ExportResult:
    return export_version(
        network,
        staged_artifacts=folder / "artifacts",
        staged_model=folder / "model",
        check_images=pictures(2, seed=3),
        include_tfjs=False,
        name="animals",
        version=1,
    )


def test_every_kind_is_made_in_the_manifests_order(exported: Exported) -> None:
    kinds = [kind.kind for kind in exported.result.kinds]
    assert kinds == list(KINDS)
    with pytest.raises(KeyError):
        exported.result["onnx"]  # type: ignore[index]  # a kind that does not exist, on purpose


def test_files_are_described_as_they_are_on_disk(exported: Exported) -> None:
    for kind in exported.result.kinds:
        root = exported.model if kind.kind == "saved_model" else exported.artifacts
        for file in kind.files:
            content = (root / file.path).read_bytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size_bytes, file.sha256)
        assert kind.size_bytes == sum(file.size_bytes for file in kind.files)
    described = {file.path for kind in exported.result.kinds for file in kind.files}
    roots = (exported.artifacts, exported.model)
    on_disk = {p.relative_to(root).as_posix() for root in roots for p in root.rglob("*") if p.is_file()}
    assert described == on_disk


def test_the_file_to_load_comes_first(exported: Exported) -> None:
    names = {kind.kind: kind.files[0].path for kind in exported.result.kinds}
    assert names["saved_model"] == "saved_model.pb"
    assert names["tflite_int8"] == "tflite/int8.tflite"
    assert names["tfjs_graph_f16"] == "tfjs/graph/model.json"


def test_differences_are_measured_and_within_the_bounds(exported: Exported) -> None:
    for kind in exported.result.kinds:
        if kind.kind == "saved_model":
            assert kind.parity_max_box is None
        elif kind.kind != "tflite_int8":
            assert kind.parity_max_box is not None
            assert kind.parity_max_score is not None
            assert kind.parity_max_box <= 2e-3
            assert kind.parity_max_score <= 1e-2


@pytest.mark.parametrize("kind", KINDS)
def test_each_runtime_takes_any_batch_and_tells_its_time(grid_export: Exported, kind: Kind) -> None:
    pixels = pictures(19, SIZE, seed=13)
    with open_runtime(kind, grid_export.artifacts, grid_export.model) as runtime:
        assert runtime.size == SIZE
        assert runtime.last_ms is None
        answer = runtime.detect(pixels)
        assert answer.boxes.shape == (19, 50, 4)
        assert runtime.last_ms is not None
        np.testing.assert_allclose(runtime.detect(pixels[18:]).scores[0], answer.scores[18], atol=1e-3)
        assert median_ms(runtime, pixels, runs=2) > 0
        with pytest.raises(ValueError, match="uint8"):
            runtime.detect(pixels[:, 1:])
        with pytest.raises(ValueError, match="uint8"):
            runtime.detect(pixels[:0])


def test_the_outputs_order_is_told_for_each_runtime(exported: Exported) -> None:
    assert exported.result.outputs == {
        "saved_model": OUTPUT_NAMES,
        "tflite": OUTPUT_NAMES,
        "tfjs_graph": OUTPUT_NAMES,
        "tfjs_layers": ("raw",),
    }


@pytest.mark.slow
def test_weights_that_are_not_finite_stop_the_export(tmp_path: Path) -> None:
    network = small_network()
    network.base[3].beta.assign(np.full(network.base[3].beta.shape, np.nan))
    with pytest.raises(ExportError, match="not finite"):
        _export(network, tmp_path)
    assert not (tmp_path / "artifacts").exists()


@pytest.mark.slow
def test_without_tfjs_the_rest_is_made_with_one_class(tmp_path: Path) -> None:
    result = _export(small_network(labels=("one",)), tmp_path)
    assert [kind.kind for kind in result.kinds] == ["saved_model", "tflite_f32", "tflite_f16", "tflite_int8"]
    assert "tfjs_graph" not in result.outputs
    assert not (tmp_path / "artifacts" / "tfjs").exists()


def test_a_disk_that_refuses_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "artifacts").write_text("a file where a folder must be")
    with pytest.raises(StoreError, match="Cannot write the version"):
        _export(small_network(), tmp_path)


def test_converters_are_silent_unless_they_fail(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet("Converting"):
        print("to Python's stream")
        os.write(1, b"to the descriptor\n")
        os.write(2, b"to the other descriptor\n")
    assert capfd.readouterr() == ("", "")
    with pytest.raises(ExportError, match=r"(?s)Converting failed.*ValueError: no.*the reason"):
        _fail_in_quiet()
    assert capfd.readouterr() == ("", "")


def _fail_in_quiet() -> None:
    with quiet("Converting"):
        os.write(2, b"the reason\n")
        raise ValueError("no")


def test_quiet_keeps_errors_of_this_project_as_they_are() -> None:
    with pytest.raises(StoreError, match="full"), quiet("Converting"):
        raise StoreError("full")


@pytest.mark.slow
def test_a_disk_that_refuses_what_tensorflow_writes_itself_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("in the way")
    with pytest.raises(StoreError, match="Cannot write the version"):
        _export(small_network(), tmp_path)
