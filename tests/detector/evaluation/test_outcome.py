import pytest
from hypothesis import given, settings

from detector.boxes import Box
from detector.detections import Detection, GroundTruth
from detector.evaluation import evaluate, photo_outcome
from tests.detector.evaluation.scenes import Scene, grid_scenes

LABELS = ("raccoon", "kangaroo", "koala")
LEFT = Box(0.1, 0.1, 0.5, 0.4)
RIGHT = Box(0.1, 0.6, 0.5, 0.9)


def test_every_box_and_object_is_accounted_for() -> None:
    truth = [GroundTruth(0, LEFT), GroundTruth(1, RIGHT)]
    best, again = Detection(0, 0.9, LEFT), Detection(0, 0.8, LEFT)
    confused, faint = Detection(0, 0.7, RIGHT), Detection(1, 0.1, RIGHT)
    outcome = photo_outcome(truth, [faint, again, confused, best], score_threshold=0.5)
    assert outcome.right == (best,)
    assert outcome.wrong == (again, confused)
    assert outcome.missed == (truth[1],)
    assert outcome.mistakes == 3


def test_a_photo_with_nothing_on_it_and_nothing_drawn_has_no_mistakes() -> None:
    assert photo_outcome([], [], score_threshold=0.5).mistakes == 0


def test_more_boxes_of_a_class_than_are_matched_are_wrong_ones() -> None:
    many = [Detection(0, 0.9, LEFT)] * 60
    outcome = photo_outcome([GroundTruth(0, LEFT)], many, score_threshold=0.5)
    assert (len(outcome.right), len(outcome.wrong), outcome.missed) == (1, 59, ())


@pytest.mark.parametrize("score_threshold", [0.25, 0.6])
@settings(max_examples=60, deadline=None)
@given(scene=grid_scenes())
def test_agrees_with_the_evaluation(score_threshold: float, scene: Scene) -> None:
    counts = evaluate(*scene, LABELS, score_threshold=score_threshold).at_threshold
    photos = zip(*scene, strict=True)
    outcomes = [photo_outcome(truth, found, score_threshold=score_threshold) for truth, found in photos]
    assert counts is not None
    assert counts.true_positives == sum(len(outcome.right) for outcome in outcomes)
    assert counts.false_positives == sum(len(outcome.wrong) for outcome in outcomes)
    assert counts.false_negatives == sum(len(outcome.missed) for outcome in outcomes)
