"""The top: eight tiles that say whether phones get answers, how fast, and from which version."""

from grafana_foundation_sdk.builders.stat import Panel as StatPanel
from grafana_foundation_sdk.models.common import BigValueGraphMode
from grafana_foundation_sdk.models.dashboard import ValueMap, ValueMappingResult

from deploy.grafana.dashboard.panels import DETECT, FAILED, NEUTRAL, name_tile, query, tile


def tiles() -> list[StatPanel]:
    """From left to right."""
    return [
        _answered(),
        _answer_time(),
        _photos(),
        _empty(),
        _version("stable"),
        _version("canary"),
        _engine(),
        _alerts(),
    ]


def _answered() -> StatPanel:
    failed = f'sum(increase(detector_requests_total{{{DETECT},code=~"{FAILED}"}}[$__range]))'
    valid = f'sum(increase(detector_requests_total{{{DETECT},code=~"ok|{FAILED}"}}[$__range]))'
    return (
        tile(
            "Photos answered",
            "Share of photos that got their answer in the time shown; the objective is 99.5%. What a phone did wrong "
            "itself does not count.",
            query(f"1 - ({failed} or vector(0)) / {valid}", instant=True),
            unit="percentunit",
            steps=((None, "red"), (0.99, "orange"), (0.995, "green")),
        )
        .decimals(2)
        .graph_mode(BigValueGraphMode.NONE)
    )


def _answer_time() -> StatPanel:
    buckets = "sum by (le) (rate(detector_answer_duration_seconds_bucket[$__rate_interval]))"
    return tile(
        "Answer time, p95",
        "19 of 20 answers are ready this soon after the photo's last byte. The objective is 99 of 100 within one "
        "second.",
        query(f"histogram_quantile(0.95, {buckets})"),
        unit="s",
        steps=((None, "green"), (0.5, "orange"), (1, "red")),
    ).decimals(2)


def _photos() -> StatPanel:
    return tile(
        "Photos",
        "Photos that arrive per second, over REST and gRPC, whatever becomes of them.",
        query(f"sum(rate(detector_requests_total{{{DETECT}}}[$__rate_interval]))"),
        unit="reqps",
        steps=NEUTRAL,
    )


def _empty() -> StatPanel:
    return tile(
        "Empty answers",
        "Share of the stable version's answers of the last 15 minutes in which nothing was found.",
        query('channel:detector_empty_answers:ratio15m{channel="stable"}', "{{name}}"),
        unit="percentunit",
        steps=((None, "green"), (0.6, "orange"), (0.8, "red")),
    ).decimals(0)


def _version(channel: str) -> StatPanel:
    return name_tile(
        f"{channel.capitalize()} version",
        f"The version that answers for the {channel} channel. Two numbers: gateways disagree.",
        query(
            f'max by (name, version) (detector_model_info{{channel="{channel}"}})',
            "{{version}}",
            instant=True,
        ),
        none="none",
    )


def _engine() -> StatPanel:
    words = {
        "1": ValueMappingResult(text="up", index=0),
        "0": ValueMappingResult(text="down", index=1),
    }
    return (
        tile(
            "Engine",
            "Whether every gateway reaches what runs the model: TensorFlow Serving, or LiteRT in the gateway itself.",
            query("min(detector_engine_up)"),
            unit="none",
            steps=((None, "red"), (1, "green")),
        )
        .mappings([ValueMap(options=words)])
        .no_value("no gateway")
    )


def _alerts() -> StatPanel:
    return tile(
        "Alerts firing",
        "Alerts that fire now; the table below names them.",
        query('count(ALERTS{alertstate="firing"}) or vector(0)'),
        unit="none",
        steps=((None, "green"), (1, "red")),
    )
