"""The frozen base's activations, computed once and kept in 8 bits: what phase 1 trains on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from detector.boxes import FloatArray
from jobs.train.augment import AugmentOptions
from jobs.train.config import TrainConfig
from jobs.train.views import Batch, ViewFactory

ACTIVATION_LIMIT = 6.0
"""ReLU6 ends there."""

FeatureBatches = Iterator[tuple[list[tf.Tensor], FloatArray]]
"""Activations of one batch, an array `[B, H, W, C]` for each level, and the objective's targets `[B, ...]`."""


def quantised(feature: tf.Tensor) -> tf.Tensor:
    """Activations 0..6 in 8 bits."""
    return tf.cast(tf.round(feature * (255 / ACTIVATION_LIMIT)), tf.uint8)


def dequantised(feature: tf.Tensor) -> tf.Tensor:
    """The inverse of `quantised`; float activations pass as they are."""
    return tf.cast(feature, tf.float32) * (ACTIVATION_LIMIT / 255) if feature.dtype == tf.uint8 else feature


@dataclass(frozen=True, slots=True)
class FeaturePool:
    """The frozen base's activations of `views` augmented views of each photo, computed once."""

    features: list[npt.NDArray[np.uint8]]
    targets: FloatArray
    photos: int
    views: int
    batch_size: int

    @classmethod
    def fill(
        cls,
        factory: ViewFactory,
        forward: Callable[[npt.NDArray[np.uint8]], list[tf.Tensor]],
        config: TrainConfig,
    ) -> "FeaturePool":
        """Run the base over `config.phase1_views` views of each photo."""
        indices = np.tile(np.arange(len(factory.photos)), config.phase1_views)
        features: list[list[npt.NDArray[np.uint8]]] = []
        targets: list[FloatArray] = []
        size = config.batch_size
        batch: Batch
        for batch in factory.batches(indices, key=(1,), batch_size=size, options=AugmentOptions()):
            features.append([quantised(feature).numpy() for feature in forward(batch.pixels)])
            targets.append(batch.targets)
        return cls(
            features=[np.concatenate(level) for level in zip(*features, strict=True)],
            targets=np.concatenate(targets),
            photos=len(factory.photos),
            views=config.phase1_views,
            batch_size=size,
        )

    def batches(self, epoch: int, seed: int) -> FeatureBatches:
        """Each photo once, in one of its views."""
        rng = np.random.default_rng((seed, 1, epoch))
        order = rng.permutation(self.photos)
        order = order + self.photos * rng.integers(self.views, size=self.photos)
        for start in range(0, self.photos, self.batch_size):
            chosen = order[start : start + self.batch_size]
            yield [feature[chosen] for feature in self.features], self.targets[chosen]
