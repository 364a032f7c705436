"""A version asked as the gateway asks it, without a gateway: for whoever compares or checks versions."""

from pathlib import Path

from detector.detections import MAX_DETECTIONS, Detection
from detector.images import Pixels
from detector.manifest import Manifest
from detector.outputs import detections
from services.gateway.deadline import Deadline
from services.gateway.engines.embedded import EmbeddedEngine
from services.gateway.engines.engine import VersionFiles


class OfflineDetector:
    """LiteRT with one artifact of a version loaded. May be asked from several threads at once, up to `workers`."""

    def __init__(self, manifest: Manifest, artifacts: Path, *, kind: str, workers: int) -> None:
        """Raises ModelUnavailableError when LiteRT cannot load or run the file."""
        files = VersionFiles(manifest.name, manifest.version, manifest.input.width, artifacts)
        self._runner = EmbeddedEngine(kind=kind, workers=workers).load(files)
        self._classes = len(manifest.labels)

    def detect(self, square: Pixels, *, timeout_s: float) -> tuple[Detection, ...]:
        """Every detection in uint8 `[S, S, 3]`, whatever its score.

        Raises ModelUnavailableError for what is no answer, DeadlineExceededError after `timeout_s` of waiting.
        """
        inference = self._runner.run(square, channel=None, deadline=Deadline.after(timeout_s))
        return detections(inference.raw, classes=self._classes, min_score=0.0, limit=MAX_DETECTIONS)
