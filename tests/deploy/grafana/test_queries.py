"""Every query of the dashboard, in a real Prometheus that scrapes real gateways, gives data."""

import math
import re
import time
from functools import partial
from pathlib import Path

import pytest

from deploy.grafana.dashboard.moves import MOVED
from deploy.grafana.dashboard.whole import VERSIONS
from jobs.registry import Registry
from tests.deploy.grafana.dashboard import Query, queries, substituted
from tests.deploy.prometheus.running import RunningPrometheus, running_prometheus
from tests.detector.pictures import corners, encode
from tests.faults.load import load
from tests.faults.test_releases import release, replicas, serving
from tests.jobs.release.conftest import store, two_versions
from tests.services.gateway.running import poll, running_gateway

__all__ = ["store", "two_versions"]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("query", queries(), ids=str)
def test_a_query_gives_data(watched: RunningPrometheus, query: Query) -> None:
    poll(partial(_has_data, watched, query), timeout_s=60)


def test_the_list_of_versions_to_choose_from_has_them_all(watched: RunningPrometheus) -> None:
    asked = re.fullmatch(r"label_values\((\w+), (\w+)\)", VERSIONS)
    assert asked is not None
    metric, label = asked.groups()
    values = partial(watched.get, f"label/{label}/values", **{"match[]": metric})
    poll(lambda: values() == ["1", "2"], timeout_s=60)


def test_a_release_under_load_and_its_way_back_show_in_the_dashboard(store: Registry, tmp_path: Path) -> None:
    """By the command, over two replicas: a mark for each move, answers of one version after the other, none failed."""
    with (
        replicas(store, 2) as addresses,
        running_gateway(
            store.root, tmp_path, engine="tfserving", tfserving_target="ipv4:" + ",".join(addresses)
        ) as gateway,
        running_prometheus(
            tmp_path, {"gateway": [f"127.0.0.1:{gateway.ports[0]}"], "serving": []}
        ) as prometheus,
        load(gateway.url, encode(corners(100, 100)), clients=2) as seen,
    ):
        poll(lambda: _answering(prometheus) == {"1"}, timeout_s=30)
        assert release(store, "promote", "2", *serving(addresses)) == 0
        poll(lambda: _answering(prometheus) == {"2"}, timeout_s=30)
        assert release(store, "rollback", *serving(addresses)) == 0
        poll(lambda: _answering(prometheus) == {"1"}, timeout_s=30)
        poll(lambda: _stable(_marks(prometheus)) == ["2", "1"], timeout_s=30)
        (answered,) = prometheus.instant(_query("Photos answered").expression)
    assert float(answered["value"][1]) == 1
    assert set(seen.outcomes) == {"200"}
    assert set(seen.versions) == {1, 2}


def _stable(marks: list[tuple[str, str]]) -> list[str]:
    return [version for channel, version in marks if channel == "stable"]


def _query(panel: str) -> Query:
    return next(query for query in queries() if query.panel == panel)


def _answering(prometheus: RunningPrometheus) -> set[str]:
    """Versions that answer at this moment, as the graph of answers shows them."""
    expression = f"{_query('Answers by version').expression} > 0".replace("[10s]", "[3s]")
    return {sample["metric"]["version"] for sample in prometheus.instant(expression)}


def _marks(prometheus: RunningPrometheus) -> list[tuple[str, str]]:
    """Channel and version of each mark so far, in the order of time."""
    now = time.time()
    data = prometheus.get("query_range", query=substituted(MOVED), start=now - 120, end=now, step=1)
    marks = [
        (float(at), series["metric"]["channel"], series["metric"]["version"])
        for series in data["result"]
        for at, _ in series["values"]
    ]
    return [(channel, version) for _, channel, version in sorted(marks)]


def _has_data(prometheus: RunningPrometheus, query: Query) -> bool:
    if query.instant:
        values = [sample["value"] for sample in prometheus.instant(query.expression)]
    else:
        now = time.time()
        data = prometheus.get("query_range", query=query.expression, start=now - 30, end=now, step=1)
        values = [value for series in data["result"] for value in series["values"]]
    return any(math.isfinite(float(value)) for _, value in values)
