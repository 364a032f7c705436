"""Which differences between two runtimes are rounding, and which are errors."""

import numpy as np
import pytest

from detector.agreement import FLOAT16_BOUNDS, FLOAT32_BOUNDS
from detector.detections import MAX_DETECTIONS, SCORE_FLOOR, DetectionArrays
from detector.errors import ExportError
from jobs.train.export.parity import check_outputs, compare

Row = tuple[float, float, float, float, int, float]

A: Row = (0.1, 0.1, 0.4, 0.4, 0, 0.9)
B: Row = (0.5, 0.5, 0.9, 0.9, 1, 0.8)
C: Row = (0.0, 0.6, 0.3, 0.9, 0, 0.7)
D: Row = (0.6, 0.0, 0.9, 0.3, 1, 0.6)
E: Row = (0.3, 0.3, 0.7, 0.7, 0, 0.5)


def arrays(*photos: list[Row]) -> DetectionArrays:
    """Rows `(ymin, xmin, ymax, xmax, class, score)` of each photo, padded with zeros."""
    count = len(photos)
    made = DetectionArrays(
        np.zeros((count, MAX_DETECTIONS, 4), np.float32),
        np.zeros((count, MAX_DETECTIONS), np.float32),
        np.zeros((count, MAX_DETECTIONS), np.float32),
        np.asarray([len(rows) for rows in photos], np.float32),
    )
    for photo, rows in enumerate(photos):
        for place, row in enumerate(rows):
            made.boxes[photo, place] = row[:4]
            made.classes[photo, place], made.scores[photo, place] = row[4:]
    return made


def moved(row: Row, *, box: float = 0.0, score: float = 0.0, class_id: int | None = None) -> Row:
    ymin, xmin, ymax, xmax, own, own_score = row
    return ymin + box, xmin, ymax, xmax, own if class_id is None else class_id, own_score + score


def test_the_same_rows_differ_by_nothing() -> None:
    parity = compare(arrays([A, B], []), arrays([A, B], []), FLOAT32_BOUNDS)
    assert (parity.max_box, parity.max_score, parity.paired, parity.unexplained) == (0.0, 0.0, 2, 0)


def test_nothing_found_on_both_sides_agrees_without_a_number() -> None:
    parity = compare(arrays([]), arrays([]), FLOAT32_BOUNDS)
    assert parity.max_box is None
    assert parity.within(FLOAT32_BOUNDS)


def test_rows_of_equal_score_may_change_places() -> None:
    tied = moved(B, score=0.1)
    assert compare(arrays([A, tied]), arrays([tied, A]), FLOAT32_BOUNDS).max_box == 0.0


def test_the_largest_differences_are_reported_and_judged() -> None:
    other = arrays([moved(A, box=5e-4), moved(B, score=-3e-4)])
    parity = compare(arrays([A, B]), other, FLOAT32_BOUNDS)
    assert parity.max_box == pytest.approx(5e-4, rel=1e-2)
    assert parity.max_score == pytest.approx(3e-4, rel=1e-2)
    assert not parity.within(FLOAT32_BOUNDS)
    assert parity.within(FLOAT16_BOUNDS)


@pytest.mark.parametrize(
    "other",
    [
        [A],
        [A, moved(B, box=0.2)],
        [A, moved(B, score=-0.3)],
        [A, moved(B, class_id=0)],
        [A, B, C],
        [],
    ],
    ids=["missing", "elsewhere", "other score", "other class", "added", "empty"],
)
def test_a_real_difference_has_no_explanation(other: list[Row]) -> None:
    assert compare(arrays([A, B]), arrays(other), FLOAT16_BOUNDS).unexplained >= 1


def test_classes_and_scores_exchanged_are_seen() -> None:
    right = arrays([A, B])
    wrong = DetectionArrays(right.boxes, right.scores, right.classes, right.counts)
    assert not compare(right, wrong, FLOAT16_BOUNDS).within(FLOAT16_BOUNDS)


def test_a_row_at_the_floor_may_be_on_one_side_only() -> None:
    faint = (*C[:5], SCORE_FLOOR + 1e-5)
    assert compare(arrays([A, faint]), arrays([A]), FLOAT32_BOUNDS).unexplained == 0


def test_the_last_of_many_rows_may_have_been_cut() -> None:
    assert compare(arrays([A, B, C, D, E]), arrays([A, B, C, D]), FLOAT32_BOUNDS).unexplained == 0


def test_the_place_of_a_row_that_ties_at_the_cut_says_nothing() -> None:
    low: Row = (0.2, 0.6, 0.5, 0.9, 0, SCORE_FLOOR + 1e-5)
    apart = moved(low, box=5 * FLOAT32_BOUNDS.box)
    assert compare(arrays([A, low]), arrays([A, apart]), FLOAT32_BOUNDS).within(FLOAT32_BOUNDS)
    clear = moved(low, score=0.1)
    apart = moved(clear, box=5 * FLOAT32_BOUNDS.box)
    assert not compare(arrays([A, clear]), arrays([A, apart]), FLOAT32_BOUNDS).within(FLOAT32_BOUNDS)


def test_a_row_may_be_suppressed_by_an_equal_one_on_one_side() -> None:
    twin = moved(A, box=0.05, score=-1e-5)
    assert compare(arrays([A, B]), arrays([twin, B]), FLOAT32_BOUNDS).unexplained <= 1
    assert compare(arrays([A, twin, B]), arrays([A, B]), FLOAT32_BOUNDS).unexplained == 0


def test_two_classes_that_tie_may_be_told_apart_either_way() -> None:
    weak = moved(A, score=-0.8)
    assert (
        compare(
            arrays([weak, B][::-1]), arrays([moved(weak, class_id=1), B][::-1]), FLOAT32_BOUNDS
        ).unexplained
        == 0
    )


def test_outputs_that_break_the_contract_are_refused() -> None:
    good = arrays([A, B])
    check_outputs(good, kind="x")
    with pytest.raises(ExportError, match="not finite"):
        check_outputs(arrays([moved(A, box=float("nan"))]), kind="x")
    with pytest.raises(ExportError, match="not sorted"):
        check_outputs(arrays([B, A]), kind="x")
    with pytest.raises(ExportError, match="not sorted"):
        check_outputs(DetectionArrays(good.boxes, good.classes, good.scores, good.counts - 1), kind="x")
    with pytest.raises(ExportError, match="shapes"):
        check_outputs(DetectionArrays(good.boxes[:, :9], good.classes, good.scores, good.counts), kind="x")
