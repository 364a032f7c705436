"""A network for the export tests: small and random, with boxes and scores that differ by picture."""

import numpy as np
import numpy.typing as npt
import tensorflow as tf
import tf_keras as keras

from jobs.train.config import HeadName
from jobs.train.network.base import FrozenNormConv, normalise_pixels
from jobs.train.network.network import Network, build_network
from jobs.train.network.weights import ResolvedWeights

LABELS = ("raccoon", "kangaroo")
SIZE = 96


def pictures(count: int, size: int = SIZE, seed: int = 0) -> npt.NDArray[np.uint8]:
    """Random rectangles on random backgrounds, uint8 `[count, size, size, 3]`."""
    random = np.random.default_rng(seed)
    drawn = np.empty((count, size, size, 3), np.uint8)
    for picture in drawn:
        picture[:] = random.integers(0, 256, 3)
        for _ in range(4):
            top, left = random.integers(0, size - 8, 2)
            height, width = random.integers(8, size, 2)
            picture[top : top + height, left : left + width] = random.integers(0, 256, 3)
    return drawn


def small_network(
    head: HeadName = "grid", *, alpha: float = 0.25, size: int = SIZE, labels: tuple[str, ...] = LABELS
) -> Network:
    """Random weights whose normalisation statistics fit `pictures`, as those of a trained network do."""
    keras.utils.set_random_seed(7)
    random = np.random.default_rng(7)
    base_weights = ResolvedWeights("random", None, None)
    network = build_network(head=head, size=size, alpha=alpha, labels=labels, base_weights=base_weights)
    sample = pictures(8, size, seed=1).astype(np.float32)
    x = normalise_pixels(sample)
    for layer in network.base:
        _fit_statistics(layer, x, random)
        x = layer(x)
    for layer in network.head_model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.5
    for _ in range(8):
        network.model(sample, training=True)
    if head == "grid":
        _spread_scores(network, random)
    else:
        _centre_object(network, sample)
    return network


def _fit_statistics(layer: FrozenNormConv, x: tf.Tensor, random: np.random.Generator) -> None:
    convolve = tf.nn.depthwise_conv2d if layer.spec.depthwise else tf.nn.conv2d
    strides = (1, layer.spec.stride, layer.spec.stride, 1)
    mean, variance = tf.nn.moments(convolve(x, layer.kernel, strides, "SAME"), (0, 1, 2))
    layer.moving_mean.assign(mean)
    layer.moving_variance.assign(variance)
    layer.gamma.assign(random.uniform(0.8, 1.6, mean.shape))
    layer.beta.assign(random.uniform(-0.2, 0.8, mean.shape))


def _spread_scores(network: Network, random: np.random.Generator) -> None:
    """Scores from below the floor to nearly 1, and boxes of different sizes."""
    for weight in network.head_model.trainable_weights:
        if "class_logits" in weight.name:
            weight.assign(random.normal(-0.8 if "bias" in weight.name else 0, 0.25, weight.shape))
        if "box_edges" in weight.name and "kernel" in weight.name:
            weight.assign(random.normal(0, 0.1, weight.shape))


def _centre_object(network: Network, sample: npt.NDArray[np.float32]) -> None:
    """Raw outputs near a real object's: class 0 or 1, edges inside the picture."""
    dense = network.head_model.get_layer("raw")
    kernel, bias = dense.get_weights()
    raw = network.model(sample, training=False).numpy()
    spread = network.size * np.asarray([0.1, 0.1, 0.1, 0.1, 0.1]) / raw.std(axis=0)
    centre = network.size * np.asarray([0.9, 0.3, 0.7, 0.2, 0.8])
    dense.set_weights([kernel * spread, bias * spread + centre - raw.mean(axis=0) * spread])
