"""A whole network: base, head, and the functions of them that training, evaluation and export use."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import tensorflow as tf
import tf_keras as keras

from jobs.train.config import HeadName
from jobs.train.network.base import FrozenNormConv, build_base, normalise_pixels, set_base_weights
from jobs.train.network.grid import TAP_LAYERS, Grid, build_grid_head, decode_grid, head_width
from jobs.train.network.localizer import CUT_LAYER, build_localizer_head, decode_localizer
from jobs.train.network.weights import ResolvedWeights


@dataclass(frozen=True, slots=True)
class Network:
    """MobileNet's layers with one of the two heads on top.

    `model` maps pixels 0..255, float32 `[B, S, S, 3]`, to the head's raw outputs. `base` is in order;
    `head_model` maps the base's activations at `taps` to the raw outputs.
    """

    head: HeadName
    size: int
    alpha: float
    labels: tuple[str, ...]
    base: tuple[FrozenNormConv, ...]
    taps: tuple[str, ...]
    head_model: keras.Model
    model: keras.Model
    activations: dict[str, tf.Tensor] = field(repr=False)

    @property
    def grid(self) -> Grid:
        return Grid.of(self.size)

    def decode(self, raw: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """Raw outputs as the four detection tensors, in the order of `detector.detections.OUTPUT_NAMES`."""
        if self.head == "grid":
            return decode_grid(raw, self.grid, classes=len(self.labels))
        return decode_localizer(raw, size=self.size, classes=len(self.labels))


@dataclass(frozen=True, slots=True)
class SplitNetwork:
    """The same network in two: what stays frozen, and what is trained on the frozen part's activations.

    `trunk` maps pixels to the activations that `tail` takes; `tail` maps those to the raw outputs. The layers are
    shared with the whole network: training the tail trains it.
    """

    trunk: keras.Model
    tail: keras.Model
    trained_base: tuple[FrozenNormConv, ...]


def build_network(
    *, head: HeadName, size: int, alpha: float, labels: Sequence[str], base_weights: ResolvedWeights
) -> Network:
    """Build and load the base; the head starts from its initializers (seed them with `keras.utils.set_random_seed`)."""
    pixels = keras.Input((size, size, 3), name="image")
    base = [layer for layer in build_base(alpha) if head == "grid" or layer.spec.block <= 11]
    taps = TAP_LAYERS if head == "grid" else (CUT_LAYER,)
    activations = {}
    x = normalise_pixels(pixels)
    for layer in base:
        x = activations[layer.name] = layer(x)
    if base_weights.values is not None:
        set_base_weights(base, base_weights.values)
    features = [activations[tap] for tap in taps]
    if head == "grid":
        head_model = build_grid_head(features, classes=len(labels), width=head_width(alpha))
    else:
        head_model = build_localizer_head(features[0])
    model = keras.Model(pixels, head_model(features), name=f"{head}_network")
    return Network(
        head=head,
        size=size,
        alpha=alpha,
        labels=tuple(labels),
        base=tuple(base),
        taps=tuple(taps),
        head_model=head_model,
        model=model,
        activations=activations,
    )


def split_network(network: Network, *, unfreeze: int) -> SplitNetwork:
    """Cut below the last `unfreeze` blocks of the base (0: only the head is trained)."""
    last_block = network.base[-1].spec.block
    frozen = [layer for layer in network.base if layer.spec.block <= last_block - unfreeze]
    trained = network.base[len(frozen) :]
    cut = frozen[-1].name
    below = [tap for tap in network.taps if any(layer.name == tap for layer in frozen[:-1])]
    passed = [*below, cut]
    trunk = keras.Model(network.model.input, [network.activations[name] for name in passed])
    inputs = {name: keras.Input(network.activations[name].shape[1:], name=name) for name in passed}
    x, seen = inputs[cut], dict(inputs)
    for layer in trained:
        x = seen[layer.name] = layer(x)
    tail = keras.Model(list(inputs.values()), network.head_model([seen[tap] for tap in network.taps]))
    return SplitNetwork(trunk, tail, trained)
