"""Versions side by side: whether a canary is fit to become stable."""

from grafana_foundation_sdk.builders.table import Panel as TablePanel
from grafana_foundation_sdk.builders.timeseries import Panel as GraphPanel
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from deploy.grafana.dashboard.panels import graph, query, table

_CHOSEN = 'version=~"$version"'


def panels() -> list[GraphPanel | TablePanel]:
    """Two lines of three."""
    return [_channels(), _traffic(), _score(), _empty(), _time(), _engine()]


def _channels() -> TablePanel:
    panel = table(
        "Channels",
        "Which version answers for which channel. `detector release promote` and `rollback` move them; the dashed "
        "lines in the graphs are such moves.",
        "count by (name, channel, version) (detector_model_info)",
        hidden=("Time",),
    )
    return panel.override_by_name("Value", [DynamicConfigValue(id_val="displayName", value="gateways")])


def _by_version(metric: str) -> str:
    return f"sum by (version) (rate({metric}{{{_CHOSEN}}}[$__rate_interval]))"


def _traffic() -> GraphPanel:
    return graph(
        "Answers by version",
        "Answers per second.",
        query(_by_version("detector_answer_duration_seconds_count"), "version {{version}}"),
        unit="reqps",
    )


def _score() -> GraphPanel:
    means = f"{_by_version('detector_detection_score_sum')} / {_by_version('detector_detection_score_count')}"
    return graph(
        "Mean score",
        "How sure each version is of what it finds. A canary 0.1 away from stable for 15 minutes is an alert.",
        query(means, "version {{version}}"),
        unit="none",
    ).max(1)


def _empty() -> GraphPanel:
    answers = _by_version("detector_answer_duration_seconds_count")
    empty = f"({_by_version('detector_empty_responses_total')} or 0 * {answers}) / {answers}"
    return graph(
        "Empty answers",
        "Share of each version's answers in which nothing was found.",
        query(empty, "version {{version}}"),
        unit="percentunit",
    ).max(1)


def _time() -> GraphPanel:
    buckets = (
        f"sum by (le, version) (rate(detector_answer_duration_seconds_bucket{{{_CHOSEN}}}[$__rate_interval]))"
    )
    return graph(
        "Answer time, p95",
        "19 of 20 answers of each version are ready this soon after the photo's last byte.",
        query(f"histogram_quantile(0.95, {buckets})", "version {{version}}"),
        unit="s",
    )


def _engine() -> GraphPanel:
    calls = f"sum by (version, code) (rate(detector_engine_requests_total{{{_CHOSEN}}}[$__rate_interval]))"
    failures = f"sum by (version) (rate(detector_version_load_failures_total{{{_CHOSEN}}}[$__rate_interval]))"
    return graph(
        "Engine calls by outcome",
        "Calls per second of each version, ok or how they failed, and attempts to load a version that failed.",
        query(calls, "version {{version}}: {{code}}"),
        query(failures, "version {{version}}: not loaded"),
        unit="reqps",
    )
