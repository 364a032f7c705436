"""MobileNet v1 as the base: a chain of convolutions whose BatchNorm always runs in inference mode.

Source: Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
arXiv:1704.04861. Layers carry the names of Keras' own MobileNet, so that its weight files fit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
import tf_keras as keras

BATCH_NORM_EPSILON = 1e-3
_POINTWISE_FILTERS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
_DEPTHWISE_STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)


@dataclass(frozen=True, slots=True)
class ConvSpec:
    """One convolution of the base. `block` is 0 for the stem and 1..13 for the depthwise-separable pairs."""

    name: str
    block: int
    depthwise: bool
    kernel_size: int
    stride: int
    filters: int


def base_convolutions(alpha: float) -> Iterator[ConvSpec]:
    """The 27 convolutions of MobileNet v1 at width `alpha`, from the stem to `conv_pw_13`."""
    filters = int(32 * alpha)
    yield ConvSpec("conv1", 0, False, 3, 2, filters)
    for block, (pointwise, stride) in enumerate(
        zip(_POINTWISE_FILTERS, _DEPTHWISE_STRIDES, strict=True), start=1
    ):
        yield ConvSpec(f"conv_dw_{block}", block, True, 3, stride, filters)
        filters = int(pointwise * alpha)
        yield ConvSpec(f"conv_pw_{block}", block, False, 1, 1, filters)


class FrozenNormConv(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Convolution, BatchNorm by its stored statistics, ReLU6.

    The normalisation is folded into the kernel at each call instead of being applied to the activations: the
    same function, one pass over the big tensor instead of two, forwards and backwards. The statistics are
    weights that no step changes; kernel, scale and offset can be trained.

    Input and output are float32 `[B, H, W, C]`; padding is TensorFlow's "SAME".
    """

    def __init__(self, spec: ConvSpec, **options: Any) -> None:
        super().__init__(name=spec.name, **options)
        self.spec = spec

    def build(self, input_shape: Sequence[int]) -> None:
        """Create the weights, as Keras asks before the first call."""
        size, channels = self.spec.kernel_size, int(input_shape[-1])
        outputs = 1 if self.spec.depthwise else self.spec.filters
        vector = (self.spec.filters,)
        self.kernel = self.add_weight(
            "kernel", (size, size, channels, outputs), initializer=keras.initializers.HeNormal()
        )
        self.gamma = self.add_weight("gamma", vector, initializer="ones")
        self.beta = self.add_weight("beta", vector, initializer="zeros")
        self.moving_mean = self.add_weight("moving_mean", vector, initializer="zeros", trainable=False)
        self.moving_variance = self.add_weight("moving_variance", vector, initializer="ones", trainable=False)
        super().build(input_shape)

    def folded(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Kernel and bias of the one convolution that this layer computes."""
        scale = self.gamma * tf.math.rsqrt(self.moving_variance + BATCH_NORM_EPSILON)
        shape = (1, 1, -1, 1) if self.spec.depthwise else (1, 1, 1, -1)
        return self.kernel * tf.reshape(scale, shape), self.beta - self.moving_mean * scale

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """The convolution, the normalisation and ReLU6 of `inputs`."""
        kernel, bias = self.folded()
        stride = self.spec.stride
        if self.spec.depthwise:
            outputs = tf.nn.depthwise_conv2d(inputs, kernel, (1, stride, stride, 1), "SAME")
        else:
            outputs = tf.nn.conv2d(inputs, kernel, stride, "SAME")
        return tf.nn.relu6(tf.nn.bias_add(outputs, bias))


def normalise_pixels(image: tf.Tensor) -> tf.Tensor:
    """Pixels 0..255 of any dtype as float32 -1..1, what the ImageNet weights were trained on."""
    return tf.cast(image, tf.float32) * np.float32(1 / 127.5) - 1.0


BaseWeights = dict[str, tuple[npt.NDArray[np.float32], ...]]
"""Per convolution name: kernel, gamma, beta, moving mean, moving variance."""


def build_base(alpha: float) -> list[FrozenNormConv]:
    """The base's layers in order, not yet built (they build on first use)."""
    return [FrozenNormConv(spec) for spec in base_convolutions(alpha)]


def set_base_weights(layers: Sequence[FrozenNormConv], weights: BaseWeights) -> None:
    """Load ImageNet weights into built layers; kernels of depthwise layers are `[3, 3, C, 1]`."""
    for layer in layers:
        if layer.name in weights:
            layer.set_weights(_in_layer_order(layer, weights[layer.name]))


def _in_layer_order(
    layer: FrozenNormConv, values: tuple[npt.NDArray[np.float32], ...]
) -> list[npt.NDArray[np.float32]]:
    named = dict(zip(("kernel", "gamma", "beta", "moving_mean", "moving_variance"), values, strict=True))
    return [named[weight.name.split("/")[-1].split(":")[0]] for weight in layer.weights]
