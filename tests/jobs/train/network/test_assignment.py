import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.train.network.assignment import BACKGROUND, assign_cells
from jobs.train.network.grid import Grid

GRID = Grid.of(128)


def test_a_photo_without_objects_is_all_background() -> None:
    targets = assign_cells(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), GRID)
    assert targets.shape == (16 * 16 + 8 * 8 + 4 * 4, 5)
    assert np.all(targets[:, 0] == BACKGROUND)


def test_cells_of_an_object_lie_in_it_and_carry_its_box_and_class() -> None:
    box = np.asarray([[0.25, 0.25, 0.8, 0.7]], np.float32)
    targets = assign_cells(box, np.asarray([1]), GRID)
    cells = np.flatnonzero(targets[:, 0] >= 0)
    assert len(cells) >= 3
    assert np.all(targets[cells, 0] == 1)
    np.testing.assert_array_equal(targets[cells, 1:], np.repeat(box, len(cells), axis=0))
    assert np.all((GRID.centers[cells] > box[0, :2]) & (GRID.centers[cells] < box[0, 2:]))


def test_the_smaller_of_two_nested_objects_keeps_its_cells() -> None:
    boxes = np.asarray([[0.2, 0.2, 0.8, 0.8], [0.2, 0.2, 0.65, 0.65]], np.float32)
    alone = np.flatnonzero(assign_cells(boxes[1:], np.asarray([1]), GRID)[:, 0] == 1)
    of_the_larger = np.flatnonzero(assign_cells(boxes[:1], np.asarray([0]), GRID)[:, 0] == 0)
    shared = np.intersect1d(alone, of_the_larger)
    assert 0 < len(shared) < len(of_the_larger)
    for order in ([0, 1], [1, 0]):
        classes = assign_cells(boxes[order], np.asarray(order), GRID)[:, 0]
        np.testing.assert_array_equal(np.flatnonzero(classes == 1), alone)
        np.testing.assert_array_equal(np.flatnonzero(classes == 0), np.setdiff1d(of_the_larger, alone))


@given(
    corners=st.lists(
        st.tuples(st.floats(0, 0.95), st.floats(0, 0.95), st.floats(0.004, 1), st.floats(0.004, 1)),
        min_size=1,
        max_size=1,
    )
)
@settings(deadline=None)
def test_every_single_object_gets_a_cell_however_small(
    corners: list[tuple[float, float, float, float]],
) -> None:
    boxes = np.asarray([[y, x, min(y + h, 1), min(x + w, 1)] for y, x, h, w in corners], np.float32)
    targets = assign_cells(boxes, np.zeros(1, np.int64), GRID)
    assert np.any(targets[:, 0] == 0)
    assert np.isfinite(targets).all()
