"""The detector for browsers: the full graph with float16 weights, and the trainable network."""

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tf_keras as keras

from detector.detections import OUTPUT_NAMES
from detector.errors import ExportError
from jobs.train.export.graph import NETWORK_SCOPE, DetectionGraph
from jobs.train.quiet_tensorflow import quiet_conversion

_ONE_FILE_BYTES = 1 << 30
"""Above every network of this project: tfjs cuts weights into files of 4 MB unless told otherwise."""


def write_tfjs_graph(graph: DetectionGraph, folder: Path, *, metadata: dict[str, Any]) -> None:
    """Write model.json and weights for `tf.loadGraphModel`: float32 `[B, S, S, 3]` of 0..255 in.

    The network's weights are stored as float16; the decoding's few constants stay float32. The signature in
    model.json lists the four outputs by the contract's names, in its order.

    Raises:
        ExportError: the converter refused the graph or lost an output.
    """
    with (
        tempfile.TemporaryDirectory(prefix="tfjs-") as scratch,
        quiet_conversion("Converting to a tfjs graph"),
    ):
        converter = _import_converters().tf_saved_model_conversion_v2
        frozen = Path(scratch) / "frozen.pb"
        frozen.write_bytes(graph.graph_def.SerializeToString())
        converter.convert_tf_frozen_model(
            str(frozen),
            ",".join(OUTPUT_NAMES),
            str(folder),
            quantization_dtype_map={"float16": [f"{NETWORK_SCOPE}/*"]},
            weight_shard_size_bytes=_ONE_FILE_BYTES,
        )
    document = _with_one_weight_file(folder)
    document["signature"] = _signature(graph, document["modelTopology"])
    _write_document(folder, {**document, "userDefinedMetadata": metadata})


def _signature(graph: DetectionGraph, topology: dict[str, Any]) -> dict[str, Any]:
    """The signature from the graph's own nodes: outputs carry the contract's names as node names."""
    nodes = {node["name"] for node in topology["node"]}
    lost = [name for name in ("image", *OUTPUT_NAMES) if name not in nodes]
    if lost:
        raise ExportError(f"The tfjs converter lost {', '.join(lost)}; nothing was published.")
    size = graph.size
    shapes = dict(zip(OUTPUT_NAMES, (output.shape for output in graph.function.outputs), strict=True))
    outputs = {name: _described(f"{name}:0", shape) for name, shape in shapes.items()}
    return {"inputs": {"image": _described("image:0", (None, size, size, 3))}, "outputs": outputs}


def _described(name: str, shape: Sequence[int | None]) -> dict[str, Any]:
    sizes = [{"size": str(-1 if side is None else side)} for side in shape]
    return {"name": name, "dtype": "DT_FLOAT", "tensorShape": {"dim": sizes}}


def write_tfjs_layers(folded: keras.Model, folder: Path, *, metadata: dict[str, Any]) -> None:
    """Write model.json and weights.bin for `tf.loadLayersModel`: the network that can be trained on.

    Raises:
        ExportError: the converter refused the network.
    """
    with quiet_conversion("Converting to a tfjs layers model"):
        _import_converters().save_keras_model(folded, str(folder), weight_shard_size_bytes=_ONE_FILE_BYTES)
    _write_document(folder, {**_with_one_weight_file(folder), "userDefinedMetadata": metadata})


def _import_converters() -> Any:
    """Imported late and in silence: it takes seconds, and a package below it prints an advertisement.

    Where standard output is not the terminal, that package wants IPython for the advertisement, unless told
    not to.
    """
    os.environ.setdefault("TFDF_DISABLE_WELCOME_MESSAGE", "1")
    from tensorflowjs import converters

    return converters


def _with_one_weight_file(folder: Path) -> dict[str, Any]:
    """model.json as the converter wrote it, its single shard renamed to weights.bin."""
    document: dict[str, Any] = json.loads((folder / "model.json").read_text())
    paths = [path for group in document["weightsManifest"] for path in group["paths"]]
    if len(paths) != 1:
        raise ExportError(
            f"The tfjs converter wrote {len(paths)} weight files instead of one: {', '.join(paths)}."
        )
    (folder / paths[0]).rename(folder / "weights.bin")
    document["weightsManifest"][0]["paths"] = ["weights.bin"]
    return document


def _write_document(folder: Path, document: dict[str, Any]) -> None:
    (folder / "model.json").write_text(json.dumps(document, allow_nan=False))
