"""Bytes of each kind at alpha 1.0 and 0.25 with the grid head: python -m bench.sizes

Sizes do not depend on what the weights are, so the networks are exported untrained.
"""

import tempfile
from pathlib import Path

import numpy as np

from jobs.train.config import TrainConfig
from jobs.train.export.version import export_version
from jobs.train.network.network import build_network
from jobs.train.network.weights import RANDOM, ResolvedWeights

LIMITS_MB = {(1.0, "tflite_int8"): 4.5, (1.0, "tfjs_graph_f16"): 9.0, (0.25, "tflite_int8"): 0.8}


def main() -> None:
    size = TrainConfig(data=Path()).image_size
    pictures = np.random.default_rng(0).integers(0, 256, (4, size, size, 3), np.uint8)
    for alpha in (1.0, 0.25):
        network = build_network(
            head="grid",
            size=size,
            alpha=alpha,
            labels=("a", "b"),
            base_weights=ResolvedWeights(RANDOM, None, None),
        )
        with tempfile.TemporaryDirectory(prefix="bench-sizes-") as folder:
            exported = export_version(
                network, staged_artifacts=Path(folder) / "artifacts", staged_model=Path(folder) / "model",
                check_images=pictures, include_tfjs=True, name="detector", version=1,
            )  # fmt: skip
        for kind in exported.kinds:
            limit = LIMITS_MB.get((alpha, kind.kind))
            bound = f"  (at most {limit})" if limit else ""
            print(f"alpha {alpha:<4} {kind.kind:<15} {kind.size_bytes / 1e6:6.2f} MB{bound}", flush=True)


if __name__ == "__main__":
    main()
