import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.train.report.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Series,
    count_axis,
    draw_chart,
    fraction_axis,
    value_axis,
)


@given(st.lists(st.floats(-1e6, 1e6), max_size=30))
def test_an_axis_holds_all_its_values_and_has_ticks(values: list[float]) -> None:
    axis = value_axis("loss", values)
    slack = 1e-9 * (axis.high - axis.low)
    assert axis.low < axis.high
    assert all(value <= axis.high + slack for value in values)
    assert axis.log or all(value >= axis.low - slack for value in values)
    assert 2 <= len(axis.ticks) <= 12
    assert axis.ticks == tuple(sorted(set(axis.ticks)))


@given(st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=10))
def test_values_far_apart_are_drawn_in_powers_of_ten(values: list[float]) -> None:
    axis = value_axis("loss", values)
    assert axis.log == (max(values) / min(values) > 30)
    assert axis.low < axis.high
    assert 0.0 <= axis.fraction(values[0]) <= 1.0


@pytest.mark.parametrize(
    ("count", "ticks"),
    [(1, (1,)), (2, (1, 2)), (7, (1, 2, 4, 6)), (52, (1, 20, 40)), (100, (1, 20, 40, 60, 80, 100))],
)
def test_epochs_have_whole_ticks_from_the_first_one(count: int, ticks: tuple[int, ...]) -> None:
    axis = count_axis("epoch", count)
    assert axis.ticks == ticks
    assert axis.low < axis.high


def test_values_that_are_no_numbers_do_not_make_an_axis() -> None:
    axis = value_axis("loss", [float("nan"), float("inf"), 2.0])
    assert (axis.low, axis.high) == (0.0, 2.0)


def test_points_lie_inside_the_frame_with_the_origin_at_the_bottom_left() -> None:
    chart = draw_chart(
        title="t", description="d", x=fraction_axis("x"), y=fraction_axis("y"),
        series=[Series("line", ((0.0, 0.0), (1.0, 1.0), (float("nan"), 0.5)), mark=(0.5, 2.0))],
    )  # fmt: skip
    first, last = chart.series[0].points.split(" ")
    assert first == f"{LEFT:g},{HEIGHT - BOTTOM:g}"
    assert last == f"{WIDTH - RIGHT:g},{TOP:g}"
    assert chart.series[0].dots == (((LEFT + WIDTH - RIGHT) / 2, TOP),)


def test_a_single_point_is_drawn_as_a_dot() -> None:
    chart = draw_chart(
        title="t",
        description="d",
        x=count_axis("epoch", 1),
        y=fraction_axis("y"),
        series=[Series("a", ((1.0, 0.5),))],
    )
    assert len(chart.series[0].dots) == 1
