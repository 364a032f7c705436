"""What phones take home."""

from grafana_foundation_sdk.builders.timeseries import Panel as GraphPanel

from deploy.grafana.dashboard.panels import graph, query


def panels() -> list[GraphPanel]:
    """One line of three."""
    return [_by("kind"), _by("version"), _bytes()]


def _by(label: str) -> GraphPanel:
    return graph(
        f"Downloads in the last hour, by {label}",
        "Files of a version that were sent to their last byte: tflite for apps, tfjs for browsers.",
        query(f"sum by ({label}) (increase(detector_artifact_downloads_total[1h]))", f"{{{{{label}}}}}"),
        unit="short",
        stacked=True,
    )


def _bytes() -> GraphPanel:
    return graph(
        "Sent",
        "Bytes of files per second, broken off downloads among them.",
        query("sum(rate(detector_artifact_sent_bytes_total[$__rate_interval]))", "bytes"),
        unit="Bps",
    )
