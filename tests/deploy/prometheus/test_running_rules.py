"""The rules in a real Prometheus that scrapes real gateways: they evaluate, and mean what happens."""

from functools import partial
from typing import Any

import pytest

from tests.deploy.prometheus.rules import alerts, recordings
from tests.deploy.prometheus.running import RunningPrometheus
from tests.services.gateway.running import poll

pytestmark = pytest.mark.slow

RECORDINGS = recordings()
DUE = {
    "DetectorTargetDown",
    "DetectorEngineDown",
    "DetectorNoStableVersion",
    "DetectorVersionNotLoaded",
    "DetectorAvailabilityBurnFast",
    "DetectorAvailabilityBurnSlow",
    "DetectorCanaryScoreShift",
}
"""What must be about to fire: see the fixture. Photos are refused for lack of room all the time, and the canary is
half as sure of everything."""

BUSY_MACHINE = {"DetectorLatencyBurnFast", "DetectorLatencyBurnSlow"}
"""Ten answers of more than a second can happen where other work is going on."""


@pytest.mark.parametrize("name", [recording.name for recording in RECORDINGS])
def test_every_recorded_series_gets_a_value(watched: RunningPrometheus, name: str) -> None:
    poll(partial(watched.instant, f"{name} >= 0"), timeout_s=60)


def test_every_rule_evaluates(watched: RunningPrometheus) -> None:
    rules = poll(partial(_all_evaluated, watched), timeout_s=60)
    assert [(rule["name"], rule["lastError"]) for rule in rules if rule["health"] != "ok"] == []


def test_the_alerts_that_are_due_are_pending_and_no_other(watched: RunningPrometheus) -> None:
    poll(lambda: _raised(watched) >= DUE, timeout_s=120)
    assert _raised(watched) - BUSY_MACHINE == DUE


def test_scores_of_channels_are_those_of_their_versions(watched: RunningPrometheus) -> None:
    means = partial(watched.instant, "channel:detector_detection_score:mean15m")
    poll(lambda: len(means()) == 2, timeout_s=60)
    by_channel = {sample["metric"]["channel"]: float(sample["value"][1]) for sample in means()}
    assert by_channel["canary"] == pytest.approx(by_channel["stable"] / 2, rel=0.05)


def _all_evaluated(prometheus: RunningPrometheus) -> list[Any]:
    rules = prometheus.rules()
    assert len(rules) == len(alerts()) + len(RECORDINGS)
    return [] if any(rule["health"] == "unknown" for rule in rules) else rules


def _raised(prometheus: RunningPrometheus) -> set[str]:
    """Alerts that are pending or firing."""
    return {sample["metric"]["alertname"] for sample in prometheus.instant("ALERTS")}
