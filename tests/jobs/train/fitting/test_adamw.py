import numpy as np
import tensorflow as tf
import tf_keras as keras

from jobs.train.fitting.adamw import AdamW


def test_it_takes_the_steps_of_keras_adamw() -> None:
    rng = np.random.default_rng(0)
    start = [rng.normal(size=(3, 4)).astype(np.float32), rng.normal(size=4).astype(np.float32)]
    ours, theirs = ([tf.Variable(value) for value in start] for _ in range(2))
    reference = keras.optimizers.AdamW(1e-2, weight_decay=0.1)
    reference.exclude_from_weight_decay(var_list=[theirs[1]])
    optimizer = AdamW(ours, weight_decay=0.1)
    optimizer.learning_rate.assign(1e-2)
    for _ in range(5):
        gradients = [tf.constant(rng.normal(size=value.shape), tf.float32) for value in start]
        optimizer.apply(gradients)
        reference.apply_gradients(zip(gradients, theirs, strict=True))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-5)
