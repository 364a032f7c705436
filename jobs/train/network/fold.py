"""The deployed network: the same function built of stock Keras layers, without BatchNorm.

Every normalisation is folded into the convolution before it, because runtimes treat it differently: tfjs uses
batch statistics in `fit` even where a layer is frozen, and int8 needs one rounding a convolution, not two.
The head is walked as a graph and not known by name, so that it may change without this file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import tf_keras as keras

from detector.errors import ExportError
from jobs.train.network.base import FrozenNormConv
from jobs.train.network.network import Network

_PIXEL_SCALE, _PIXEL_OFFSET = 1 / 128, -255 / 256
"""Pixels to nearly -1..1 by numbers that half precision holds exactly."""
_PIXELS_LEFT = np.float32(128 / 127.5)
"""What is left to -1..1 (see `normalise_pixels`), which the first convolution takes over."""

_CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
_KEPT = (
    keras.layers.Activation,
    keras.layers.Add,
    keras.layers.AveragePooling2D,
    keras.layers.Concatenate,
    keras.layers.Conv2D,
    keras.layers.Dense,
    keras.layers.DepthwiseConv2D,
    keras.layers.Dropout,
    keras.layers.Flatten,
    keras.layers.GlobalAveragePooling2D,
    keras.layers.MaxPooling2D,
    keras.layers.Multiply,
    keras.layers.Permute,
    keras.layers.ReLU,
    keras.layers.Rescaling,
    keras.layers.Reshape,
    keras.layers.SpatialDropout2D,
    keras.layers.UpSampling2D,
    keras.layers.ZeroPadding2D,
)
"""Layers that Keras, the TFLite converter and tfjs all know; anything else in a head is refused by name."""

_REARRANGING = (
    keras.layers.Concatenate,
    keras.layers.Flatten,
    keras.layers.Permute,
    keras.layers.Reshape,
)

_Node = tuple[str, int]
"""A layer's name and which of its calls is meant: shared layers have several."""

_Array = npt.NDArray[np.float32]


def fold_network(network: Network) -> keras.Model:
    """The network as it is deployed: pixels 0..255, float32 `[B, S, S, 3]`, to raw outputs.

    Equal to `network.model` in inference to float rounding. The base's convolutions keep their names and are
    not trainable (whoever trains on may change that); a convolution that several normalisations share becomes
    one copy for each.

    Raises:
        ExportError: the head has a layer that cannot be folded or that a runtime does not know.
    """
    pixels = keras.Input((network.size, network.size, 3), name="image")
    x = keras.layers.Rescaling(_PIXEL_SCALE, offset=_PIXEL_OFFSET, name="rescale")(pixels)
    activations = {}
    for layer in network.base:
        x = activations[layer.name] = _folded_base_convolution(layer, x)
    fold = _HeadFold(network.head_model)
    raw = fold.outputs([activations[tap] for tap in network.taps])
    return keras.Model(pixels, raw, name=f"{network.head}_detector")


def _folded_base_convolution(layer: FrozenNormConv, x: Any) -> Any:
    spec = layer.spec
    options = {"strides": spec.stride, "padding": "same", "trainable": False, "name": spec.name}
    convolution = (
        keras.layers.DepthwiseConv2D(spec.kernel_size, **options)
        if spec.depthwise
        else keras.layers.Conv2D(spec.filters, spec.kernel_size, **options)
    )
    x = convolution(x)
    kernel, bias = (part.numpy() for part in layer.folded())
    convolution.set_weights([kernel * _PIXELS_LEFT if spec.block == 0 else kernel, bias])
    return keras.layers.ReLU(6.0, trainable=False, name=f"{spec.name}_relu")(x)


def last_layers(folded: keras.Model) -> tuple[str, ...]:
    """Names of the layers with weights whose outputs reach the raw outputs without another computation."""
    config = folded.get_config()
    calls = {layer["name"]: layer["inbound_nodes"] for layer in config["layers"]}
    found: dict[str, None] = {}
    pending = _references(config["output_layers"])
    while pending:
        name, call_index = pending.pop()
        if type(folded.get_layer(name)) in _REARRANGING:
            pending += _sources(calls[name][call_index])
        else:
            found[name] = None
    return tuple(sorted(found))


@dataclass(slots=True)
class _HeadFold:
    """Rebuilds one functional model node by node, from the outputs back to the inputs."""

    head: keras.Model
    _config: dict[str, Any] = field(init=False)
    _calls: dict[str, list[Any]] = field(init=False)
    _consumers: dict[_Node, int] = field(init=False)
    _layers: dict[str, Any] = field(default_factory=dict)
    _values: dict[_Node, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._config = self.head.get_config()
        self._calls = {layer["name"]: layer["inbound_nodes"] for layer in self._config["layers"]}
        self._consumers = {}
        for calls in self._calls.values():
            for call in calls:
                for source in _sources(call):
                    self._consumers[source] = self._consumers.get(source, 0) + 1
        for source in _references(self._config["output_layers"]):
            self._consumers[source] = self._consumers.get(source, 0) + 1

    def outputs(self, inputs: Sequence[Any]) -> Any:
        for source, value in zip(_references(self._config["input_layers"]), inputs, strict=True):
            self._values[source] = value
        outputs = [self._value(source) for source in _references(self._config["output_layers"])]
        return outputs[0] if len(outputs) == 1 else outputs

    def _value(self, node: _Node) -> Any:
        if node not in self._values:
            self._values[node] = self._rebuilt(node)
        return self._values[node]

    def _rebuilt(self, node: _Node) -> Any:
        name, call_index = node
        layer = self.head.get_layer(name)
        call = self._calls[name][call_index]
        sources = _sources(call)
        if isinstance(layer, keras.layers.BatchNormalization):
            return self._folded(layer, sources[0], name=f"{name}_{call_index}" if call_index else name)
        arguments = [self._value(source) for source in sources]
        return self._copied(layer, arguments if len(arguments) > 1 else arguments[0])

    def _copied(self, layer: Any, x: Any) -> Any:
        """One stock layer for each layer of the head, shared where the head shares it."""
        if layer.name in self._layers:
            return self._layers[layer.name](x)
        if type(layer) not in _KEPT:
            raise ExportError(
                f"The head's layer {layer.name} is a {type(layer).__name__}, which cannot be exported to "
                f"every runtime. Build heads of: {', '.join(kept.__name__ for kept in _KEPT)}."
            )
        self._layers[layer.name] = copy = type(layer).from_config(layer.get_config())
        return _applied(copy, layer.get_weights(), x)

    def _folded(self, norm: Any, source: _Node, *, name: str) -> Any:
        """The normalisation as one convolution: the one before it, or a 1×1 depthwise where there is none."""
        scale, offset = _scale_and_offset(norm)
        convolution = self.head.get_layer(source[0])
        if type(convolution) not in _CONVOLUTIONS or not self._foldable(convolution, source):
            shape = (1, 1, scale.size, 1)
            return _applied(
                keras.layers.DepthwiseConv2D(1, name=f"{name}_scale"),
                [scale.reshape(shape), offset],
                self._value(source),
            )
        kernel, *bias = convolution.get_weights()
        depthwise = isinstance(convolution, keras.layers.DepthwiseConv2D)
        factors = scale.reshape(kernel.shape[2:] if depthwise else (1, -1))
        weights = [kernel * factors, offset + (bias[0] * scale if bias else 0.0)]
        config = {**convolution.get_config(), "use_bias": True, "name": name.removesuffix("_bn") + "_conv"}
        (before,) = _sources(self._calls[source[0]][source[1]])
        return _applied(type(convolution).from_config(config), weights, self._value(before))

    def _foldable(self, convolution: Any, node: _Node) -> bool:
        linear = convolution.activation is keras.activations.linear
        return linear and self._consumers[node] == 1


def _applied(layer: Any, weights: Sequence[_Array], x: Any) -> Any:
    outputs = layer(x)
    layer.set_weights(weights)
    return outputs


def _scale_and_offset(norm: Any) -> tuple[_Array, _Array]:
    """BatchNorm in inference as `scale · x + offset`, in float64 until the last step."""
    if norm.axis not in (-1, 3, [3], [-1]):
        raise ExportError(f"The head's layer {norm.name} normalises axis {norm.axis}, not the channels.")
    variance = norm.moving_variance.numpy().astype(np.float64)
    scale = (1.0 if norm.gamma is None else norm.gamma.numpy()) / np.sqrt(variance + norm.epsilon)
    offset = (0.0 if norm.beta is None else norm.beta.numpy()) - norm.moving_mean.numpy() * scale
    return scale.astype(np.float32), offset.astype(np.float32)


def _sources(call: Any) -> list[_Node]:
    """Where the tensors of one call come from, as Keras writes it: `[[name, call, tensor, kwargs], ...]`."""
    return [(name, call_index) for name, call_index, *_ in call]


def _references(written: Any) -> list[_Node]:
    """`["name", 0, 0]` or a list of such."""
    entries = [written] if written and isinstance(written[0], str) else written
    return [(name, call_index) for name, call_index, _ in entries]


def round_to_half(model: keras.Model) -> None:
    """Round every weight to one that float16 holds exactly.

    The kinds that store half-precision weights then compute with the very numbers of the others: one version,
    the same answer everywhere, at a cost to the float32 kinds that no measurement shows.
    """
    half = np.finfo(np.float16)
    model.set_weights(
        [np.clip(w, half.min, half.max).astype(np.float16).astype(np.float32) for w in model.get_weights()]
    )
