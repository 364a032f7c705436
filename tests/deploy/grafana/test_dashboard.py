"""The dashboard loads, can be read by a person, and asks only for what there is."""

import itertools
import json
from collections import Counter
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana.dashboard import TARGET, dashboard_json
from deploy.grafana.dashboard.moves import MOVED
from tests.deploy.grafana.dashboard import Query, dashboard, panels, queries, substituted
from tests.deploy.metrics import OF_PROMETHEUS, OF_SERVING, gateway_metrics
from tests.deploy.prometheus.rules import PROMETHEUS_FOLDER, recordings
from tests.deploy.promql import metric_names

COLUMNS = 24
PROVISIONING = TARGET.parents[1] / "provisioning"


def test_the_json_is_what_the_code_makes() -> None:
    assert TARGET.read_text("utf-8") == dashboard_json(), "Run `make dashboard`."


def test_grafana_s_own_types_know_every_field() -> None:
    register_default_plugins()
    given = dashboard()
    known = json.loads(json.dumps(Dashboard.from_json(given), cls=JSONEncoder))
    # The types of annotations are Grafana's own kind alone, not Prometheus'.
    del given["annotations"]
    assert _unknown(given, known) == []


def test_a_field_that_grafana_does_not_know_is_found() -> None:
    """That the test above can fail."""
    register_default_plugins()
    given = dashboard()
    del given["annotations"]
    given["panels"][0]["options"]["graphMood"] = "area"
    known = json.loads(json.dumps(Dashboard.from_json(given), cls=JSONEncoder))
    assert _unknown(given, known) == ["/panels/0/options/graphMood"]


def _unknown(given: Any, known: Any, path: str = "") -> list[str]:
    """Where `given` says something that `known`, which may say more, does not."""
    if isinstance(given, dict) and isinstance(known, dict):
        missing = [f"{path}/{key}" for key in given if key not in known]
        shared = [key for key in given if key in known]
    elif isinstance(given, list) and isinstance(known, list) and len(given) == len(known):
        missing, shared = [], list(range(len(given)))
    else:
        return [] if given == known else [path]
    return missing + [fault for key in shared for fault in _unknown(given[key], known[key], f"{path}/{key}")]


def test_numbers_are_unique_and_panels_do_not_overlap() -> None:
    whole = dashboard()["panels"]
    everything = [*whole, *(panel for row in whole for panel in row.get("panels", []))]
    assert max(Counter(panel["id"] for panel in everything).values()) == 1
    cells = Counter[tuple[int, int]]()
    for panel in everything:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= COLUMNS
        columns = range(place["x"], place["x"] + place["w"])
        cells.update(itertools.product(columns, range(place["y"], place["y"] + place["h"])))
    assert max(cells.values()) == 1


def test_the_first_line_is_tiles_with_thresholds() -> None:
    tiles = [panel for panel in panels() if panel["gridPos"]["y"] == 0]
    assert {panel["type"] for panel in tiles} == {"stat"}
    assert sum(panel["gridPos"]["w"] for panel in tiles) == COLUMNS
    judged = [panel for panel in tiles if len(panel["fieldConfig"]["defaults"]["thresholds"]["steps"]) > 1]
    assert len(judged) >= 5


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: f"{panel['id']} {panel['title']}")
def test_a_panel_says_what_it_shows_and_in_what_unit(panel: dict[str, object]) -> None:
    assert str(panel["description"]).endswith(".")
    assert '"unit"' in json.dumps(panel) or panel["type"] in ("table", "state-timeline")


@pytest.mark.parametrize("query", queries(), ids=str)
def test_a_query_reads_metrics_that_there_are(query: Query) -> None:
    there = gateway_metrics() | OF_SERVING | OF_PROMETHEUS | {recording.name for recording in recordings()}
    assert metric_names(query.expression) <= there


def test_a_move_of_a_channel_is_marked() -> None:
    (mark,) = dashboard()["annotations"]["list"]
    assert mark["target"]["expr"] == MOVED
    assert metric_names(substituted(MOVED)) == {"detector_model_info"}


def test_provisioning_gives_the_data_source_and_the_dashboard() -> None:
    (source,) = yaml.safe_load((PROVISIONING / "datasources" / "prometheus.yml").read_text())["datasources"]
    assert source["isDefault"]
    assert dashboard()["templating"]["list"][0]["query"] == source["type"] == "prometheus"
    scraped = yaml.safe_load((PROMETHEUS_FOLDER / "prometheus.yml").read_text())["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == scraped
    (provider,) = yaml.safe_load((PROVISIONING / "dashboards" / "files.yml").read_text())["providers"]
    assert provider["options"]["path"] == "/etc/grafana/dashboards"
