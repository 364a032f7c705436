import pytest

from jobs.train.fitting.schedule import LAST_SHARE, Schedule


def test_the_rate_warms_up_then_falls_to_its_last_share() -> None:
    schedule = Schedule(planned=10, steps_per_epoch=20)
    rates = [schedule.rate_factor(step) for step in range(200)]
    assert rates[0] < 0.1
    assert max(rates) == pytest.approx(1.0, abs=0.03)
    assert rates[19:] == sorted(rates[19:], reverse=True)
    assert rates[-1] == pytest.approx(LAST_SHARE, abs=0.005)


def test_short_time_shrinks_the_plan_but_not_what_is_done() -> None:
    schedule = Schedule(planned=50, steps_per_epoch=10)
    schedule.fit_into(seconds_left=100.0, seconds_per_epoch=9.0, epochs_done=4)
    assert schedule.epochs == 15
    schedule.fit_into(seconds_left=-5.0, seconds_per_epoch=9.0, epochs_done=6)
    assert schedule.epochs == 6


def test_time_to_spare_does_not_lengthen_the_plan() -> None:
    schedule = Schedule(planned=5, steps_per_epoch=10)
    schedule.fit_into(seconds_left=1e6, seconds_per_epoch=1.0, epochs_done=1)
    assert schedule.epochs == 5


def test_a_plan_cut_by_a_slow_epoch_grows_back_when_the_next_ones_are_fast() -> None:
    schedule = Schedule(planned=50, steps_per_epoch=10)
    schedule.fit_into(seconds_left=60.0, seconds_per_epoch=20.0, epochs_done=2)
    assert schedule.epochs == 5
    schedule.fit_into(seconds_left=40.0, seconds_per_epoch=1.0, epochs_done=3)
    assert schedule.epochs == 43
    schedule.fit_into(seconds_left=400.0, seconds_per_epoch=1.0, epochs_done=4)
    assert schedule.epochs == 50
