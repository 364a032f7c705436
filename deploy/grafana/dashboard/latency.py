"""Where the time goes."""

from grafana_foundation_sdk.builders.heatmap import Panel as HeatmapPanel
from grafana_foundation_sdk.builders.timeseries import Panel as GraphPanel

from deploy.grafana.dashboard.panels import graph, heatmap, query, with_lines

_ANSWER = "sum by (le) (rate(detector_answer_duration_seconds_bucket[$__rate_interval]))"


def panels() -> list[GraphPanel | HeatmapPanel]:
    """One line of three."""
    return [_stages(), _answers(), _spread()]


def _stages() -> GraphPanel:
    mean = (
        "sum by (stage) (rate(detector_stage_duration_seconds_sum[$__rate_interval])) "
        "/ sum by (stage) (rate(detector_stage_duration_seconds_count[$__rate_interval]))"
    )
    return graph(
        "Mean time of an answer, by stage",
        "read is the phone's upload, queue the wait for a free worker, inference the engine with its network.",
        query(mean, "{{stage}}"),
        unit="s",
        stacked=True,
    )


def _answers() -> GraphPanel:
    panel = graph(
        "Answer time",
        "From the photo's last byte to its detections. The objective is 99 of 100 within one second.",
        *(query(f"histogram_quantile({quantile}, {_ANSWER})", name) for quantile, name in _QUANTILES.items()),
        unit="s",
    )
    return with_lines(panel, ((None, "transparent"), (1, "red")))


_QUANTILES = {0.5: "median", 0.95: "p95", 0.99: "p99"}


def _spread() -> HeatmapPanel:
    return heatmap(
        "Answer time, spread",
        "The darker, the more answers took this long. Two bands are two kinds of photos, or two gateways.",
        _ANSWER,
        unit="s",
    )
