"""A .tflite file in LiteRT, one picture at a time, outputs by signature name."""

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from detector.detections import OUTPUT_NAMES, DetectionArrays
from detector.errors import ExportError
from detector.quiet_stderr import quiet_stderr
from jobs.train.export.runtimes.runtime import Pixels, check_pixels, stacked, timed


@dataclass(slots=True)
class TfliteRuntime:
    """See `Runtime`."""

    interpreter: Any
    size: int
    _dtype: Any
    last_ms: float | None = field(default=None, init=False)

    @classmethod
    def open(cls, path: Path, *, threads: int = 1) -> Self:
        """Load the file at `path`.

        Raises:
            ExportError: it is not there, not a TFLite file, or needs an op that LiteRT has not.
        """
        try:
            content = path.read_bytes()
            with quiet_stderr():
                interpreter = Interpreter(model_content=content, num_threads=threads)
                interpreter.allocate_tensors()
                details = interpreter.get_signature_runner().get_input_details()["image"]
        except OSError as error:
            raise ExportError(f"Cannot read {path}: {error.strerror}.") from error
        except (ValueError, RuntimeError, KeyError) as error:
            raise ExportError(f"LiteRT cannot run {path}: {error}") from error
        return cls(interpreter, int(details["shape"][1]), details["dtype"])

    def detect(self, pixels: Pixels) -> DetectionArrays:
        check_pixels(pixels, self.size)
        run = self.interpreter.get_signature_runner()
        answer, self.last_ms = timed(
            lambda: stacked([self._one(run, picture) for picture in pixels]),
            pictures=len(pixels),
        )
        return answer

    def _one(self, run: Any, picture: Pixels) -> DetectionArrays:
        outputs = run(image=picture[None].astype(self._dtype))
        return DetectionArrays(*(np.array(outputs[name]) for name in OUTPUT_NAMES))

    def close(self) -> None:
        self.interpreter = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
