"""The gateway with an engine that takes no time: python -m bench.gateway.stub_gateway, settings as usual."""

import numpy as np

from detector.detections import MAX_DETECTIONS
from detector.images import Pixels
from detector.outputs import RawDetections
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import Inference, OnUp, VersionFiles
from services.gateway.server import serve
from services.gateway.settings import read_settings

FOUND = 3


class InstantRunner:
    """Always the same three detections."""

    def __init__(self, version: int) -> None:
        boxes = np.tile(np.array([0.1, 0.2, 0.6, 0.7], np.float32), (MAX_DETECTIONS, 1))
        scores = np.linspace(0.95, 0.9, MAX_DETECTIONS, dtype=np.float32)
        raw = RawDetections(boxes, np.zeros(MAX_DETECTIONS, np.float32), scores, FOUND)
        self._inference = Inference(raw, version)

    def run(self, pixels: Pixels, *, channel: str | None, deadline: Deadline) -> Inference:
        return self._inference


class InstantEngine:
    """Loads nothing."""

    name = "instant"
    by_label = False

    def load(self, files: VersionFiles) -> InstantRunner:
        return InstantRunner(files.version)

    def watch(self, on_up: OnUp) -> None:
        on_up(True)

    def close(self) -> None:
        """Nothing is held."""


if __name__ == "__main__":
    serve(read_settings(), engine=InstantEngine())
