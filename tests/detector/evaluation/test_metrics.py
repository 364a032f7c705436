import numpy as np
import pytest
from hypothesis import given, settings

from detector.boxes import Box
from detector.detections import Detection, GroundTruth
from detector.evaluation import SIZE_RANGES, Evaluation, SizeRange, evaluate
from tests.detector.evaluation.coco_oracle import CocoPrecision, coco_precision
from tests.detector.evaluation.scenes import Scene, grid_scenes, random_scene

LABELS = ("raccoon", "kangaroo", "koala")
LEFT = Box(0.1, 0.1, 0.5, 0.4)
RIGHT = Box(0.1, 0.6, 0.5, 0.9)


def close(ours: float | None, theirs: float | None) -> bool:
    return ours == theirs if ours is None or theirs is None else abs(ours - theirs) < 1e-6


def assert_equal_to_coco(ours: Evaluation, theirs: CocoPrecision) -> None:
    assert close(ours.ap, theirs.mean())
    assert close(ours.ap50, theirs.mean(iou=0))
    assert close(ours.ap75, theirs.mean(iou=5))
    for metrics in ours.per_class:
        assert close(metrics.ap, theirs.mean(class_id=metrics.class_id))
        assert close(metrics.ap50, theirs.mean(iou=0, class_id=metrics.class_id))
        assert close(metrics.ap75, theirs.mean(iou=5, class_id=metrics.class_id))
        if metrics.curve is not None:
            curve = theirs.table[0, :, metrics.class_id, 0]
            np.testing.assert_allclose(metrics.curve.precision, curve, atol=1e-6)
    for area, size_metrics in enumerate(ours.per_size, start=1):
        assert close(size_metrics.ap, theirs.mean(area=area))
        assert close(size_metrics.ap50, theirs.mean(iou=0, area=area))


@settings(max_examples=200, deadline=None)
@given(grid_scenes())
def test_equals_the_coco_api_where_overlaps_and_scores_tie(scene: Scene) -> None:
    assert_equal_to_coco(evaluate(*scene, LABELS), coco_precision(*scene, len(LABELS)))


@pytest.mark.parametrize("seed", range(8))
def test_equals_the_coco_api_on_many_boxes(seed: int) -> None:
    scene = random_scene(seed, photos=30, classes=3, detections=70)
    assert_equal_to_coco(evaluate(*scene, LABELS), coco_precision(*scene, len(LABELS)))


def test_crowded_photos_do_not_change_what_the_others_give(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = random_scene(1, photos=30)
    scene[0][3].extend(GroundTruth(0, LEFT) for _ in range(60))
    whole = evaluate(*scene, LABELS)
    monkeypatch.setattr("detector.evaluation.matching._CHUNK_ELEMENTS", 200)
    assert evaluate(*scene, LABELS) == whole
    assert_equal_to_coco(whole, coco_precision(*scene, len(LABELS)))


def test_a_perfect_detector_reaches_one() -> None:
    truth = [[GroundTruth(0, LEFT), GroundTruth(1, RIGHT)]]
    found = [[Detection(0, 0.9, LEFT), Detection(1, 0.8, RIGHT)]]
    result = evaluate(truth, found, LABELS, score_threshold=0.5)
    assert (result.ap50, result.ap75, result.ap) == (1.0, 1.0, 1.0)
    assert (result.precision, result.recall) == (1.0, 1.0)


def test_a_class_without_objects_is_not_measured_and_not_in_the_mean() -> None:
    result = evaluate([[GroundTruth(0, LEFT)]], [[Detection(0, 0.9, LEFT)]], LABELS)
    kangaroo = result.per_class[1]
    assert (kangaroo.ap50, kangaroo.ap75, kangaroo.ap, kangaroo.curve) == (None, None, None, None)
    assert result.ap50 == 1.0


def test_nothing_labelled_is_not_measured() -> None:
    result = evaluate([[]], [[Detection(0, 0.9, LEFT)]], LABELS, score_threshold=0.5, resamples=10)
    assert (result.ap50, result.ap, result.ap50_interval, result.recall) == (None, None, None, None)
    assert result.precision == 0.0
    assert result.false_positives_per_empty_photo == 1.0


def test_no_photos_at_all_is_not_measured() -> None:
    result = evaluate([], [], LABELS, score_threshold=0.5, resamples=10)
    assert (result.photos, result.ap50, result.precision) == (0, None, None)
    assert result.false_positives_per_empty_photo is None


def test_without_a_threshold_nothing_is_said_about_one() -> None:
    result = evaluate([[GroundTruth(0, LEFT)], []], [[], []], LABELS)
    assert (result.at_threshold, result.precision, result.false_positives_per_empty_photo) == (
        None,
        None,
        None,
    )


def test_a_score_equal_to_the_threshold_counts() -> None:
    result = evaluate([[GroundTruth(0, LEFT)]], [[Detection(0, 0.5, LEFT)]], LABELS, score_threshold=0.5)
    assert result.at_threshold is not None
    assert result.at_threshold.true_positives == 1


def test_counts_at_the_threshold_add_up() -> None:
    truth = [[GroundTruth(0, LEFT), GroundTruth(1, RIGHT)], []]
    found = [
        [Detection(0, 0.9, LEFT), Detection(0, 0.8, LEFT), Detection(1, 0.3, RIGHT)],
        [Detection(1, 0.7, RIGHT), Detection(1, 0.2, RIGHT)],
    ]
    counts = evaluate(truth, found, LABELS, score_threshold=0.5).at_threshold
    assert counts is not None
    assert (counts.true_positives, counts.false_positives, counts.false_negatives) == (1, 2, 1)
    assert (counts.precision, counts.recall, counts.f1) == (1 / 3, 0.5, 0.4)


def test_every_object_belongs_to_exactly_one_size() -> None:
    edges = [Box(0, 0, side, side) for side in (0.05, 0.15, 0.3, 0.4, 1.0)]
    result = evaluate([[GroundTruth(0, box) for box in edges]], [[]], LABELS)
    assert [size.size for size in result.per_size] == list(SIZE_RANGES)
    assert sum(size.ground_truth_boxes for size in result.per_size) == len(edges)


def test_sizes_can_be_given() -> None:
    halves = (SizeRange("lower", 0.0, 0.5), SizeRange("upper", 0.5, 2.0))
    result = evaluate([[GroundTruth(0, LEFT)]], [[Detection(0, 0.9, LEFT)]], LABELS, sizes=halves)
    assert [(size.size.name, size.ap50) for size in result.per_size] == [("lower", 1.0), ("upper", None)]


def test_a_box_without_extent_matches_nothing() -> None:
    flat = Box(0.5, 0.5, 0.5, 0.5)
    result = evaluate([[GroundTruth(0, flat)]], [[Detection(0, 0.9, flat)]], LABELS)
    assert result.ap50 == 0.0


def test_photos_must_be_as_many_on_both_sides() -> None:
    with pytest.raises(ValueError, match="1 photos have ground truth, 2 have detections"):
        evaluate([[]], [[], []], LABELS)


def test_a_class_without_a_label_is_refused() -> None:
    with pytest.raises(ValueError, match="class id 7 has no label"):
        evaluate([[]], [[Detection(7, 0.5, LEFT)]], LABELS)
    with pytest.raises(ValueError, match="negative"):
        evaluate([[GroundTruth(-1, LEFT)]], [[]], LABELS)


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        evaluate([[]], [[Detection(0, score, LEFT)]], LABELS)
