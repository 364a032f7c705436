import pytest
from hypothesis import given, settings

from detector.boxes import Box
from detector.detections import Detection, GroundTruth
from detector.evaluation import choose_score_threshold, evaluate
from tests.detector.evaluation.scenes import Scene, grid_scenes, random_scene

LABELS = ("raccoon", "kangaroo", "koala")
BOX = Box(0.1, 0.1, 0.5, 0.4)
ELSEWHERE = Box(0.6, 0.6, 0.9, 0.9)


def mean_f1(scene: Scene, threshold: float) -> float:
    classes = evaluate(*scene, LABELS, score_threshold=threshold).per_class
    f1 = [c.at_threshold.f1 for c in classes if c.at_threshold and c.ground_truth_boxes]
    return sum(value for value in f1 if value is not None) / len(f1)


def test_lies_midway_between_the_right_boxes_and_the_wrong_ones() -> None:
    truth = [[GroundTruth(0, BOX)]] * 10
    found = [[Detection(0, 0.8, BOX), Detection(0, 0.2, ELSEWHERE)]] * 10
    assert choose_score_threshold(truth, found) == pytest.approx(0.5, abs=0.002)


def test_prefers_silence_on_empty_photos_among_equals() -> None:
    truth = [*([[GroundTruth(0, BOX)]] * 200), []]
    found = [*([[Detection(0, 0.8, BOX)]] * 200), [Detection(0, 0.5, ELSEWHERE)]]
    assert 0.5 < choose_score_threshold(truth, found) <= 0.8


def test_a_rare_class_is_not_given_up() -> None:
    truth = [*([[GroundTruth(0, BOX)]] * 50), *([[GroundTruth(1, BOX)]] * 3)]
    common = [[Detection(0, 0.9, BOX), Detection(0, 0.5, ELSEWHERE)]] * 50
    rare = [[Detection(1, 0.3, BOX)]] * 3
    assert choose_score_threshold(truth, [*common, *rare]) <= 0.3


@settings(max_examples=100, deadline=None)
@given(grid_scenes())
def test_is_always_within_its_bounds_and_near_the_best(scene: Scene) -> None:
    chosen = choose_score_threshold(*scene)
    assert 0.05 <= chosen <= 0.9
    assert chosen == round(chosen, 3)
    if any(scene[0]):
        best = max(mean_f1(scene, step / 20) for step in range(1, 19))
        assert mean_f1(scene, chosen) >= 0.99 * best - 1e-9 or best == 0.0


def test_is_near_the_best_on_many_boxes() -> None:
    scene = random_scene(8, photos=60)
    best = max(mean_f1(scene, step / 100) for step in range(5, 91))
    assert mean_f1(scene, choose_score_threshold(*scene)) >= 0.985 * best


@pytest.mark.parametrize(
    ("truth", "found"),
    [
        ([], []),
        ([[]], [[]]),
        ([[]], [[Detection(0, 0.9, BOX)]]),
        ([[GroundTruth(0, BOX)]], [[]]),
        ([[GroundTruth(0, BOX)]], [[Detection(0, 0.9, ELSEWHERE)]]),
        ([[GroundTruth(0, BOX)]], [[Detection(0, 0.02, BOX)]]),
    ],
)
def test_falls_back_to_a_half_when_nothing_is_found(
    truth: list[list[GroundTruth]], found: list[list[Detection]]
) -> None:
    assert choose_score_threshold(truth, found) == 0.5


def test_one_photo_is_enough() -> None:
    assert choose_score_threshold([[GroundTruth(0, BOX)]], [[Detection(0, 0.95, BOX)]]) == 0.475
