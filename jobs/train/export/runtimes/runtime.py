"""What every runtime answers, and how long it took."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Literal, Protocol, Self, get_args

import numpy as np
import numpy.typing as npt

from detector.detections import DetectionArrays

Kind = Literal["saved_model", "tflite_f32", "tflite_f16", "tflite_int8", "tfjs_graph_f16", "tfjs_layers"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Every kind of artifact, in the manifest's order."""

Pixels = npt.NDArray[np.uint8]


def stacked(parts: Sequence[DetectionArrays]) -> DetectionArrays:
    """Several batches as one."""
    return DetectionArrays(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.classes for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.counts for part in parts]),
    )


class Runtime(Protocol):
    """A loaded artifact. Close it, or use it as a context manager."""

    @property
    def size(self) -> int:
        """Side S of the pictures it takes, in pixels."""

    @property
    def last_ms(self) -> float | None:
        """Milliseconds per picture of the latest `detect`, inside the runtime; None before the first."""

    def detect(self, pixels: Pixels) -> DetectionArrays:
        """Detections in RGB pixels uint8 `[B, S, S, 3]`, any B of at least 1.

        Raises:
            ExportError: the runtime failed.
        """

    def close(self) -> None:
        """Free what it holds."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def check_pixels(pixels: Pixels, size: int) -> None:
    """Refuse what no runtime takes, before it reaches native code.

    Raises:
        ValueError: not uint8 `[B, S, S, 3]` with at least one picture.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1:] != (size, size, 3) or not len(pixels):
        raise ValueError(f"expected uint8 [B, {size}, {size}, 3], got {pixels.dtype} {list(pixels.shape)}")


def timed(run: Callable[[], DetectionArrays], *, pictures: int) -> tuple[DetectionArrays, float]:
    """The answer and its milliseconds per picture."""
    started = time.perf_counter()
    answer = run()
    return answer, (time.perf_counter() - started) * 1000 / pictures


def median_ms(runtime: Runtime, pixels: Pixels, *, runs: int = 20) -> float:
    """Median milliseconds for one picture at a time, after one run that is not counted."""
    measured = []
    for index in range(runs + 1):
        runtime.detect(pixels[index % len(pixels)][None])
        measured.append(runtime.last_ms or 0.0)
    return float(np.median(measured[1:]))
