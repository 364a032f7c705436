"""The default head: any number of objects, or none.

An anchor-free pyramid of three grids (strides 8, 16 and 32). Each cell says, for each class, how well a box of
that class found from here would fit (a quality score: probability × IoU, as in Li et al., "Generalized Focal
Loss", arXiv:2006.04388), and the distances from its centre to the four edges (Tian et al., "FCOS",
arXiv:1904.01355), in strides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf
import tf_keras as keras

from detector.detections import MAX_DETECTIONS, SCORE_FLOOR

STRIDES = (8, 16, 32)
TAP_LAYERS = ("conv_pw_5", "conv_pw_11", "conv_pw_13")
CANDIDATES = 100
NMS_IOU = VOTE_IOU = 307 / 512
"""Nearly 0.6. It, and all other constants of the decoding, are numbers that half precision holds exactly: files that
store constants in it then decide as all others do."""
_NMS_ROUNDS = 8
_LEAST = 2.0**-14
"""Of a square pixel, or of votes: keeps divisions by nothing finite."""
_PRIOR_SCORE = 0.01


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of all strides in one list: centres float32 `[N, 2]` (y, x; 0..1) and strides `[N]` (0..1).

    `size` is the network's image size in pixels.
    """

    size: int
    centers: npt.NDArray[np.float32]
    strides: npt.NDArray[np.float32]

    @classmethod
    def of(cls, size: int) -> "Grid":
        """The grid of a network of image size `size` pixels (a multiple of 32)."""
        centers, strides = [], []
        for stride in STRIDES:
            cells = size // stride
            axis = (np.arange(cells, dtype=np.float32) + 0.5) / cells
            centers.append(np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2))
            strides.append(np.full(cells * cells, stride / size, np.float32))
        return cls(size, np.concatenate(centers), np.concatenate(strides))

    def in_pixels(self) -> "Grid":
        """The same cells in pixels, which are whole numbers."""
        return Grid(self.size, np.round(self.centers * self.size), np.round(self.strides * self.size))


def head_width(alpha: float) -> int:
    """Channels of the pyramid for a base of width `alpha`."""
    return max(48, int(128 * alpha))


def build_grid_head(features: Sequence[tf.Tensor], *, classes: int, width: int) -> keras.Model:
    """The head on symbolic `features` (strides 8, 16, 32), as a model to raw outputs float32 `[B, N, classes + 4]`."""
    inputs = [keras.Input(f.shape[1:], name=f"stride_{s}") for f, s in zip(features, STRIDES, strict=True)]
    levels = _pyramid(inputs, width)
    class_tower, box_tower = _Tower("class", width), _Tower("box", width)
    score = keras.layers.Conv2D(
        classes, 1, name="class_logits", bias_initializer=keras.initializers.Constant(_logit(_PRIOR_SCORE))
    )
    rows = []
    for level, stride in zip(levels, STRIDES, strict=True):
        edges = keras.layers.Conv2D(
            4, 1, name=f"box_edges_{stride}", bias_initializer=keras.initializers.Constant(2.0)
        )
        raw = keras.layers.Concatenate(name=f"raw_{stride}")(
            [score(class_tower(level, stride)), edges(box_tower(level, stride))]
        )
        rows.append(keras.layers.Reshape((-1, classes + 4), name=f"cells_{stride}")(raw))
    return keras.Model(inputs, keras.layers.Concatenate(axis=1, name="raw")(rows), name="grid_head")


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def _pyramid(inputs: Sequence[tf.Tensor], width: int) -> list[tf.Tensor]:
    """Top-down, then bottom-up paths, so that every stride sees both detail and context."""
    fine, middle, coarse = (
        _norm_relu(
            keras.layers.Conv2D(width, 1, use_bias=False, name=f"lateral_{stride}")(tap), f"lateral_{stride}"
        )
        for tap, stride in zip(inputs, STRIDES, strict=True)
    )
    middle = _merge(middle, keras.layers.UpSampling2D(name="up_32")(coarse), width, "down_16")
    fine = _merge(fine, keras.layers.UpSampling2D(name="up_16")(middle), width, "down_8")
    middle = _merge(middle, _separable(fine, width, "shrink_8", stride=2), width, "up_path_16")
    coarse = _merge(coarse, _separable(middle, width, "shrink_16", stride=2), width, "up_path_32")
    return [fine, middle, coarse]


def _merge(a: tf.Tensor, b: tf.Tensor, width: int, name: str) -> tf.Tensor:
    return _separable(keras.layers.Add(name=f"{name}_add")([a, b]), width, name)


def _separable(x: tf.Tensor, width: int, name: str, *, stride: int = 1) -> tf.Tensor:
    x = keras.layers.DepthwiseConv2D(3, stride, "same", use_bias=False, name=f"{name}_dw")(x)
    x = keras.layers.Conv2D(width, 1, use_bias=False, name=f"{name}_pw")(x)
    return _norm_relu(x, name)


def _norm_relu(x: tf.Tensor, name: str) -> tf.Tensor:
    # Few steps: with Keras' default of 0.99 the statistics would lag behind the weights to the end.
    x = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-3, name=f"{name}_bn")(x)
    return keras.layers.ReLU(6.0, name=f"{name}_relu")(x)


class _Tower:
    """Two separable convolutions shared by all strides, with BatchNorm of its own for each."""

    def __init__(self, name: str, width: int) -> None:
        self._name = name
        self._pairs = [
            (
                keras.layers.DepthwiseConv2D(3, 1, "same", use_bias=False, name=f"{name}_{i}_dw"),
                keras.layers.Conv2D(width, 1, use_bias=False, name=f"{name}_{i}_pw"),
            )
            for i in (1, 2)
        ]

    def __call__(self, x: tf.Tensor, stride: int) -> tf.Tensor:
        for i, (depthwise, pointwise) in enumerate(self._pairs, start=1):
            x = _norm_relu(pointwise(depthwise(x)), f"{self._name}_{i}_{stride}")
        return x


def decode_boxes(edges: tf.Tensor, grid: Grid) -> tf.Tensor:
    """Raw edges `[B, N, 4]` (top, left, bottom, right) as boxes `[B, N, 4]` (ymin, xmin, ymax, xmax) in the grid's
    units."""
    distances = tf.nn.softplus(edges) * grid.strides[:, None]
    return tf.concat([grid.centers - distances[..., :2], grid.centers + distances[..., 2:]], axis=-1)


def decode_grid(raw: tf.Tensor, grid: Grid, *, classes: int) -> tuple[tf.Tensor, ...]:
    """Raw outputs as the four detection tensors (see `detector.detections.OUTPUT_NAMES`).

    In pixels up to the last step: there centres and strides are whole numbers, as fractions of the size they are not.
    """
    cell_scores = tf.sigmoid(raw[..., :classes])
    side = float(grid.size)
    boxes = tf.clip_by_value(decode_boxes(raw[..., classes:], grid.in_pixels()), 0.0, side)
    best = tf.reduce_max(cell_scores, axis=-1)
    scores, cells = tf.math.top_k(best, k=min(CANDIDATES, grid.strides.size))
    boxes = _take(boxes, cells)
    class_ids = tf.cast(tf.argmax(_take(cell_scores, cells), axis=-1, output_type=tf.int32), tf.float32)
    overlaps = _overlaps_within_class(boxes, class_ids)
    boxes = _voted(boxes, scores, overlaps)
    scores = scores * _kept_by_nms(overlaps)
    scores = tf.where(scores >= SCORE_FLOOR, scores, tf.zeros_like(scores))
    scores, order = tf.math.top_k(scores, k=MAX_DETECTIONS)
    valid = tf.cast(scores > 0, tf.float32)
    boxes = _take(boxes, order) * valid[..., None] / side
    class_ids = _take(class_ids[..., None], order)[..., 0] * valid
    return boxes, class_ids, scores, tf.reduce_sum(valid, axis=-1)


def _take(values: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """Rows `[B, K]` of `values` `[B, N, C]`, as `[B, K, C]`.

    By row numbers of the whole batch: `tf.gather` with batch_dims gives wrong rows in tfjs' wasm backend (4.22)
    when there is more than one picture.
    """
    count, channels = values.shape[1:]
    offsets = tf.range(tf.shape(rows)[0])[:, None] * count
    return tf.gather(tf.reshape(values, (-1, channels)), rows + offsets)


def _overlaps_within_class(boxes: tf.Tensor, class_ids: tf.Tensor) -> tf.Tensor:
    """IoU of every pair of a photo's candidates, 0 between classes: `[B, K, K]`."""
    top_left = tf.maximum(boxes[:, :, None, :2], boxes[:, None, :, :2])
    bottom_right = tf.minimum(boxes[:, :, None, 2:], boxes[:, None, :, 2:])
    extent = tf.nn.relu(bottom_right - top_left)
    intersection = extent[..., 0] * extent[..., 1]
    sides = boxes[..., 2:] - boxes[..., :2]
    area = sides[..., 0] * sides[..., 1]
    union = area[:, :, None] + area[:, None, :] - intersection
    same_class = tf.cast(tf.abs(class_ids[:, :, None] - class_ids[:, None, :]) < 0.5, tf.float32)
    return same_class * intersection / tf.maximum(union, _LEAST)


def _voted(boxes: tf.Tensor, scores: tf.Tensor, overlaps: tf.Tensor) -> tf.Tensor:
    """Each box as the mean of those that overlap it well, by score and overlap (after Gidaris & Komodakis,
    "Object Detection via a Multi-region & Semantic Segmentation-aware CNN Model", arXiv:1505.01749).

    The weight falls to nothing at VOTE_IOU without a step, so that rounding in another runtime cannot change who
    votes. Candidates whose box has no extent keep it.
    """
    weights = scores[:, None, :] * tf.nn.relu(overlaps - VOTE_IOU)
    total = tf.reduce_sum(weights, axis=-1, keepdims=True)
    voted = tf.matmul(weights, boxes) / tf.maximum(total, _LEAST)
    return tf.where(total > _LEAST, voted, boxes)


def _kept_by_nms(overlaps: tf.Tensor) -> tf.Tensor:
    """Which of the candidates, sorted by score, survive class-wise non-maximum suppression: 0 or 1, `[B, K]`.

    Greedy suppression as a fixed-point iteration over the overlap matrix: after round r every decision that hangs
    on a chain of at most r others is the greedy one. It needs no op with a dynamic shape, so it is the same
    graph in TensorFlow, TFLite and tfjs.
    """
    count = overlaps.shape[1]
    before = np.tril(np.ones((count, count), np.float32), k=-1)
    suppresses = tf.cast(overlaps > NMS_IOU, tf.float32) * before
    kept = tf.ones_like(overlaps[:, :, 0])
    for _ in range(_NMS_ROUNDS):
        suppressors = tf.reduce_sum(suppresses * kept[:, None, :], axis=-1)
        kept = tf.cast(suppressors < 0.5, tf.float32)
    return kept
