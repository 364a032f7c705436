import numpy as np
import pytest
import tensorflow as tf

from jobs.train.network.assignment import assign_cells
from jobs.train.network.grid import Grid
from jobs.train.network.localizer import decode_localizer, localizer_loss, localizer_target
from jobs.train.network.losses import grid_loss

GRID = Grid.of(96)


def test_the_right_answer_has_almost_no_loss() -> None:
    box = np.asarray([[0.2, 0.3, 0.7, 0.9]], np.float32)
    targets = assign_cells(box, np.asarray([1]), GRID)
    positive = targets[:, 0] >= 0
    distances = (
        np.concatenate([GRID.centers - box[:, :2], box[:, 2:] - GRID.centers], axis=-1)
        / GRID.strides[:, None]
    )
    edges = np.log(np.expm1(np.maximum(distances, 1e-3)))
    logits = np.full((GRID.strides.size, 2), -20.0)
    logits[positive, 1] = 20.0
    raw = np.concatenate([logits, edges], axis=-1)[None].astype(np.float32)
    right = grid_loss(tf.constant(raw), tf.constant(targets[None]), GRID, classes=2)
    assert float(right.total) < 0.01
    raw[0, positive, 1] = -20.0
    missed = grid_loss(tf.constant(raw), tf.constant(targets[None]), GRID, classes=2)
    assert float(missed.score) > 1.0


def test_a_photo_without_objects_is_learnt_from_too() -> None:
    targets = assign_cells(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), GRID)[None]
    quiet, loud = (
        grid_loss(tf.fill((1, GRID.strides.size, 6), value), tf.constant(targets), GRID, classes=2)
        for value in (-10.0, 2.0)
    )
    assert float(quiet.total) < 0.01 < float(loud.total)
    assert float(quiet.box) == 0.0


def test_the_localizers_loss_is_the_mean_squared_error_in_pixels() -> None:
    target = localizer_target(np.asarray([[0.1, 0.2, 0.5, 0.6]], np.float32), np.asarray([1]), size=100)
    np.testing.assert_allclose(target, [100, 20, 60, 10, 50], rtol=1e-6)
    raw = tf.constant(target[None] + np.float32(3.0))
    assert float(localizer_loss(raw, tf.constant(target[None]))) == pytest.approx(9.0, rel=1e-5)


def test_a_picture_without_an_object_weighs_nothing_in_the_localizers_loss() -> None:
    empty = localizer_target(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), size=100)
    full = localizer_target(np.asarray([[0.1, 0.2, 0.5, 0.6]], np.float32), np.asarray([0]), size=100)
    raw = tf.constant(np.stack([full + 2.0, full]), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(raw)
        loss = localizer_loss(raw, tf.constant(np.stack([full, empty])))
    assert float(loss) == pytest.approx(4.0, rel=1e-5)
    assert np.isfinite(tape.gradient(loss, raw).numpy()).all()


@pytest.mark.parametrize(
    ("position", "class_id", "score"),
    [(0.0, 0, 1.0), (1.0, 1, 1.0), (0.2, 0, 0.6), (0.9, 1, 0.8), (1.3, 1, 0.4)],
)
def test_the_localizers_score_falls_with_the_distance_to_the_nearest_class(
    position: float, class_id: int, score: float
) -> None:
    raw = tf.constant([[position * 96, 0.25 * 96, 0.75 * 96, 0.1 * 96, 0.5 * 96]], tf.float32)
    boxes, classes, scores, count = (t.numpy()[0] for t in decode_localizer(raw, size=96, classes=2))
    assert count == 1
    assert classes[0] == class_id
    assert scores[0] == pytest.approx(score, abs=1e-5)
    np.testing.assert_allclose(boxes[0], [0.1, 0.25, 0.5, 0.75], atol=1e-6)
    assert not boxes[1:].any()


def test_a_localizer_halfway_between_the_classes_answers_nothing() -> None:
    raw = tf.constant([[48.0, 10, 20, 10, 20]])
    boxes, _, scores, count = decode_localizer(raw, size=96, classes=2)
    assert count.numpy().item() == 0.0
    assert not scores.numpy().any()
    assert not boxes.numpy().any()
