from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.boxes import intersection_over_union
from detector.detections import MAX_DETECTIONS, SCORE_FLOOR
from jobs.train.network.grid import CANDIDATES, NMS_IOU, VOTE_IOU, Grid, decode_boxes, decode_grid

Array = npt.NDArray[Any]

GRID = Grid.of(128)
CLASSES = 2


def raw_of(seed: int, *, bias: float = 0.0) -> Array:
    rng = np.random.default_rng(seed)
    cells = GRID.strides.size
    logits = rng.normal(bias, 2.0, (cells, CLASSES))
    edges = rng.normal(1.5, 1.0, (cells, 4))
    return np.concatenate([logits, edges], axis=-1)[None].astype(np.float32)


def greedy(raw: Array) -> tuple[Array, Array, Array]:
    """Plain greedy class-wise suppression, as the reference: boxes, classes, scores."""
    # The graph's own sigmoid: scores that are equal in float32 must be equal here too, or their order differs.
    scores = tf.sigmoid(raw[0, :, :CLASSES]).numpy()
    best, classes = scores.max(axis=-1), scores.argmax(axis=-1)
    boxes = np.clip(decode_boxes(tf.constant(raw[..., CLASSES:]), GRID).numpy()[0], 0, 1)
    kept: list[int] = []
    for cell in np.argsort(-best, kind="stable")[:CANDIDATES]:
        rivals = [k for k in kept if classes[k] == classes[cell]]
        overlaps = (
            intersection_over_union(boxes[cell : cell + 1], boxes[rivals]) if rivals else np.zeros((1, 0))
        )
        if best[cell] >= SCORE_FLOOR and not (overlaps > NMS_IOU).any():
            kept.append(int(cell))
    kept = kept[:MAX_DETECTIONS]
    candidates = np.argsort(-best, kind="stable")[:CANDIDATES]
    return _voted(boxes, classes, best, kept, candidates), classes[kept], best[kept]


def _voted(boxes: Array, classes: Array, scores: Array, kept: list[int], candidates: Array) -> Array:
    voted = []
    for cell in kept:
        allies = [c for c in candidates if classes[c] == classes[cell]]
        weights = scores[allies] * np.maximum(
            intersection_over_union(boxes[cell : cell + 1], boxes[allies])[0] - VOTE_IOU, 0.0
        )
        voted.append(weights @ boxes[allies] / weights.sum() if weights.sum() > 1e-9 else boxes[cell])
    return np.asarray(voted).reshape(-1, 4)


@given(seed=st.integers(0, 10_000), bias=st.sampled_from([-6.0, -3.0, 0.0]))
@settings(max_examples=40, deadline=None)
def test_suppression_is_the_greedy_one(seed: int, bias: float) -> None:
    raw = raw_of(seed, bias=bias)
    boxes, classes, scores, count = (
        t.numpy()[0] for t in decode_grid(tf.constant(raw), GRID, classes=CLASSES)
    )
    expected_boxes, expected_classes, expected_scores = greedy(raw)
    assert int(count) == len(expected_scores)
    np.testing.assert_allclose(scores[: int(count)], expected_scores, atol=1e-5)
    np.testing.assert_allclose(boxes[: int(count)], expected_boxes, atol=1e-5)
    np.testing.assert_array_equal(classes[: int(count)], expected_classes)


def test_rows_past_the_count_are_zeros() -> None:
    raw = raw_of(1)
    raw[:, 20:, :CLASSES] = -10.0
    outputs = [t.numpy() for t in decode_grid(tf.constant(raw), GRID, classes=CLASSES)]
    boxes, classes, scores, count = outputs
    assert boxes.shape == (1, MAX_DETECTIONS, 4)
    assert all(output.dtype == np.float32 for output in outputs)
    rest = int(count[0])
    assert rest < MAX_DETECTIONS
    assert not boxes[0, rest:].any()
    assert not classes[0, rest:].any()
    assert not scores[0, rest:].any()


def test_nothing_above_the_floor_is_no_detection() -> None:
    raw = raw_of(2)
    raw[..., :CLASSES] = -10.0
    _, _, scores, count = decode_grid(tf.constant(raw), GRID, classes=CLASSES)
    assert float(count[0]) == 0.0
    assert not scores.numpy().any()


def test_photos_of_a_batch_do_not_touch_each_other() -> None:
    raws = [raw_of(3, bias=-2.0), raw_of(4, bias=-2.0)]
    together = decode_grid(tf.constant(np.concatenate(raws)), GRID, classes=CLASSES)
    for row, raw in enumerate(raws):
        alone = decode_grid(tf.constant(raw), GRID, classes=CLASSES)
        for a, b in zip(together, alone, strict=True):
            np.testing.assert_array_equal(a.numpy()[row], b.numpy()[0])
