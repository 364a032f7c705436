"""The two tfjs kinds: the full detector, and the trainable network decoded here."""

import json
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import tensorflow as tf

from detector.boxes import FloatArray
from detector.detections import OUTPUT_NAMES, DetectionArrays
from detector.errors import ExportError
from jobs.train.export.runtimes.node import NodeModel
from jobs.train.export.runtimes.runtime import Pixels, check_pixels, stacked
from jobs.train.network.grid import Grid, decode_grid
from jobs.train.network.localizer import decode_localizer

_BATCH = 8


@dataclass(slots=True)
class _NodeRuntime:
    """What both kinds share: the model in its Node process."""

    model: NodeModel

    @property
    def size(self) -> int:
        return self.model.size

    @property
    def last_ms(self) -> float | None:
        return self.model.last_ms

    def close(self) -> None:
        self.model.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(slots=True)
class TfjsGraphRuntime(_NodeRuntime):
    """`tfjs_graph_f16`; see `Runtime`."""

    @classmethod
    def open(cls, model_json: Path) -> Self:
        """Load the graph model.

        Raises:
            ExportError: tfjs cannot load it, or its outputs are not the contract's, in order.
        """
        model = NodeModel.open("graph", model_json)
        if model.outputs != OUTPUT_NAMES:
            model.close()
            raise ExportError(
                f"{model_json} has the outputs {list(model.outputs)}, not {list(OUTPUT_NAMES)}."
            )
        return cls(model)

    def detect(self, pixels: Pixels) -> DetectionArrays:
        check_pixels(pixels, self.size)
        batches = [pixels[start : start + _BATCH] for start in range(0, len(pixels), _BATCH)]
        answers = [self.model.run(batch) for batch in batches]
        return stacked([DetectionArrays(*(answer[name] for name in OUTPUT_NAMES)) for answer in answers])


@dataclass(slots=True)
class TfjsLayersRuntime(_NodeRuntime):
    """`tfjs_layers`; see `Runtime`. The model gives raw outputs; they are decoded here."""

    head: str
    classes: int

    @classmethod
    def open(cls, model_json: Path) -> Self:
        """Load the layers model.

        Raises:
            ExportError: tfjs cannot load it, or it was not exported by this project.
        """
        try:
            about: dict[str, Any] = json.loads(model_json.read_text())["userDefinedMetadata"]
            head, classes = str(about["head"]), len(about["labels"])
        except OSError as error:
            raise ExportError(f"Cannot read {model_json}: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise ExportError(f"{model_json} does not say which head it has ({error!r}).") from error
        return cls(NodeModel.open("layers", model_json), head, classes)

    def raw(self, pixels: Pixels) -> FloatArray:
        """The raw outputs for uint8 `[B, S, S, 3]`, as float32 with the batch first."""
        check_pixels(pixels, self.size)
        batches = [pixels[start : start + _BATCH] for start in range(0, len(pixels), _BATCH)]
        (name,) = self.model.outputs
        return np.concatenate([self.model.run(batch)[name] for batch in batches])

    def detect(self, pixels: Pixels) -> DetectionArrays:
        raw = tf.constant(self.raw(pixels))
        outputs = (
            decode_grid(raw, Grid.of(self.size), classes=self.classes)
            if self.head == "grid"
            else decode_localizer(raw, size=self.size, classes=self.classes)
        )
        return DetectionArrays(*(output.numpy() for output in outputs))
