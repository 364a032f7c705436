"""SIGTERM under load: every request that was accepted is answered."""

import signal
import socket
import ssl
from pathlib import Path

import grpc
import httpx
from grpc_health.v1 import health_pb2, health_pb2_grpc

from detector.store import Store
from tests.detector.pictures import encode, noise
from tests.faults.load import load
from tests.services.gateway.running import poll, running_gateway
from tests.services.gateway.test_access import certificate

PHOTO = encode(noise(1600, 1200))
DRAIN_S = 3.0


def test_sigterm_answers_what_was_accepted(tiny_store: Store, tmp_path: Path) -> None:
    with (
        running_gateway(tiny_store.root, tmp_path, drain_seconds=DRAIN_S) as running,
        load(running.url, PHOTO, clients=4) as seen,
    ):
        poll(lambda: seen.outcomes["200"] > 10)
        running.process.send_signal(signal.SIGTERM)
        poll(lambda: httpx.get(f"{running.url}/readyz").status_code == 503, timeout_s=DRAIN_S)
        assert running.process.wait(20) == 0
    # After the end nobody listens; until then nothing was cut off.
    assert set(seen.outcomes) <= {"200", "ConnectError"}
    assert seen.outcomes["200"] > 10


def test_sigterm_does_not_wait_for_who_does_not_look(tiny_store: Store, tmp_path: Path) -> None:
    """A browser keeps an idle TLS connection that it does not read; a gRPC client watches our health."""
    cert, key = certificate(tmp_path)
    with running_gateway(
        tiny_store.root, tmp_path, tls_cert=cert, tls_key=key, wait_ready=False, drain_seconds=0
    ) as running:
        context = ssl.create_default_context(cafile=str(cert))
        with context.wrap_socket(
            socket.create_connection(("127.0.0.1", running.ports[0])), server_hostname="127.0.0.1"
        ) as idle:
            idle.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            assert idle.recv(4096).startswith(b"HTTP/1.1 200")
            with grpc.secure_channel(
                f"127.0.0.1:{running.grpc_port}", grpc.ssl_channel_credentials(cert.read_bytes())
            ) as channel:
                watching = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
                next(watching)
                running.process.send_signal(signal.SIGTERM)
                assert running.process.wait(10) == 0
