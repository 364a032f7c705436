"""The SavedModel in TensorFlow, through its serving_default signature."""

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import tensorflow as tf

from detector.detections import OUTPUT_NAMES, DetectionArrays
from detector.errors import ExportError
from jobs.train.export.runtimes.runtime import Pixels, check_pixels, stacked, timed

_BATCH = 16


@dataclass(slots=True)
class SavedModelRuntime:
    """See `Runtime`. `signature` is the loaded concrete function."""

    signature: Any
    size: int
    last_ms: float | None = field(default=None, init=False)
    _model: Any = None

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Load the SavedModel in `folder`.

        Raises:
            ExportError: it cannot be loaded.
        """
        try:
            model = tf.saved_model.load(str(folder))
            signature = model.signatures["serving_default"]
        except (OSError, KeyError, ValueError, RuntimeError, tf.errors.OpError) as error:
            raise ExportError(f"Cannot load the SavedModel {folder}: {error}") from error
        size = int(signature.structured_input_signature[1]["image"].shape[1])
        runtime = cls(signature, size)
        # a loaded function dies with the object that it came from
        runtime._model = model
        return runtime

    def detect(self, pixels: Pixels) -> DetectionArrays:
        check_pixels(pixels, self.size)
        answer, self.last_ms = timed(lambda: self._in_batches(pixels), pictures=len(pixels))
        return answer

    def _in_batches(self, pixels: Pixels) -> DetectionArrays:
        batches = [pixels[start : start + _BATCH] for start in range(0, len(pixels), _BATCH)]
        return stacked([self._one_batch(batch) for batch in batches])

    def _one_batch(self, pixels: Pixels) -> DetectionArrays:
        outputs = self.signature(image=tf.constant(pixels))
        return DetectionArrays(*(outputs[name].numpy() for name in OUTPUT_NAMES))

    def close(self) -> None:
        self._model = self.signature = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
