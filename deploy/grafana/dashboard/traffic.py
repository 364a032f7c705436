"""Traffic and errors."""

from grafana_foundation_sdk.builders.table import Panel as TablePanel
from grafana_foundation_sdk.builders.timeseries import Panel as GraphPanel

from deploy.grafana.dashboard.panels import DETECT, fixed_color, graph, query, table, with_lines


def panels() -> list[GraphPanel | TablePanel]:
    """Two lines of three."""
    return [_outcomes(), _burn(), _alerts(), _routes(), _in_flight(), _refused()]


def _outcomes() -> GraphPanel:
    panel = graph(
        "Photos by outcome",
        "Photos per second: ok, or the error that the phone got.",
        query(f"sum by (code) (rate(detector_requests_total{{{DETECT}}}[$__rate_interval]))", "{{code}}"),
        unit="reqps",
        stacked=True,
    )
    return fixed_color(panel, "ok", "green")


def _burn() -> GraphPanel:
    windows = {"5m": "5 minutes", "1h": "1 hour", "6h": "6 hours"}
    queries = [
        query(f"max(job:detector_photos_failed:ratio_rate{window}) / 0.005", legend)
        for window, legend in windows.items()
    ]
    panel = graph(
        "Error budget burn",
        "How many times faster than the objective of 99.5% allows photos fail. 1 just lasts the month; from 14.4 over "
        "an hour, or 6 over six hours, on, somebody is woken.",
        *queries,
        unit="suffix: ×",
    )
    return with_lines(panel, ((None, "transparent"), (6, "orange"), (14.4, "red")))


def _alerts() -> TablePanel:
    return table(
        "Alerts",
        "What fires or is about to. docs/runbooks/ has a page for each: what it means, what to look at, what to do.",
        "sum by (alertname, alertstate, severity, channel, version, job, instance) (ALERTS)",
        hidden=("Time", "Value"),
    )


def _routes() -> GraphPanel:
    return graph(
        "Requests by route",
        "All requests per second, manifests, files and probes among them.",
        query(
            "sum by (route, protocol) (rate(detector_requests_total[$__rate_interval]))",
            "{{protocol}} {{route}}",
        ),
        unit="reqps",
        stacked=True,
    )


def _in_flight() -> GraphPanel:
    return graph(
        "Requests in flight",
        "Requests being answered at a moment, by gateway. Full gateways refuse: see the next graph.",
        query("detector_requests_in_flight", "{{instance}}"),
        unit="short",
    )


def _refused() -> GraphPanel:
    return graph(
        "Refused for lack of room",
        "Photos per second that were answered with overloaded, by what was full.",
        query("sum by (reason) (rate(detector_rejected_total[$__rate_interval]))", "{{reason}}"),
        unit="reqps",
        stacked=True,
    )
