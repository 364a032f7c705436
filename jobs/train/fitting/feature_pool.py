"""The frozen base's activations, computed once and kept in 8 bits: what phase 1 trains on."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from detector.boxes import FloatArray
from jobs.train.config import TrainConfig
from jobs.train.fitting.augment import AugmentOptions
from jobs.train.fitting.views import Batch, ViewFactory

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


def pool_bytes(outputs: Sequence[tf.Tensor], config: TrainConfig, *, photos: int) -> int:
    """What a pool over `photos` would take; `outputs` are the symbolic activations of the frozen base."""
    bytes_a_view: int = sum(math.prod(output.shape[1:]) for output in outputs)
    return bytes_a_view * photos * config.phase1_views


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
        features: list[npt.NDArray[np.uint8]] = []
        targets: list[FloatArray] = []
        size, filled = config.batch_size, 0
        batch: Batch
        for batch in factory.batches(indices, key=(1,), batch_size=size, options=AugmentOptions()):
            levels = [quantised(feature).numpy() for feature in forward(batch.pixels)]
            # All at once: joining batches at the end would take the memory twice.
            features = features or [np.empty((len(indices), *level.shape[1:]), np.uint8) for level in levels]
            for pool, level in zip(features, levels, strict=True):
                pool[filled : filled + len(level)] = level
            filled += len(levels[0])
            targets.append(batch.targets)
        return cls(
            features=features,
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
