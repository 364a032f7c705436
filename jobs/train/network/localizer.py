"""The origin's head, kept exact: always one object, by a flatten and two dense layers.

Raw output float32 `[B, 5]`: class · S, then left, right, top, bottom in pixels of the S × S picture, trained by
mean squared error on all five. At most two classes, told apart by nearness to 0 and S.
"""

import numpy as np
import numpy.typing as npt
import tensorflow as tf
import tf_keras as keras

from detector.boxes import FloatArray
from detector.detections import MAX_DETECTIONS, SCORE_FLOOR

CUT_LAYER = "conv_pw_11"
DENSE_UNITS = 100


def build_localizer_head(feature: tf.Tensor) -> keras.Model:
    """Flatten; dense 100 with ReLU; dense 5."""
    inputs = keras.Input(feature.shape[1:], name=CUT_LAYER)
    x = keras.layers.Flatten(name="flatten")(inputs)
    x = keras.layers.Dense(DENSE_UNITS, activation="relu", name="dense_100")(x)
    return keras.Model(inputs, keras.layers.Dense(5, name="raw")(x), name="localizer_head")


def localizer_target(boxes: FloatArray, class_ids: npt.NDArray[np.int64], *, size: int) -> FloatArray:
    """The five numbers for one picture, of its largest object; NaN when it has none (the head cannot say so).

    `boxes` is `[G, 4]`, normalised; `class_ids` is `[G]`.
    """
    if not len(boxes):
        return np.full(5, np.nan, np.float32)
    largest = int(np.argmax(np.prod(boxes[:, 2:] - boxes[:, :2], axis=-1)))
    ymin, xmin, ymax, xmax = boxes[largest]
    return np.asarray([class_ids[largest], xmin, xmax, ymin, ymax], np.float32) * np.float32(size)


def localizer_loss(raw: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """Mean squared error over the five numbers, `[B, 5]` each; pictures without an object are left out."""
    given = tf.math.is_finite(targets)
    difference = tf.where(given, raw - tf.where(given, targets, 0.0), 0.0)
    return tf.reduce_sum(tf.square(difference)) / tf.maximum(tf.reduce_sum(tf.cast(given, tf.float32)), 1.0)


def decode_localizer(raw: tf.Tensor, *, size: int, classes: int) -> tuple[tf.Tensor, ...]:
    """Raw outputs as the four detection tensors: one row at most, score 1 − 2·|c − nearest class|, floored at 0."""
    scaled = raw / np.float32(size)
    position = scaled[:, :1]
    nearest = tf.clip_by_value(tf.round(position), 0.0, float(classes - 1))
    score = tf.nn.relu(1.0 - 2.0 * tf.abs(position - nearest))
    valid = tf.cast(score >= SCORE_FLOOR, tf.float32)
    left, right, top, bottom = tf.split(tf.clip_by_value(scaled[:, 1:], 0.0, 1.0), 4, axis=-1)
    box = tf.concat(
        [tf.minimum(top, bottom), tf.minimum(left, right), tf.maximum(top, bottom), tf.maximum(left, right)],
        axis=-1,
    )
    rest = MAX_DETECTIONS - 1
    boxes = tf.pad((box * valid)[:, None, :], [[0, 0], [0, rest], [0, 0]])
    rows = [[0, 0], [0, rest]]
    return boxes, tf.pad(nearest * valid, rows), tf.pad(score * valid, rows), valid[:, 0]
