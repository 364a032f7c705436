"""The dashboard's JSON, as Grafana reads it."""

import json
from dataclasses import dataclass
from typing import Any

from deploy.grafana.dashboard import TARGET

VARIABLES = {
    "$__rate_interval": "10s",
    "$__range": "5m",
    "$__interval": "1s",
    "$version": ".*",
}
"""What Grafana would put into a query: $version is that of `All`."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel, with its variables replaced."""

    panel: str
    expression: str
    instant: bool

    def __str__(self) -> str:
        return self.panel


def dashboard() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))
    return whole


def panels() -> list[dict[str, Any]]:
    """Every panel, those in collapsed rows too; rows themselves are not among them."""
    rows_and_panels = dashboard()["panels"]
    nested = [panel for row in rows_and_panels for panel in row.get("panels", [])]
    return [panel for panel in [*rows_and_panels, *nested] if panel["type"] != "row"]


def queries() -> list[Query]:
    """Every query of every panel."""
    return [
        Query(panel["title"], substituted(target["expr"]), target["instant"])
        for panel in panels()
        for target in panel["targets"]
    ]


def substituted(expression: str) -> str:
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    assert "$" not in expression, f"A variable that the tests do not know: {expression}"
    return expression
