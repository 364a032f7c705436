"""Measuring any detector on labelled photos: the network in training, or any kind of any version."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from detector.detections import Detection, DetectionArrays, GroundTruth
from detector.evaluation import Evaluation, evaluate
from jobs.train.data.photos import LabelledPhoto, Pixels
from jobs.train.fitting.augment import plain_view
from jobs.train.network.network import Network

Detect = Callable[[Pixels], DetectionArrays]
"""uint8 `[B, S, S, 3]` to the four outputs."""

BATCH_SIZE = 16


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """Photos resized once: uint8 `[N, S, S, 3]`, with the truth of each."""

    inputs: Pixels
    ground_truth: tuple[tuple[GroundTruth, ...], ...]

    @classmethod
    def of(cls, photos: Sequence[LabelledPhoto], size: int) -> "PhotoSet":
        """The photos stretched to squares of side `size`."""
        inputs = [plain_view(photo, size).pixels for photo in photos]
        stacked = np.stack(inputs) if inputs else np.zeros((0, size, size, 3), np.uint8)
        return cls(stacked, tuple(photo.ground_truth for photo in photos))

    def detect_with(self, detect: Detect, *, batch_size: int = BATCH_SIZE) -> list[tuple[Detection, ...]]:
        """Detections of every photo, in order."""
        starts = range(0, len(self.inputs), batch_size)
        return [d for start in starts for d in detect(self.inputs[start : start + batch_size]).per_photo()]


def network_detector(network: Network) -> Detect:
    """The network as it is now (not a copy) as a function of pixels."""

    def run(pixels: tf.Tensor) -> tuple[tf.Tensor, ...]:
        return network.decode(network.model(tf.cast(pixels, tf.float32), training=False))

    graph = tf.function(run, reduce_retracing=True)

    def detect(pixels: Pixels) -> DetectionArrays:
        return DetectionArrays(*(output.numpy() for output in graph(tf.constant(pixels))))

    return detect


def measure(
    detect: Detect, photos: PhotoSet, labels: Sequence[str], *, score_threshold: float | None = None
) -> Evaluation:
    """COCO average precision of `detect` on `photos`."""
    found = photos.detect_with(detect)
    return evaluate(photos.ground_truth, found, labels, score_threshold=score_threshold)
