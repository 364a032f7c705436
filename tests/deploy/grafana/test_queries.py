"""Every query of the dashboard, in a real Prometheus that scrapes real gateways, gives data."""

import math
import re
import time
from functools import partial
from pathlib import Path

import pytest

from deploy.grafana.dashboard.moves import MOVED
from deploy.grafana.dashboard.whole import VERSIONS
from detector.store import Store
from tests.deploy.grafana.dashboard import Query, queries
from tests.deploy.prometheus.running import RunningPrometheus, running_prometheus
from tests.services.gateway.running import poll, running_gateway

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


def test_a_channel_that_moves_leaves_a_mark(tmp_path: Path) -> None:
    # Imported here, so that tests beside this one start without TensorFlow.
    from tests.services.gateway.tiny import move, publish_tiny

    store = Store(tmp_path / "store")
    publish_tiny(store)
    publish_tiny(store)
    with (
        running_gateway(store.root, tmp_path) as gateway,
        running_prometheus(
            tmp_path, {"gateway": [f"127.0.0.1:{gateway.ports[0]}"], "serving": []}
        ) as prometheus,
    ):
        poll(lambda: ("stable", "1") in _marks(prometheus), timeout_s=30)
        move(store, stable=2, canary=1)
        poll(lambda: {("stable", "2"), ("canary", "1")} <= _marks(prometheus), timeout_s=30)


def _marks(prometheus: RunningPrometheus) -> set[tuple[str, str]]:
    return {
        (sample["metric"]["channel"], sample["metric"]["version"]) for sample in prometheus.instant(MOVED)
    }


def _has_data(prometheus: RunningPrometheus, query: Query) -> bool:
    if query.instant:
        values = [sample["value"] for sample in prometheus.instant(query.expression)]
    else:
        now = time.time()
        data = prometheus.get("query_range", query=query.expression, start=now - 30, end=now, step=1)
        values = [value for series in data["result"] for value in series["values"]]
    return any(math.isfinite(float(value)) for _, value in values)
