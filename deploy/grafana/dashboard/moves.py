"""Marks in every graph where a channel moved."""

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery as AnnotationBuilder
from grafana_foundation_sdk.models.dashboard import AnnotationQuery

from deploy.grafana.dashboard.panels import DATASOURCE

MOVED = (
    "max by (name, channel, version) (detector_model_info) "
    "unless max by (name, channel, version) (detector_model_info offset 1m)"
)
"""What was not there a minute ago: one mark a move, whatever the number of gateways."""


class MovedChannels(AnnotationBuilder):
    """The annotation query, with the fields that Prometheus' own kind has beyond the general ones."""

    def build(self) -> AnnotationQuery:
        """Called by the dashboard's builder."""
        return _PrometheusAnnotation(
            name="Channel moves",
            datasource=DATASOURCE,
            enable=True,
            hide=False,
            icon_color="purple",
            built_in=0,
        )


class _PrometheusAnnotation(AnnotationQuery):
    def to_json(self) -> dict[str, object]:
        return super().to_json() | {
            "target": {"refId": "Anno", "expr": MOVED, "interval": "15s", "legendFormat": ""},
            "titleFormat": "{{channel}} of {{name}} is version {{version}}",
            "textFormat": "",
            "tagKeys": "channel,version",
            "useValueForTime": False,
        }
