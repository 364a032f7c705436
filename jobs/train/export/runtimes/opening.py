"""From an artifact's kind to the runtime that runs it."""

from pathlib import Path

from jobs.train.export.runtimes.runtime import Kind, Runtime
from jobs.train.export.runtimes.saved_model import SavedModelRuntime
from jobs.train.export.runtimes.tfjs import TfjsGraphRuntime, TfjsLayersRuntime
from jobs.train.export.runtimes.tflite import TfliteRuntime

MAIN_FILES: dict[Kind, str] = {
    "tflite_f32": "tflite/f32.tflite",
    "tflite_f16": "tflite/f16.tflite",
    "tflite_int8": "tflite/int8.tflite",
    "tfjs_graph_f16": "tfjs/graph/model.json",
    "tfjs_layers": "tfjs/layers/model.json",
}
"""The file to load, under the version's folder of artifacts/; the SavedModel is a folder of its own."""


def open_runtime(kind: Kind, artifacts_dir: Path, model_dir: Path) -> Runtime:
    """Load one kind of a version.

    `artifacts_dir` and `model_dir` are the version's folders under artifacts/ and models/.

    Raises:
        ExportError: the artifact is missing or its runtime cannot load it.
    """
    if kind == "saved_model":
        return SavedModelRuntime.open(model_dir)
    path = artifacts_dir / MAIN_FILES[kind]
    if kind == "tfjs_graph_f16":
        return TfjsGraphRuntime.open(path)
    if kind == "tfjs_layers":
        return TfjsLayersRuntime.open(path)
    return TfliteRuntime.open(path)
