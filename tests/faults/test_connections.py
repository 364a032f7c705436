"""Clients that vanish, drip, flood or lie: the right answer each time, and nothing kept."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import httpx
import pytest

from detector.store import Store
from tests.detector.pictures import encode, noise
from tests.faults.test_versions import metric
from tests.services.gateway.running import Running, poll, running_gateway

PHOTO = encode(noise(640, 480))
AS_SET_S = 8.0
"""Far more than the patience that is set here, and less than that of a gateway without these settings."""


@pytest.fixture(scope="module")
def strict(tiny_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A gateway with little patience."""
    with running_gateway(
        tiny_store.root,
        tmp_path_factory.mktemp("strict"),
        header_timeout_s=0.5,
        default_timeout_ms=1000,
        max_uploads=4,
    ) as running:
        yield running


def connect(running: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", running.ports[0]), timeout=10)


def read_all(connection: socket.socket) -> bytes:
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def is_healthy(running: Running) -> bool:
    """Nothing is held and photos are answered."""
    in_flight = metric(running, "detector_requests_in_flight")
    return in_flight == {"": 1.0} and httpx.post(f"{running.url}/detect", content=PHOTO).status_code == 200


def test_clients_that_vanish_while_they_send_leave_nothing(strict: Running) -> None:
    for _ in range(20):
        with connect(strict) as connection:
            connection.sendall(
                b"POST /detect HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + PHOTO[:500]
            )
    gone = 'code="client_gone"'
    # Before that they may not even have come in, and then nothing is held either.
    poll(lambda: any(gone in labels for labels in metric(strict, "detector_requests_total")))
    poll(lambda: is_healthy(strict))


def test_a_body_that_drips_is_a_time_out(strict: Running) -> None:
    started = time.monotonic()
    with connect(strict) as connection:
        connection.sendall(b"POST /detect HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        for byte in PHOTO[:4]:
            connection.sendall(bytes([byte]))
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"request_timeout" in answer
    assert time.monotonic() - started < AS_SET_S


def test_headers_that_drip_end_the_connection(strict: Running) -> None:
    started = time.monotonic()
    with connect(strict) as connection:
        connection.sendall(b"POST /detect HTTP/1.1\r\nHost: x\r\nX-A: ")
        assert read_all(connection) == b""
    assert time.monotonic() - started < AS_SET_S


def test_a_connection_that_says_nothing_is_closed(strict: Running) -> None:
    with connect(strict) as connection:
        assert read_all(connection) == b""


def test_ten_thousand_headers_end_the_connection(strict: Running) -> None:
    flood = b"".join(b"X-%d: aaaaaaaaaaaaaaaa\r\n" % number for number in range(10_000))
    with connect(strict) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(b"POST /detect HTTP/1.1\r\nHost: x\r\n" + flood + b"\r\n")
        assert not read_all(connection).startswith(b"HTTP/1.1 2")
    poll(lambda: is_healthy(strict))


def test_a_refused_body_that_never_ends_is_cut_off(strict: Running) -> None:
    with connect(strict) as connection:
        connection.sendall(b"POST /detect HTTP/1.1\r\nHost: x\r\nContent-Length: 99000000\r\n\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 413")
    poll(lambda: is_healthy(strict))


@pytest.mark.parametrize(
    "request_text",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"POST /detect HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /detect HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /detect HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /detect?\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /detect?min_score=%ff HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_what_is_no_http_is_no_500(strict: Running, request_text: bytes) -> None:
    with connect(strict) as connection:
        connection.sendall(request_text)
        connection.shutdown(socket.SHUT_WR)
        assert not read_all(connection).startswith(b"HTTP/1.1 5")
    poll(lambda: is_healthy(strict))


def test_what_libraries_have_to_say_of_it_is_json_too(strict: Running) -> None:
    """A line of theirs is an event like ours: what collects the log reads one format."""
    with grpc.insecure_channel(f"127.0.0.1:{strict.grpc_port}") as channel, pytest.raises(grpc.RpcError):
        channel.unary_unary("/detector.v1.DetectorService/Detect")(b"\xff")
    broken = {"content-type": "multipart/form-data; boundary=b"}
    assert httpx.post(f"{strict.url}/detect", content=b"x", headers=broken).status_code == 400
    poll(lambda: any(event.get("logger", "").startswith("grpc") for event in strict.events()))
    # LiteRT writes from C++, where nothing of ours can change it.
    lines = [line for line in strict.log.read_text().splitlines() if not line.startswith("INFO: ")]
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert "python_multipart" not in strict.log.read_text()


def test_one_header_without_an_end_ends_the_connection(tiny_store: Store, tmp_path: Path) -> None:
    """The parser keeps a header until it is whole: it is the bytes that count, long before the time is up."""
    with running_gateway(tiny_store.root, tmp_path, header_timeout_s=60) as patient:
        sent = 0
        with connect(patient) as connection, contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(b"POST /detect HTTP/1.1\r\nHost: x\r\nX: ")
            while sent < 50_000_000:
                sent += connection.send(b"a" * 65536)
        assert sent < 20_000_000
        poll(lambda: is_healthy(patient))


@pytest.mark.parametrize("version", [b"HTTP/1.1", b"HTTP/1.0"])
def test_who_asks_for_a_closed_connection_sees_the_refusal_all_the_same(
    strict: Running, version: bytes
) -> None:
    """The body is being sent when the answer comes; a reset would take the answer away."""
    head = (
        b"POST /detect " + version + b"\r\nHost: x\r\nConnection: close\r\nContent-Length: 30000000\r\n\r\n"
    )
    with connect(strict) as connection:
        connection.sendall(head)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(20):
                connection.sendall(bytes(100_000))
        assert read_all(connection).startswith(b"HTTP/1.1 413")


def test_a_request_sent_ahead_is_answered_with_its_body(strict: Running) -> None:
    """The first is answered while the body of the second is not in yet."""
    with connect(strict) as connection:
        head = b"POST /detect HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(
            PHOTO
        )
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" + head + PHOTO[:100])
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        connection.sendall(PHOTO[100:])
        assert b'"detections"' in read_all(connection)
