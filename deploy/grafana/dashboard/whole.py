"""The dashboard, put together from its rows."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders.dashboard import Dashboard, DatasourceVariable, QueryVariable, Row
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    Panel,
    RowPanel,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from deploy.grafana.dashboard import detections, downloads, glance, latency, machines, traffic, versions
from deploy.grafana.dashboard.moves import MovedChannels
from deploy.grafana.dashboard.panels import DATASOURCE

VERSIONS = "label_values(detector_answer_duration_seconds_count, version)"

TARGET = Path(__file__).parents[1] / "dashboards" / "detector.json"

_ROWS: tuple[tuple[str, Any], ...] = (
    ("Traffic and errors", traffic),
    ("Latency", latency),
    ("Versions side by side", versions),
    ("Detections", detections),
    ("Downloads", downloads),
)


def dashboard_json() -> str:
    """The text of dashboards/detector.json."""
    built = _dashboard().build()
    for number, panel in enumerate(_with_nested(built.panels or []), start=1):
        panel.id_val = number
    return json.dumps(built, cls=JSONEncoder, indent=2, ensure_ascii=False) + "\n"


def _dashboard() -> Dashboard:
    whole = (
        Dashboard("Pocket Detector")
        .uid("pocket-detector")
        .description("Whether phones get answers, how fast, from which version, and what is found.")
        .tags(["pocket-detector"])
        .readonly()
        .refresh("15s")
        .time("now-1h", "now")
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(_datasource())
        .with_variable(_version())
        .annotation(MovedChannels())
    )
    for tile in glance.tiles():
        whole.with_panel(tile)
    for title, row in _ROWS:
        whole.with_row(Row(title))
        for panel in row.panels():
            whole.with_panel(panel)
    return whole.with_row(_collapsed("Machinery", machines.panels()))


def _collapsed(title: str, panels: Sequence[Builder[Panel]]) -> Row:
    row = Row(title).collapsed(True)
    for panel in panels:
        row.with_panel(panel)
    return row


def _datasource() -> DatasourceVariable:
    return DatasourceVariable("datasource").label("Prometheus").type("prometheus")


def _version() -> QueryVariable:
    return (
        QueryVariable("version")
        .label("Version")
        .description("Versions shown in Versions side by side and in Detections.")
        .datasource(DATASOURCE)
        .query({"query": VERSIONS, "refId": "versions"})
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.NUMERICAL_DESC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(VariableOption(text="All", value="$__all", selected=True))
    )


def _with_nested(panels: Sequence[Panel | RowPanel]) -> Iterator[Panel | RowPanel]:
    """Rows and panels, the panels of a collapsed row after it."""
    for panel in panels:
        yield panel
        if isinstance(panel, RowPanel):
            yield from panel.panels
