"""What the grid head is trained on.

Quality focal loss on the class scores: the target of a positive cell is the IoU its box has now (Li et al.,
"Generalized Focal Loss", arXiv:2006.04388). Generalised IoU on the boxes (Rezatofighi et al., arXiv:1902.09630).
"""

from typing import NamedTuple

import tensorflow as tf

from jobs.train.network.grid import Grid, decode_boxes

BOX_WEIGHT = 2.0
_EPSILON = 1e-7


class GridLoss(NamedTuple):
    """Scalars; `total` is what is minimised."""

    total: tf.Tensor
    score: tf.Tensor
    box: tf.Tensor


def grid_loss(raw: tf.Tensor, targets: tf.Tensor, grid: Grid, *, classes: int) -> GridLoss:
    """Loss of raw outputs `[B, N, classes + 4]` against assigned targets `[B, N, 5]`."""
    positive = tf.cast(targets[..., 0] >= 0, tf.float32)
    overlap, generalised = _box_overlaps(decode_boxes(raw[..., classes:], grid), targets[..., 1:])
    quality = tf.stop_gradient(overlap) * positive
    count = tf.maximum(tf.reduce_sum(positive), 1.0)
    one_hot = tf.one_hot(tf.cast(targets[..., 0], tf.int32), classes)
    score = _quality_focal(raw[..., :classes], one_hot * quality[..., None]) / count
    box = tf.reduce_sum((1.0 - generalised) * positive) / count
    return GridLoss(score + BOX_WEIGHT * box, score, box)


def _quality_focal(logits: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(target, logits)
    return tf.reduce_sum(cross_entropy * tf.square(target - tf.sigmoid(logits)))


def _box_overlaps(a: tf.Tensor, b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """IoU and generalised IoU of boxes `[..., 4]` pair by pair."""
    intersection = _area(tf.maximum(a[..., :2], b[..., :2]), tf.minimum(a[..., 2:], b[..., 2:]))
    union = _area(a[..., :2], a[..., 2:]) + _area(b[..., :2], b[..., 2:]) - intersection
    hull = _area(tf.minimum(a[..., :2], b[..., :2]), tf.maximum(a[..., 2:], b[..., 2:]))
    overlap = intersection / (union + _EPSILON)
    return overlap, overlap - (hull - union) / (hull + _EPSILON)


def _area(top_left: tf.Tensor, bottom_right: tf.Tensor) -> tf.Tensor:
    extent = tf.maximum(bottom_right - top_left, 0.0)
    return extent[..., 0] * extent[..., 1]
