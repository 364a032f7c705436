"""How far two kinds of one version may differ on the same tensor (docs/architecture.md)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Largest allowed difference of a box edge (0..1) and of a score."""

    box: float
    score: float


FLOAT32_BOUNDS = Bounds(1e-4, 1e-4)
FLOAT16_BOUNDS = Bounds(2e-3, 1e-2)

BOUNDS: Mapping[str, Bounds] = {
    "saved_model": FLOAT32_BOUNDS,
    "tflite_f32": FLOAT32_BOUNDS,
    "tflite_f16": FLOAT16_BOUNDS,
    "tfjs_graph_f16": FLOAT16_BOUNDS,
    "tfjs_layers": FLOAT32_BOUNDS,
}
"""By kind of artifact. int8 has none: it is judged by its accuracy."""
