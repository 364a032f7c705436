"""The names of metrics that there are: the gateway's from its own registry, others as their servers document them."""

from services.gateway.metrics import Metrics

OF_SERVING = frozenset(
    {
        ":tensorflow:serving:request_count",
        ":tensorflow:serving:request_latency_bucket",
    }
)
"""Of TensorFlow Serving: its request_count and request_latency, as its Prometheus exporter writes them."""

OF_PROMETHEUS = frozenset({"up", "ALERTS", "prometheus_rule_evaluation_failures_total"})
"""What Prometheus adds by itself, and one of its own."""

_SUFFIXES = {
    "counter": ("_total",),
    "gauge": ("",),
    "histogram": ("_bucket", "_sum", "_count"),
}


def gateway_metrics() -> set[str]:
    """The series names on a gateway's /metrics, whether they have a value yet or not."""
    families = Metrics().registry.collect()
    return {f"{family.name}{suffix}" for family in families for suffix in _SUFFIXES[family.type]}
