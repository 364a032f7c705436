from math import nan
from typing import Any

from detector.evaluation import evaluate
from jobs.train.report.curves import precision_recall_chart, training_charts
from tests.jobs.train.report.examples import example_data, example_history


def points_of(history: tuple[dict[str, Any], ...]) -> list[int]:
    return [len(series.points.split(" ")) for chart in training_charts(history) for series in chart.series]


def test_both_phases_are_drawn_with_a_line_between_them() -> None:
    loss, accuracy = training_charts(example_history())
    assert [series.name for series in loss.series] == ["total", "heat", "box"]
    assert [series.name for series in accuracy.series] == ["AP50", "AP"]
    assert [divider.label for divider in loss.dividers] == ["phase 2"]
    assert points_of(example_history()) == [7] * 5


def test_what_the_dot_means_is_told_to_those_who_see_it() -> None:
    loss, accuracy = training_charts(example_history())
    assert loss.mark_meaning == ""
    assert accuracy.mark_meaning.startswith("highest AP50, 0.")
    assert accuracy.mark_meaning.removeprefix("highest AP50, ") in accuracy.description


def test_a_resumed_run_that_tells_its_past_again_is_drawn_once() -> None:
    history = example_history()
    again = tuple({**event, "resumed": True} for event in history[:4])
    assert points_of((*history[:4], *again, *history[4:])) == [7] * 5


def test_epochs_without_a_measurement_are_left_out() -> None:
    history: tuple[dict[str, Any], ...] = (
        {"event": "epoch", "phase": 1, "epoch": 1, "loss": 2.0, "val_ap50": None},
        {"event": "epoch", "phase": 1, "epoch": 2, "loss": nan, "val_ap50": 0.5},
        {"event": "epoch", "phase": 1, "epoch": 3, "loss": 1.0},
    )
    loss, accuracy = training_charts(history)
    assert len(loss.series[0].points.split(" ")) == 2
    assert len(accuracy.series[0].points.split(" ")) == 1


def test_nothing_recorded_draws_nothing() -> None:
    assert training_charts(()) == ()
    assert training_charts(({"event": "started"},)) == ()


def test_every_measured_class_has_its_curve_with_a_dot_at_the_threshold() -> None:
    chart = precision_recall_chart(example_data().evaluation)
    assert chart is not None
    assert [series.name for series in chart.series] == ["raccoon", "kangaroo"]
    assert len(chart.series[0].dots) == 1
    assert chart.mark_meaning == "at this version's score threshold"


def test_without_objects_there_is_no_curve() -> None:
    assert precision_recall_chart(evaluate([[]], [[]], ["fox"])) is None
