"""A gateway for phones as it runs: one port, TLS that only its own authority vouches for, plain http beside it."""

import json
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import grpc
import httpx
import pytest

from detector.store import Store
from detector.v1 import detector_pb2 as pb
from services.gateway.rpc import detector_pb2_grpc
from tests.detector.pictures import corners, encode
from tests.services.gateway.lan.conftest import NAME, Served, lan_gateway
from tests.services.gateway.lan.helpers import own_certificate
from tests.services.gateway.lan.qr_reading import modules_of, read
from tests.services.gateway.running import ROOT, poll

PHOTO = encode(corners(64, 64))


def test_the_same_answer_over_tls_and_plain_http(served: Served) -> None:
    plain = httpx.post(f"{served.running.url}/detect", content=PHOTO).json()
    with served.client() as client:
        secure = client.post("/detect", content=PHOTO).json()
    assert secure["detections"] == plain["detections"] != []


def test_a_client_that_does_not_know_the_authority_is_not_served(served: Served) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"https://127.0.0.1:{served.port}/")


def test_the_certificate_is_for_the_name_and_for_no_other(served: Served) -> None:
    with served.client() as client:
        asked = {"sni_hostname": NAME}
        assert client.get("/readyz", headers={"host": NAME}, extensions=asked).status_code == 200
    with served.client() as client, pytest.raises(httpx.ConnectError, match="Hostname mismatch"):
        client.get("/readyz", extensions={"sni_hostname": "other.test"})


def test_grpc_speaks_tls_under_the_same_authority(served: Served) -> None:
    credentials = grpc.ssl_channel_credentials(served.authority_pem())
    with grpc.secure_channel(f"127.0.0.1:{served.running.grpc_port}", credentials) as channel:
        stub = detector_pb2_grpc.DetectorServiceStub(channel)
        assert stub.Detect(pb.DetectRequest(image=PHOTO)).model.version == 1
    with grpc.insecure_channel(f"127.0.0.1:{served.running.grpc_port}") as channel:
        stub = detector_pb2_grpc.DetectorServiceStub(channel)
        with pytest.raises(grpc.RpcError) as error:
            stub.Detect(pb.DetectRequest(image=PHOTO), timeout=5)
        assert error.value.code() == grpc.StatusCode.UNAVAILABLE


def test_large_bodies_are_refused_over_tls_as_over_plain_http(served: Served) -> None:
    with served.client() as client:
        assert client.post("/detect", content=bytes(26_000_000)).status_code == 413


def test_the_terminal_shows_a_code_that_leads_to_the_help(served: Served) -> None:
    said = poll(served.running.out.read_text)
    code = "\n".join(line for line in said.splitlines() if line and set(line) <= set(" ▀▄█"))
    assert read(modules_of(code)) == f"http://{NAME}:{served.port}/lan"
    assert str(served.folder) in said


def test_keys_lie_closed_in_their_folder_and_not_in_the_store(served: Served, tiny_store: Store) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in served.folder.iterdir()}
    assert modes == {"authority.pem": 0o600, "server.pem": 0o600}
    assert list(tiny_store.root.rglob("*.pem")) == []


def test_after_a_restart_phones_trust_it_still(tiny_store: Store, tmp_path: Path) -> None:
    with lan_gateway(tiny_store, tmp_path) as served:
        context = served.trusting()
    with lan_gateway(tiny_store, tmp_path) as served:
        assert httpx.get(f"https://127.0.0.1:{served.port}/readyz", verify=context).status_code == 200


def test_it_stops_at_once_although_somebody_has_connected_and_says_nothing(
    tiny_store: Store, tmp_path: Path
) -> None:
    with (
        lan_gateway(tiny_store, tmp_path) as served,
        socket.create_connection(("127.0.0.1", served.port)),
    ):
        started = time.monotonic()
        served.running.process.terminate()
        assert served.running.process.wait(15) == 0
        assert time.monotonic() - started < 5


def test_a_certificate_of_ones_own_serves_and_no_authority_is_made(tiny_store: Store, tmp_path: Path) -> None:
    own = own_certificate(tmp_path, f"DNS:{NAME}", "IP:127.0.0.1")
    with lan_gateway(
        tiny_store, tmp_path, lan_address="", tls_cert=own, tls_key=tmp_path / "own.key"
    ) as served:
        running = served.running
        url = running.url.replace("http:", "https:")
        assert httpx.get(f"{url}/readyz", verify=ssl.create_default_context(cafile=own)).status_code == 200
        page = httpx.get(f"{running.url}/lan", headers={"host": NAME}).text
        assert f"https://{NAME}:{running.ports[0]}/" in page
        assert "Install" not in page
        assert httpx.get(f"{running.url}/lan/authority.crt").json()["code"] == "not_found"
        credentials = grpc.ssl_channel_credentials(own.read_bytes())
        with grpc.secure_channel(f"127.0.0.1:{running.grpc_port}", credentials) as channel:
            detector_pb2_grpc.DetectorServiceStub(channel).Detect(pb.DetectRequest(image=PHOTO))
    assert not (tmp_path / "lan").exists()


def test_health_on_its_own_port_is_answered_to_both(tiny_store: Store, tmp_path: Path) -> None:
    with lan_gateway(tiny_store, tmp_path, wait_ready=False, admin_port=0) as served:
        admin = served.running.ports[1]
        poll(lambda: httpx.get(f"http://127.0.0.1:{admin}/readyz").status_code == 200)
        url = f"https://127.0.0.1:{admin}/readyz"
        assert httpx.get(url, verify=served.trusting()).status_code == 200


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"DETECTOR_LAN_ADDRESS": "8.8.8.8"}, "8.8.8.8 is public"),
        ({"DETECTOR_LAN_ADDRESS": "http://studio.local"}, "neither an IP address nor a name"),
        ({"DETECTOR_HOST": "127.0.0.1"}, "does not say where phones reach this machine"),
        ({"DETECTOR_LAN": "perhaps"}, "DETECTOR_LAN:"),
        ({"DETECTOR_LAN_ADDRESS": "127.0.0.1", "DETECTOR_LAN_DIR": "/dev/null/lan"}, "DETECTOR_LAN_DIR"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(
    tiny_store: Store, tmp_path: Path, setting: dict[str, str], said: str
) -> None:
    environment = {
        "DETECTOR_STORE": str(tiny_store.root), "DETECTOR_LAN": "true", "DETECTOR_LAN_DIR": str(tmp_path / "lan"),
        "DETECTOR_HTTP_PORT": "0", "DETECTOR_GRPC_PORT": "0", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin", **setting,
    }  # fmt: skip
    command = [sys.executable, "-m", "services.gateway"]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    (line,) = [line for line in ended.stderr.splitlines() if line]
    assert line.startswith("error: ")
    assert said in line


SCRIPT = """
import json, sys
import services.gateway.server
print(json.dumps(sorted({"cryptography", "psutil", "segno"} & set(sys.modules))))
"""


def test_an_ordinary_gateway_imports_none_of_it() -> None:
    result = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == []
