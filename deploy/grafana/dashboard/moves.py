"""Marks in every graph where a channel moved."""

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery as AnnotationBuilder
from grafana_foundation_sdk.models.dashboard import AnnotationQuery

from deploy.grafana.dashboard.panels import DATASOURCE

MOVED = (
    "max by (name, channel, version) (detector_model_info) "
    "unless max by (name, channel, version) (detector_model_info offset $__interval) "
    "and on (name) max by (name) (detector_model_info offset $__interval)"
)
"""What was not there a step before: one mark a move at any width of time, whatever the number of gateways.

A model that was not seen at all a step before has not moved: its gateway started, or a scrape went wrong.
"""


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
