"""Keys, other origins, certificates and the admin port, on running gateways."""

import shutil
import ssl
import subprocess
import sys
from pathlib import Path

import grpc
import httpx
import pytest

from detector.store import Store
from detector.v1 import detector_pb2 as pb
from services.gateway.rpc import detector_pb2_grpc
from tests.detector.pictures import corners, encode
from tests.faults.test_versions import metric
from tests.services.gateway.running import poll, running_gateway

PHOTO = encode(corners(64, 64))
REFUSED: tuple[dict[str, str], ...] = (
    {},
    {"x-api-key": "gamma"},
    {"x-api-key": ""},
    {"authorization": "Bearer gamma"},
    {"authorization": "Basic alpha"},
)
LITE = "/v1/models/detector/versions/1/files/tflite/f32.tflite"


def test_keys_guard_answers_and_files_but_not_health_or_the_page(tiny_store: Store, tmp_path: Path) -> None:
    with running_gateway(tiny_store.root, tmp_path, api_keys="alpha,beta") as running:
        with httpx.Client(base_url=running.url) as client:
            for headers in (
                {},
                {"x-api-key": "gamma"},
                {"authorization": "Bearer gamma"},
                {"authorization": "Basic alpha"},
            ):
                for answer in (
                    client.post("/detect", content=PHOTO, headers=headers),
                    client.get(LITE, headers=headers),
                    client.get("/v1/models/detector/manifest", headers=headers),
                ):
                    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
                    assert answer.headers["www-authenticate"] == "Bearer"
            for headers in ({"x-api-key": "alpha"}, {"authorization": "Bearer beta"}):
                assert client.post("/detect", content=PHOTO, headers=headers).status_code == 200
                file = client.get(LITE, headers=headers)
                assert file.status_code == 200
                # No cache on the way gives it to those who have no key.
                assert file.headers["cache-control"] == "private, max-age=31536000, immutable"
            counted = metric(running, "detector_requests_total")
            assert any(
                'code="unauthenticated"' in labels and 'route="/detect"' in labels for labels in counted
            )
            for path in ("/livez", "/readyz", "/metrics", "/", "/docs", "/openapi.json"):
                assert client.get(path).status_code == 200
        with grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel:
            stub = detector_pb2_grpc.DetectorServiceStub(channel)
            with pytest.raises(grpc.RpcError) as error:
                stub.Detect(pb.DetectRequest(image=PHOTO))
            assert error.value.code() == grpc.StatusCode.UNAUTHENTICATED
            stub.Detect(pb.DetectRequest(image=PHOTO), metadata=(("authorization", "Bearer alpha"),))


def test_keys_are_not_logged(tiny_store: Store, tmp_path: Path) -> None:
    with running_gateway(tiny_store.root, tmp_path, api_keys="very-secret") as running:
        httpx.post(f"{running.url}/detect", content=PHOTO, headers={"x-api-key": "very-secret"})
        poll(lambda: any(event.get("route") == "/detect" for event in running.events()))
        assert "very-secret" not in running.log.read_text()


def test_a_fault_is_logged_with_its_trace_and_without_what_the_request_carried(
    tiny_store: Store, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    shutil.copytree(tiny_store.root, store)
    with running_gateway(store, tmp_path, api_keys="very-secret") as running:
        (store / "channels" / "detector.json").write_text("{")
        answer = httpx.get(f"{running.url}/v1/models/detector/manifest", headers={"x-api-key": "very-secret"})
        assert answer.status_code == 500
        (fault,) = poll(lambda: [event for event in running.events() if event["event"] == "internal_error"])
        assert fault["exception"][-1]["frames"][-1]["lineno"] > 0
        assert "very-secret" not in running.log.read_text()


@pytest.mark.parametrize("on_terminal", [True, False])
def test_a_trace_shows_no_variables(on_terminal: bool) -> None:
    program = """
import sys
sys.stderr.isatty = lambda: %r
from services.gateway.logs import configure_logs
configure_logs("info")
import logging, structlog
def fail(photo):
    raise ValueError("broken")
try:
    fail(b"pixels" * 3)
except ValueError:
    structlog.get_logger().exception("ours")
    logging.getLogger("theirs").exception("a library's")
"""
    ran = subprocess.run(
        [sys.executable, "-c", program % on_terminal], capture_output=True, text=True, check=True
    )
    assert ran.stderr.count("broken") >= 2
    assert "pixelspixels" not in ran.stderr


def test_other_origins_are_allowed_by_setting_only(tiny_store: Store, tmp_path: Path) -> None:
    origin = {"origin": "https://elsewhere.example"}
    preflight = {**origin, "access-control-request-method": "POST"}
    with running_gateway(tiny_store.root, tmp_path, cors_origins="https://elsewhere.example") as running:
        assert httpx.options(f"{running.url}/detect", headers=preflight).status_code == 200
        answer = httpx.post(f"{running.url}/detect", content=PHOTO, headers=origin)
        assert answer.headers["access-control-allow-origin"] == "https://elsewhere.example"
        other = httpx.post(
            f"{running.url}/detect", content=PHOTO, headers={"origin": "https://other.example"}
        )
        assert "access-control-allow-origin" not in other.headers
        refused = httpx.post(f"{running.url}/detect", content=b"", headers=origin)
        assert refused.headers["access-control-allow-origin"] == "https://elsewhere.example"
    with running_gateway(tiny_store.root, tmp_path) as running:
        answer = httpx.post(f"{running.url}/detect", content=PHOTO, headers=origin)
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origins", ["https://elsewhere.example", "*"])
def test_a_page_of_a_public_network_is_let_in_if_its_origin_is_allowed(
    tiny_store: Store, tmp_path: Path, origins: str
) -> None:
    """Chrome asks before it sends a request from a public address to one in a home's network."""
    asked = {"access-control-request-method": "POST", "access-control-request-private-network": "true"}
    granted = "access-control-allow-private-network"
    with running_gateway(tiny_store.root, tmp_path, cors_origins=origins) as running:
        url = f"{running.url}/detect"
        answer = httpx.options(url, headers={"origin": "https://elsewhere.example", **asked})
        assert (answer.status_code, answer.headers[granted]) == (200, "true")
        assert "access-control-request-private-network" in answer.headers["vary"].lower()
        other = httpx.options(url, headers={"origin": "https://other.example", **asked})
        assert (other.status_code, other.headers.get(granted)) == (
            (200, "true") if origins == "*" else (400, None)
        )
        del asked["access-control-request-private-network"]
        unasked = httpx.options(url, headers={"origin": "https://elsewhere.example", **asked})
        assert (unasked.status_code, granted in unasked.headers) == (200, False)


def test_without_the_setting_no_preflight_is_granted(client: httpx.Client) -> None:
    asked = {
        "origin": "https://elsewhere.example",
        "access-control-request-method": "POST",
        "access-control-request-private-network": "true",
    }
    answer = client.options("/detect", headers=asked)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_health_moves_to_the_admin_port(tiny_store: Store, tmp_path: Path) -> None:
    with running_gateway(tiny_store.root, tmp_path, wait_ready=False, admin_port=0) as running:
        public, admin = running.ports
        poll(lambda: httpx.get(f"http://127.0.0.1:{admin}/readyz").status_code == 200)
        assert httpx.get(f"http://127.0.0.1:{admin}/metrics").status_code == 200
        assert httpx.post(f"http://127.0.0.1:{admin}/detect", content=PHOTO).status_code in (404, 405)
        for path in ("/metrics", "/livez", "/readyz"):
            assert httpx.get(f"http://127.0.0.1:{public}{path}").status_code == 404


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", str(key), "-out", str(cert),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


def test_rest_and_grpc_speak_tls(tiny_store: Store, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    with running_gateway(tiny_store.root, tmp_path, wait_ready=False, tls_cert=cert, tls_key=key) as running:
        url = running.url.replace("http:", "https:")
        with httpx.Client(base_url=url, verify=ssl.create_default_context(cafile=cert)) as client:
            poll(lambda: client.get("/readyz").status_code == 200)
            assert client.post("/detect", content=PHOTO).status_code == 200
            large = client.post("/detect", content=bytes(26_000_000))
            assert large.status_code == 413
            # A connection whose body was not read cannot carry another request, and says so.
            assert client.post("/detect", content=PHOTO).status_code == 200
        credentials = grpc.ssl_channel_credentials(cert.read_bytes())
        with grpc.secure_channel(f"127.0.0.1:{running.grpc_port}", credentials) as channel:
            stub = detector_pb2_grpc.DetectorServiceStub(channel)
            assert stub.Detect(pb.DetectRequest(image=PHOTO)).model.version == 1


def test_canary_percent_splits_phones_and_keeps_them(tiny_store: Store, tmp_path: Path) -> None:
    with (
        running_gateway(tiny_store.root, tmp_path, canary_percent=30) as running,
        httpx.Client(base_url=running.url) as client,
    ):

        def version(phone: str | None) -> int:
            headers = {} if phone is None else {"x-client-id": phone}
            return int(client.post("/detect", content=PHOTO, headers=headers).json()["model"]["version"])

        versions = {f"phone-{number}": version(f"phone-{number}") for number in range(200)}
        share = sum(seen == 2 for seen in versions.values()) / len(versions)
        assert 0.2 < share < 0.4
        assert all(version(phone) == seen for phone, seen in list(versions.items())[:20])
        assert version(None) == 1
