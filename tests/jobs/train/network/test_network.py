import numpy as np
import pytest
import tf_keras as keras

from jobs.train.config import HeadName
from jobs.train.network.network import Network, build_network, split_network
from jobs.train.network.weights import RANDOM, ResolvedWeights

RANDOM_WEIGHTS = ResolvedWeights(RANDOM, None, None)


def network_of(head: HeadName, *, size: int = 96, alpha: float = 0.25) -> Network:
    keras.utils.set_random_seed(0)
    return build_network(head=head, size=size, alpha=alpha, labels=("a", "b"), base_weights=RANDOM_WEIGHTS)


@pytest.mark.parametrize("head", ["grid", "localizer"])
@pytest.mark.parametrize("unfreeze", [0, 3, 8])
def test_trunk_and_tail_are_the_whole_network(head: HeadName, unfreeze: int) -> None:
    network = network_of(head)
    parts = split_network(network, unfreeze=unfreeze)
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 96, 96, 3)).astype(np.float32)
    np.testing.assert_allclose(parts.tail(parts.trunk(pixels)), network.model(pixels), atol=1e-5)
    assert {layer.spec.block for layer in parts.trained_base} == set(
        range(14 if head == "grid" else 12)[-unfreeze:] if unfreeze else []
    )


def test_the_base_computes_what_keras_own_mobilenet_computes() -> None:
    theirs = keras.applications.MobileNet((96, 96, 3), alpha=0.25, include_top=False, weights=None)
    rng = np.random.default_rng(1)
    for layer in theirs.layers:
        layer.set_weights(
            [rng.uniform(0.1, 0.5, w.shape) * rng.choice([-1, 1], w.shape) for w in layer.get_weights()]
        )
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    ours = network_of("grid")
    for layer in ours.base:
        gamma, beta, mean, variance = theirs.get_layer(f"{layer.name}_bn").get_weights()
        (kernel,) = theirs.get_layer(layer.name).get_weights()
        for weight, value in zip(
            (layer.kernel, layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance),
            (kernel, gamma, beta, mean, variance),
            strict=True,
        ):
            weight.assign(value)
    pixels = rng.uniform(0, 255, (1, 96, 96, 3)).astype(np.float32)
    base = keras.Model(ours.model.input, ours.activations["conv_pw_13"])
    np.testing.assert_allclose(base(pixels), theirs(pixels / 127.5 - 1, training=False), atol=1e-3)


def test_the_localizer_is_the_origins_network() -> None:
    network = network_of("localizer", size=224)
    assert network.activations["conv_pw_11"].shape[1:] == (14, 14, 128)
    assert [layer.units for layer in network.head_model.layers if isinstance(layer, keras.layers.Dense)] == [
        100,
        5,
    ]
    dense = network.head_model.get_layer("dense_100")
    assert dense.kernel.shape == (14 * 14 * 128, 100)
    assert dense.activation is keras.activations.relu
    assert network.base[-1].name == "conv_pw_11"
