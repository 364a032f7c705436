from dataclasses import replace
from itertools import count

import numpy as np
from hypothesis import given, settings

from detector.boxes import Box
from detector.detections import Detection, GroundTruth
from detector.evaluation import (
    bootstrap_interval,
    evaluate,
    paired_bootstrap_difference,
    paired_bootstrap_mean_difference,
)
from detector.evaluation.bootstrap import photo_weights, resampled_ap50
from detector.evaluation.matching import match_photos
from tests.detector.evaluation.scenes import Scene, grid_scenes, random_scene

LABELS = ("raccoon", "kangaroo", "koala")
BOX = Box(0.1, 0.1, 0.5, 0.4)


def ap50_of_drawn(scene: Scene, counts: list[int]) -> float | None:
    """AP50 of a resample written out: every photo as often as it was drawn, all matched anew."""
    drawn = [photo for photo, times in enumerate(counts) for _ in range(times)]
    truth, found = scene
    return evaluate([truth[photo] for photo in drawn], [found[photo] for photo in drawn], LABELS).ap50


def without_ties(scene: Scene) -> Scene:
    """The scene with scores that all differ: where a right and a wrong box of one photo tie, the order of the copies
    of a photo drawn twice would say which of them counts first."""
    truth, found = scene
    numbers = count(1)
    distinct = [[replace(each, score=each.score - next(numbers) * 1e-6) for each in photo] for photo in found]
    return truth, distinct


@settings(max_examples=100, deadline=None)
@given(grid_scenes())
def test_a_resample_is_worth_what_evaluating_its_photos_gives(tied: Scene) -> None:
    scene = without_ties(tied)
    weights = photo_weights(len(scene[0]), resamples=4, seed=1)
    fast = resampled_ap50(match_photos(*scene), weights)
    slow = [ap50_of_drawn(scene, [int(times) for times in row]) for row in weights]
    for ours, expected in zip(fast, slow, strict=True):
        assert np.isnan(ours) if expected is None else abs(ours - expected) < 1e-9


def test_each_resample_draws_as_many_photos_as_there_are() -> None:
    weights = photo_weights(7, resamples=20, seed=3)
    assert weights.shape == (20, 7)
    assert (weights.sum(axis=1) == 7).all()


def test_the_interval_holds_the_measured_value_and_is_the_same_for_the_same_seed() -> None:
    scene = random_scene(5, photos=40)
    interval = bootstrap_interval(*scene, seed=9)
    measured = evaluate(*scene, LABELS[:2], resamples=1000, seed=9)
    assert interval is not None
    assert measured.ap50 is not None
    assert interval.low < measured.ap50 < interval.high
    assert measured.ap50_interval == interval == bootstrap_interval(*scene, seed=9)
    assert interval != bootstrap_interval(*scene, seed=10)


def test_more_photos_make_the_interval_narrower() -> None:
    few, many = (bootstrap_interval(*random_scene(2, photos=photos)) for photos in (20, 200))
    assert few is not None
    assert many is not None
    assert many.high - many.low < few.high - few.low


def test_every_class_and_size_has_its_own_interval() -> None:
    result = evaluate(*random_scene(5, photos=40), LABELS, resamples=200)
    assert all(metrics.ap50_interval is not None for metrics in result.per_class[:2])
    assert result.per_class[2].ap50_interval is None
    assert all(metrics.ap50_interval is not None for metrics in result.per_size)


def test_nothing_labelled_has_no_interval() -> None:
    found = [[Detection(0, 0.5, BOX)]]
    assert bootstrap_interval([[]], found) is None
    assert paired_bootstrap_difference([[]], found, found) is None
    assert bootstrap_interval([], []) is None
    assert paired_bootstrap_difference([], [], []) is None


def test_a_detector_does_not_differ_from_itself() -> None:
    truth, found = random_scene(4, photos=30)
    paired = paired_bootstrap_difference(truth, found, found)
    assert paired is not None
    assert (paired.difference, paired.interval.low, paired.interval.high) == (0.0, 0.0, 0.0)
    assert not paired.is_certain


def test_a_loss_on_every_photo_is_certain_and_one_on_a_single_photo_is_not() -> None:
    truth = [[GroundTruth(0, BOX)] for _ in range(20)]
    right = [[Detection(0, 0.9, BOX)] for _ in truth]
    half = [found if photo % 2 else [] for photo, found in enumerate(right)]
    one_less = [found if photo else [] for photo, found in enumerate(right)]
    much = paired_bootstrap_difference(truth, right, half)
    little = paired_bootstrap_difference(truth, right, one_less)
    assert much is not None
    assert little is not None
    assert much.is_certain
    assert not little.is_certain
    assert 0.0 < little.difference < much.difference


def test_pairing_is_sharper_than_two_separate_intervals() -> None:
    truth, found = random_scene(6, photos=60)
    worse = [detections[:-5] for detections in found]
    paired = paired_bootstrap_difference(truth, found, worse)
    alone = bootstrap_interval(truth, found)
    assert paired is not None
    assert alone is not None
    assert paired.interval.high - paired.interval.low < alone.high - alone.low


def test_means_differ_certainly_where_most_photos_agree_on_it() -> None:
    certain = paired_bootstrap_mean_difference([1.0] * 18 + [0.0] * 2, [0.0] * 20)
    by_chance = paired_bootstrap_mean_difference([1.0] + [0.0] * 19, [0.0] * 20)
    assert certain is not None
    assert by_chance is not None
    assert (certain.difference, certain.is_certain) == (0.9, True)
    assert (by_chance.difference, by_chance.is_certain) == (0.05, False)
    assert by_chance.interval.low == 0.0
    assert paired_bootstrap_mean_difference([], []) is None


def test_the_interval_of_a_mean_is_as_wide_as_its_standard_error_says() -> None:
    values = np.random.default_rng(0).normal(0.3, 1.0, 400)
    paired = paired_bootstrap_mean_difference(values.tolist(), [0.0] * 400, resamples=4000)
    assert paired is not None
    half_width = 1.96 * values.std() / 20
    assert abs(paired.interval.high - paired.interval.low - 2 * half_width) < 0.1 * half_width
