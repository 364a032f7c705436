"""The deployed network computes what the trained one does."""

from typing import Any

import numpy as np
import pytest
import tf_keras as keras

from detector.errors import ExportError
from jobs.train.config import HeadName
from jobs.train.network.fold import fold_network, last_layers, round_to_half
from jobs.train.network.network import Network
from tests.jobs.train.export.small_network import pictures, small_network


@pytest.mark.parametrize(
    ("head", "alpha", "size"),
    [
        ("grid", 0.25, 96),
        ("grid", 0.5, 128),
        ("grid", 1.0, 96),
        ("localizer", 0.25, 224),
        ("localizer", 0.75, 96),
    ],
)
def test_folding_keeps_the_raw_outputs(head: HeadName, alpha: float, size: int) -> None:
    network = small_network(head, alpha=alpha, size=size)
    pixels = pictures(2, size, seed=4).astype(np.float32)
    expected = network.model(pixels, training=False).numpy()
    folded = fold_network(network)(pixels, training=False).numpy()
    assert expected.std() > 0
    np.testing.assert_allclose(folded, expected, atol=1e-4 * max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("head", ["grid", "localizer"])
def test_only_stock_layers_without_normalisation_are_left(head: HeadName) -> None:
    network = small_network(head)
    folded = fold_network(network)
    known = {type(layer).__module__.split(".")[0] for layer in folded.layers}
    assert known == {"tf_keras"}
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in folded.layers)
    assert {layer.name for layer in network.base} <= {layer.name for layer in folded.layers}
    rebuilt = keras.models.model_from_json(folded.to_json())
    assert rebuilt.count_params() == folded.count_params()


def test_the_base_is_frozen_and_the_head_can_be_trained() -> None:
    network = small_network()
    folded = fold_network(network)
    base = {layer.name for layer in network.base}
    trainable = {layer.name for layer in folded.layers if layer.trainable_weights}
    assert trainable
    assert not base & trainable


def test_the_layers_before_the_raw_outputs_are_found() -> None:
    assert last_layers(fold_network(small_network("localizer"))) == ("raw",)
    folded = fold_network(small_network())
    names = last_layers(folded)
    assert all(isinstance(folded.get_layer(name), keras.layers.Conv2D) for name in names)
    assert any("class" in name for name in names)
    assert any("box" in name for name in names)


def test_weights_rounded_to_half_change_little_and_only_once() -> None:
    folded = fold_network(small_network())
    before = folded.get_weights()
    round_to_half(folded)
    after = folded.get_weights()
    assert all(
        np.abs(a - b).max() <= 1e-3 * max(1.0, np.abs(b).max()) for a, b in zip(after, before, strict=True)
    )
    assert all((weight == weight.astype(np.float16)).all() for weight in after)


def _with_head(network: Network, build: Any) -> Network:
    """The same network with another head on its finest tap."""
    inputs = [keras.Input(network.activations[tap].shape[1:]) for tap in network.taps]
    head = keras.Model(inputs, build(inputs[-1]))
    features = [network.activations[tap] for tap in network.taps]
    model = keras.Model(network.model.input, head(features))
    return Network(
        head=network.head, size=network.size, alpha=network.alpha, labels=network.labels, base=network.base,
        taps=network.taps, head_model=head, model=model, activations=network.activations,
    )  # fmt: skip


def _randomised(norm: Any, x: Any) -> Any:
    y = norm(x)
    random = np.random.default_rng(3)
    norm.set_weights([random.uniform(0.5, 1.5, weight.shape) for weight in norm.get_weights()])
    return y


def _norm_after_sum(x: Any) -> Any:
    return _randomised(keras.layers.BatchNormalization(), keras.layers.Add()([x, x]))


def _norm_after_a_tensor_used_twice(x: Any) -> Any:
    y = keras.layers.Conv2D(4, 3, padding="same")(x)
    return keras.layers.Add()([_randomised(keras.layers.BatchNormalization(), y), y])


def _norm_after_an_activation(x: Any) -> Any:
    y = keras.layers.Conv2D(4, 1, activation="relu")(x)
    return _randomised(keras.layers.BatchNormalization(scale=False, center=False), y)


def _norm_after_a_depthwise_with_bias(x: Any) -> Any:
    y = keras.layers.DepthwiseConv2D(3, depth_multiplier=2, bias_initializer="ones")(x)
    return _randomised(keras.layers.BatchNormalization(), y)


@pytest.mark.parametrize(
    "build",
    [
        _norm_after_sum,
        _norm_after_a_tensor_used_twice,
        _norm_after_an_activation,
        _norm_after_a_depthwise_with_bias,
    ],
)
def test_a_norm_folds_wherever_it_stands(build: Any) -> None:
    network = _with_head(small_network(), build)
    pixels = pictures(1, seed=4).astype(np.float32)
    expected = network.model(pixels, training=False).numpy()
    folded = fold_network(network)(pixels).numpy()
    np.testing.assert_allclose(folded, expected, atol=1e-4 * max(1.0, np.abs(expected).max()))


def test_a_layer_that_some_runtime_does_not_know_is_refused_by_name() -> None:
    network = _with_head(small_network(), keras.layers.Lambda(lambda x: x * 2, name="doubled"))
    with pytest.raises(ExportError, match="doubled is a Lambda"):
        fold_network(network)
