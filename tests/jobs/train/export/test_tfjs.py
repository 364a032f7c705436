"""The tfjs files, in real tfjs under Node."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.boxes import FloatArray
from detector.detections import OUTPUT_NAMES
from detector.errors import ExportError
from jobs.train.export.graph import freeze_detector
from jobs.train.export.runtimes.node import NODE_FOLDER, NodeModel, node_program
from jobs.train.export.runtimes.tfjs import TfjsGraphRuntime, TfjsLayersRuntime
from jobs.train.export.tfjs import write_tfjs_graph
from jobs.train.network.assignment import assign_cells
from jobs.train.network.fold import fold_network, round_to_half
from jobs.train.network.localizer import localizer_loss, localizer_target
from jobs.train.network.losses import grid_loss
from jobs.train.network.network import Network
from tests.jobs.train.export.conftest import Exported
from tests.jobs.train.export.small_network import SIZE, pictures, small_network

BOXES: FloatArray = np.asarray([[0.1, 0.2, 0.6, 0.7], [0.5, 0.5, 0.9, 0.95]], np.float32)


def test_the_graph_lists_the_four_outputs_by_the_contracts_names_and_order(exported: Exported) -> None:
    document = json.loads((exported.artifacts / "tfjs/graph/model.json").read_text())
    assert tuple(document["signature"]["outputs"]) == OUTPUT_NAMES
    assert exported.result.outputs["tfjs_graph"] == OUTPUT_NAMES
    assert list(document["signature"]["inputs"]) == ["image"]


@pytest.mark.parametrize("form", ["graph", "layers"])
def test_a_model_is_two_files(exported: Exported, form: str) -> None:
    folder = exported.artifacts / "tfjs" / form
    assert sorted(path.name for path in folder.iterdir()) == ["model.json", "weights.bin"]
    manifest = json.loads((folder / "model.json").read_text())["weightsManifest"]
    assert [group["paths"] for group in manifest] == [["weights.bin"]]


def test_several_pictures_at_once_give_what_each_gives_alone(grid_export: Exported) -> None:
    pixels = pictures(5, SIZE, seed=9)
    with TfjsGraphRuntime.open(grid_export.artifacts / "tfjs/graph/model.json") as runtime:
        together = runtime.detect(pixels)
        alone = [runtime.detect(picture[None]) for picture in pixels]
    assert together.counts.min() > 1
    np.testing.assert_allclose(together.boxes, np.concatenate([one.boxes for one in alone]), atol=1e-5)
    np.testing.assert_allclose(together.scores, np.concatenate([one.scores for one in alone]), atol=1e-5)


def test_the_cpu_and_the_wasm_backend_give_the_same_raw_outputs(grid_export: Exported) -> None:
    pixels = pictures(2, SIZE, seed=9)
    answers = []
    for backend in ("wasm", "cpu"):
        model = NodeModel.open("layers", grid_export.artifacts / "tfjs/layers/model.json", backend=backend)
        try:
            answers.append(model.run(pixels)["raw"])
        finally:
            model.close()
    np.testing.assert_allclose(answers[0], answers[1], atol=1e-3)


def test_the_layers_model_has_no_normalisation_left(exported: Exported) -> None:
    document = json.loads((exported.artifacts / "tfjs/layers/model.json").read_text())
    layers = document["modelTopology"]["model_config"]["config"]["layers"]
    assert "BatchNormalization" not in {layer["class_name"] for layer in layers}
    weights = [weight["name"] for group in document["weightsManifest"] for weight in group["weights"]]
    assert len(weights) == len(set(weights))


def test_ten_fit_steps_lower_the_heads_real_loss_and_leave_the_base_as_it_was(
    exported: Exported, tmp_path: Path
) -> None:
    network = exported.network
    pixels = pictures(1, SIZE, seed=11)
    targets = _targets(network)
    task = {
        "steps": 10,
        "rate": 1e-2 if network.head == "grid" else 1e-7,
        "head": network.head,
        "pixels": pixels.reshape(-1).tolist(),
        "shape": list(pixels.shape),
        "targets": targets.reshape(-1).tolist(),
        "targetShape": list(targets.shape),
        "grid": _grid_of(network),
    }
    answer = _train(exported.artifacts / "tfjs/layers/model.json", task, tmp_path)
    assert answer["firstLoss"] == pytest.approx(_python_loss(network, pixels, targets), rel=1e-3)
    assert answer["losses"][-1] < 0.95 * answer["losses"][0]
    base = {layer.name for layer in network.base}
    assert base <= set(answer["unmoved"])
    assert not base & set(answer["moved"])
    assert answer["moved"]


def _targets(network: Network) -> Any:
    class_ids = np.asarray([0, 1], np.int64)
    if network.head == "localizer":
        return np.stack([localizer_target(BOXES[:1], class_ids[:1], size=SIZE)])
    assigned = assign_cells(BOXES, class_ids, network.grid)
    padded = np.pad(assigned, ((0, 0), (0, len(network.labels) + 4 - assigned.shape[1])))
    return padded[None]


def _grid_of(network: Network) -> dict[str, Any] | None:
    if network.head == "localizer":
        return None
    grid = network.grid
    return {
        "centers": grid.centers.tolist(),
        "strides": grid.strides.tolist(),
        "classes": len(network.labels),
    }


def _python_loss(network: Network, pixels: Any, targets: Any) -> float:
    deployed = fold_network(network)
    round_to_half(deployed)
    raw = deployed(pixels.astype(np.float32), training=False)
    if network.head == "localizer":
        return float(localizer_loss(raw, targets))
    return float(grid_loss(raw, targets[..., :5], network.grid, classes=len(network.labels)).total)


def _train(model: Path, task: dict[str, Any], folder: Path) -> dict[str, Any]:
    path = folder / "task.json"
    path.write_text(json.dumps(task))
    command = [node_program(), str(NODE_FOLDER / "train_layers.mjs"), str(model), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_broken_model_json_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text('{"modelTopology": {"node": []}, "weightsManifest": [], "signature": {"outputs": {}}}')
    with pytest.raises(ExportError, match="tfjs"):
        TfjsGraphRuntime.open(path)


def test_a_layers_model_from_elsewhere_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text("{}")
    with pytest.raises(ExportError, match=r"model\.json does not say which head"):
        TfjsLayersRuntime.open(path)
    with pytest.raises(ExportError, match="Cannot read"):
        TfjsLayersRuntime.open(tmp_path / "missing.json")


def test_float16_keeps_the_decodings_constants_in_float32(tmp_path: Path) -> None:
    network = small_network()
    write_tfjs_graph(freeze_detector(network, fold_network(network)), tmp_path, metadata={})
    manifest = json.loads((tmp_path / "model.json").read_text())["weightsManifest"]
    weights = [weight for group in manifest for weight in group["weights"] if weight["dtype"] == "float32"]
    kernels = [weight for weight in weights if weight["name"].startswith("network/")]
    assert kernels
    assert all(weight["quantization"]["dtype"] == "float16" for weight in kernels)
    assert not any("quantization" in weight for weight in weights if weight["name"].startswith("decode/"))
