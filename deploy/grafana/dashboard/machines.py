"""The machinery: TensorFlow Serving, memory and processors, what Prometheus reaches."""

from grafana_foundation_sdk.builders.statetimeline import Panel as StateTimelinePanel
from grafana_foundation_sdk.builders.timeseries import Panel as GraphPanel
from grafana_foundation_sdk.models.dashboard import ValueMap, ValueMappingResult

from deploy.grafana.dashboard.panels import DATASOURCE, GRAPH_HEIGHT, graph, query, thresholds

_OF_GATEWAYS = "and on (job, instance) detector_requests_in_flight"


def panels() -> list[GraphPanel | StateTimelinePanel]:
    """Two lines: TensorFlow Serving as it counts itself, then processes."""
    return [_serving_requests(), _serving_time(), _targets(), _memory(), _processor()]


def _serving_requests() -> GraphPanel:
    return graph(
        "TensorFlow Serving: requests",
        "Requests per second as the server counts them. Empty with the embedded engine.",
        query(
            "sum by (model_name, status) (rate(:tensorflow:serving:request_count[$__rate_interval]))",
            "{{model_name}} {{status}}",
        ),
        unit="reqps",
    )


def _serving_time() -> GraphPanel:
    buckets = "sum by (le, model_name) (rate(:tensorflow:serving:request_latency_bucket[$__rate_interval]))"
    return graph(
        "TensorFlow Serving: time of a request, p95",
        "The server's own share, of successful requests. Inference in the gateway's stages holds the network too.",
        query(f"histogram_quantile(0.95, {buckets})", "{{model_name}}"),
        unit="µs",
    )


def _targets() -> StateTimelinePanel:
    words = {
        "1": ValueMappingResult(text="up", color="green", index=0),
        "0": ValueMappingResult(text="down", color="red", index=1),
    }
    return (
        StateTimelinePanel()
        .title("What Prometheus reaches")
        .description("Red: cannot be scraped. A bar that ends: its name resolves to nothing any more.")
        .datasource(DATASOURCE)
        .with_target(query("up", "{{job}} {{instance}}").ref_id("A"))
        .span(8)
        .height(GRAPH_HEIGHT)
        .thresholds(thresholds(((None, "red"), (1, "green"))))
        .mappings([ValueMap(options=words)])
    )


def _memory() -> GraphPanel:
    return graph(
        "Memory of gateways",
        "Resident memory, which the container's limit is held against.",
        query(f"process_resident_memory_bytes {_OF_GATEWAYS}", "{{instance}}"),
        unit="bytes",
        width=12,
    )


def _processor() -> GraphPanel:
    return graph(
        "Processors of gateways",
        "Cores in use. With the embedded engine, all of them in use is a full gateway.",
        query(f"rate(process_cpu_seconds_total[$__rate_interval]) {_OF_GATEWAYS}", "{{instance}}"),
        unit="suffix: cores",
        width=12,
    )
