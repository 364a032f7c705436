import asyncio
import gc
import json
import weakref
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs
from uvicorn.server import ServerState

from services.gateway.metrics import Metrics
from services.gateway.observer import Observer
from services.gateway.rest.protocol import HeaderLimits, bounded_protocol

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]}


class Wire(asyncio.Transport):
    """What was written, and whether the server closed it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def pause_reading(self) -> None:
        """All of it has come already."""

    def resume_reading(self) -> None: ...

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


async def answers(scope: Scope, receive: Receive, send: Send) -> None:
    await send(START)
    await send({"type": "http.response.body", "body": b"he", "more_body": True})
    await send({"type": "http.response.body", "body": b"re"})


async def breaks(scope: Scope, receive: Receive, send: Send) -> None:
    await send(START)
    raise ZeroDivisionError


async def echoes(scope: Scope, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    text = f"{scope['method']} {scope['path']} ".encode() + body
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-length", b"%d" % len(text))],
    }
    await send(start)
    await send({"type": "http.response.body", "body": text})


def answered(app: Any, *request: bytes, observer: Observer | None = None) -> Wire:
    """What `app` puts on the wire when these pieces of requests come one after the other."""
    wire = Wire()

    async def scenario() -> None:
        limits = HeaderLimits(timeout_s=10, size_bytes=10_000)
        protocol = bounded_protocol(limits, observer or Observer(Metrics(), protocol="rest"))
        config = uvicorn.Config(app, http=protocol, lifespan="off", ws="none", log_config=None)
        config.load()
        state = ServerState()
        connection: Any = protocol(config=config, server_state=state, app_state={})  # type: ignore[call-arg]
        connection.connection_made(wire)
        for piece in request:
            connection.data_received(piece)
        while state.tasks:
            await asyncio.gather(*state.tasks)
        closed = wire.closed
        # Uvicorn closes what the other side has closed; what counts is who was first.
        connection.connection_lost(None)
        wire.closed = closed

    asyncio.run(scenario())
    return wire


def test_the_head_of_an_answer_leaves_with_its_first_bytes() -> None:
    first, second = answered(answers, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").written
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert first.endswith(b"\r\n\r\nhe")
    assert second == b"re"


def test_an_answer_to_head_is_its_head() -> None:
    written = b"".join(answered(answers, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").written)
    assert written.startswith(b"HTTP/1.1 200 OK\r\n")
    assert written.endswith(b"\r\n\r\n")


def test_an_answer_that_breaks_after_its_head_shows_the_head_and_ends() -> None:
    wire = answered(breaks, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"".join(wire.written).startswith(b"HTTP/1.1 200 OK\r\n")
    assert wire.closed


@pytest.mark.parametrize(
    "garbage",
    [
        b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_http_is_answered_and_logged_as_any_request(garbage: bytes) -> None:
    with capture_logs() as logs:
        wire = answered(echoes, garbage)
    head, _, body = b"".join(wire.written).partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"content-type: application/problem+json\r\n" in head
    assert f"x-request-id: {problem['request_id']}\r\n".encode() in head
    assert problem["code"] == "invalid_request"
    assert [(entry["status"], entry["request_id"]) for entry in logs] == [(400, problem["request_id"])]
    assert wire.closed


def test_an_answer_is_not_cut_by_what_is_no_http_after_its_request() -> None:
    wire = answered(answers, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n\x00\x01\x02")
    assert b"".join(wire.written).endswith(b"\r\n\r\nhere")
    assert b"400" not in b"".join(wire.written)
    assert wire.closed


UPGRADE = b"Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
PLAIN = b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 5\r\n\r\nphoto",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nph\r\n3\r\noto\r\n0\r\n\r\n",
    ],
)
@pytest.mark.parametrize("cut", [50, -4, -1, None])
def test_who_asks_for_another_protocol_is_answered_in_this_one(body: bytes, cut: int | None) -> None:
    """curl --http2 and Java's client ask so, with a body. The next request is read as such, too."""
    sent = b"POST /detect HTTP/1.1\r\n" + UPGRADE + body
    wire = answered(echoes, sent[:cut], sent[len(sent[:cut]) :] + PLAIN)
    written = b"".join(wire.written)
    assert written.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert b"POST /detect photo" in written
    assert written.endswith(b"GET /next ")


def test_a_request_hidden_in_the_body_of_one_that_asks_for_another_protocol_is_a_body() -> None:
    hidden = b"Content-Length: %d\r\n\r\n" % len(PLAIN) + PLAIN
    written = b"".join(answered(echoes, b"POST /detect HTTP/1.1\r\n" + UPGRADE + hidden).written)
    assert written.count(b"HTTP/1.1 200 OK\r\n") == 1
    assert written.endswith(b"POST /detect " + PLAIN)


def test_many_requests_for_another_protocol_at_once_are_each_answered() -> None:
    once = b"GET /a HTTP/1.1\r\n" + UPGRADE + b"\r\n"
    assert b"".join(answered(echoes, once * 2000).written).count(b"GET /a ") == 2000


def test_a_closed_connection_is_freed_at_once() -> None:
    """In a reference cycle it would keep its buffers until the garbage collector runs."""
    limits = HeaderLimits(timeout_s=10, size_bytes=10_000)
    protocol = bounded_protocol(limits, Observer(Metrics(), protocol="rest"))

    async def scenario() -> "weakref.ref[Any]":
        config = uvicorn.Config(answers, http=protocol, lifespan="off", ws="none", log_config=None)
        config.load()
        state = ServerState()
        connection: Any = protocol(config=config, server_state=state, app_state={})  # type: ignore[call-arg]
        connection.connection_made(Wire())
        connection.data_received(PLAIN)
        while state.tasks:
            await asyncio.gather(*state.tasks)
        connection.connection_lost(None)
        return weakref.ref(connection)

    gc.disable()
    try:
        assert asyncio.run(scenario())() is None
    finally:
        gc.enable()
