"""The metrics that dashboards rely on are there under their names, with bounded labels."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from detector.store import Store
from services.gateway.rest.health import wants_openmetrics
from tests.detector.pictures import corners, encode
from tests.services.gateway.running import running_gateway

PROMISED = {
    "detector_requests": {"route", "protocol", "code"},
    "detector_request_duration_seconds": {"route", "protocol"},
    "detector_stage_duration_seconds": {"stage"},
    "detector_answer_duration_seconds": {"version"},
    "detector_engine_duration_seconds": {"engine", "version"},
    "detector_engine_requests": {"engine", "version", "code"},
    "detector_engine_up": {"engine"},
    "detector_requests_in_flight": set(),
    "detector_rejected": {"reason"},
    "detector_image_bytes": set(),
    "detector_image_pixels": set(),
    "detector_detections": {"label", "version"},
    "detector_detection_score": {"version"},
    "detector_empty_responses": {"version"},
    "detector_model_info": {"name", "version", "channel"},
    "detector_artifact_downloads": {"kind", "version"},
    "detector_artifact_sent_bytes": set(),
}


def test_names_labels_and_values(tiny_store: Store, tmp_path: Path) -> None:
    with (
        running_gateway(tiny_store.root, tmp_path, max_buffered_bytes=1_000_000) as running,
        httpx.Client(base_url=running.url) as client,
    ):
        assert client.post("/detect", content=bytes(1_000_001)).status_code == 429
        client.post("/detect?min_score=0", content=encode(corners(64, 64)))
        client.post("/detect?min_score=1", content=encode(corners(64, 64)))
        client.post("/detect", content=b"no photo")
        for number in range(30):
            client.get(f"/made/up/{number}")
            client.get(f"/v1/models/made-up-{number}/versions/1/files/x")
        files = "/v1/models/detector/versions/1/files/tflite/f32.tflite"
        size = len(client.get(files, headers={"range": "bytes=0-99"}).content)
        size += len(client.get(files, headers={"range": "bytes=100-"}).content)
        families = {
            family.name: family for family in text_string_to_metric_families(client.get("/metrics").text)
        }
    for name, labels in PROMISED.items():
        assert families[name].samples, f"{name} has no sample, so that its labels cannot be seen"
        for sample in families[name].samples:
            assert set(sample.labels) - {"le"} == labels, name
    routes = {sample.labels["route"] for sample in families["detector_requests"].samples}
    assert routes == {"/", "/detect", "/readyz", "/v1/models/{name}/versions/{version}/files/{path}"}
    assert families["detector_artifact_sent_bytes"].samples[0].value == size
    assert families["detector_artifact_downloads"].samples[0].labels == {"kind": "tflite_f32", "version": "1"}
    assert families["detector_artifact_downloads"].samples[0].value == 1
    assert families["detector_empty_responses"].samples[0].value == 1
    stages = {sample.labels["stage"] for sample in families["detector_stage_duration_seconds"].samples}
    assert stages == {"read", "decode", "queue", "inference", "encode"}
    buckets = [
        float(s.labels["le"])
        for s in families["detector_request_duration_seconds"].samples
        if "le" in s.labels
    ]
    assert len({bucket for bucket in buckets if bucket < 0.1}) >= 8


def test_openmetrics_has_the_same_series_for_those_who_ask(tiny_store: Store, tmp_path: Path) -> None:
    # Prometheus 3 says so.
    asked = (
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
    )
    with running_gateway(tiny_store.root, tmp_path) as running, httpx.Client(base_url=running.url) as client:
        client.post("/detect", content=encode(corners(64, 64)))
        plain = client.get("/metrics")
        answer = client.get("/metrics", headers={"accept": asked})
    assert answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["vary"] == plain.headers["vary"] == "Accept"
    assert answer.text.endswith("\n# EOF\n")
    parse: Callable[[str], Iterator[Metric]] = openmetrics.text_string_to_metric_families  # has no types
    families = {family.name: family for family in parse(answer.text)}
    assert set(PROMISED) <= set(families)
    counters = [family for family in families.values() if family.type == "counter"]
    assert {sample.name for family in counters for sample in family.samples} == {
        f"{family.name}_total" for family in counters if family.samples
    }
    names = {
        sample.name for family in text_string_to_metric_families(plain.text) for sample in family.samples
    }
    assert {sample.name for family in families.values() for sample in family.samples} == names
    assert "detector_requests_total" in names


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_has_nothing_against_the_plain_format(client: httpx.Client) -> None:
    ran = subprocess.run(
        ["promtool", "check", "metrics"],
        input=client.get("/metrics").content,
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", False),
        ("*/*", False),
        ("text/plain", False),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("application/openmetrics-text", True),
        ("Application/OpenMetrics-Text ; version=1.0.0 ; q=0.5", True),
        ("application/openmetrics-text;version=nonsense", True),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;q=0.5,text/plain;q=0.9", False),
        ("text/plain;q=0.5,application/openmetrics-text;q=0.9", True),
        (";;,,;q=,application/openmetrics-text;q=;q=2", True),
    ],
)
def test_who_asks_for_openmetrics(accept: str, wanted: bool) -> None:
    assert wants_openmetrics(accept) == wanted


def test_an_engine_that_nobody_asked_yet_is_up(tiny_store: Store, tmp_path: Path) -> None:
    with running_gateway(tiny_store.root, tmp_path) as running:
        text = httpx.get(f"{running.url}/metrics").text
    assert _value(text, 'detector_engine_up{engine="embedded"}') == 1


def test_the_time_of_an_answer_leaves_the_upload_out(tiny_store: Store, tmp_path: Path) -> None:
    photo = encode(corners(64, 64))
    with running_gateway(tiny_store.root, tmp_path) as running:

        def slowly() -> Iterator[bytes]:
            yield photo[:100]
            for _ in range(20):
                httpx.get(f"{running.url}/livez")
            yield photo[100:]

        assert httpx.post(f"{running.url}/detect", content=slowly()).status_code == 200
        text = httpx.get(f"{running.url}/metrics").text
    whole = _value(text, 'detector_request_duration_seconds_sum{protocol="rest",route="/detect"}')
    upload = _value(text, 'detector_stage_duration_seconds_sum{stage="read"}')
    assert 0 < _value(text, 'detector_answer_duration_seconds_sum{version="1"}') <= whole - upload


def _value(text: str, series: str) -> float:
    (line,) = [line for line in text.splitlines() if line.startswith(f"{series} ")]
    return float(line.removeprefix(series))
