"""What is found, in what kind of photos."""

from grafana_foundation_sdk.builders.heatmap import Panel as HeatmapPanel
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.timeseries import Panel as GraphPanel

from deploy.grafana.dashboard.panels import graph, heatmap, query

_CHOSEN = 'version=~"$version"'


def panels() -> list[GraphPanel | HeatmapPanel]:
    """One line of four."""
    return [_labels(), _scores(), _megapixels(), _bytes()]


def _labels() -> GraphPanel:
    return graph(
        "Detections by label",
        "Detections per second, by what was found.",
        query(
            f"sum by (label) (rate(detector_detections_total{{{_CHOSEN}}}[$__rate_interval]))", "{{label}}"
        ),
        unit="suffix:/s",
        width=6,
        stacked=True,
    )


def _scores() -> HeatmapPanel:
    return heatmap(
        "Scores",
        "How sure the chosen versions are: the darker, the more detections scored this much. What lies below the "
        "version's threshold is not answered and not counted.",
        f"sum by (le) (rate(detector_detection_score_bucket{{{_CHOSEN}}}[$__rate_interval]))",
        unit="none",
        width=6,
    )


def _megapixels() -> GraphPanel:
    return graph(
        "Size of photos, pixels",
        "Width times height as taken. Large photos take longer to decode.",
        *_quantiles("detector_image_pixels_bucket"),
        unit="suffix: px",
        width=6,
    )


def _bytes() -> GraphPanel:
    return graph(
        "Size of photos, bytes",
        "Large bodies take long to upload: phones may scale photos down before they send them.",
        *_quantiles("detector_image_bytes_bucket"),
        unit="decbytes",
        width=6,
    )


def _quantiles(metric: str) -> list[Dataquery]:
    buckets = f"sum by (le) (rate({metric}[$__rate_interval]))"
    return [
        query(f"histogram_quantile({quantile}, {buckets})", name) for quantile, name in _QUANTILES.items()
    ]


_QUANTILES = {0.5: "median", 0.95: "p95"}
