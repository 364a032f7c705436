import asyncio
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from services.gateway.rest.protocol import guarded_protocol

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]}


class Wire(asyncio.Transport):
    """What was written, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

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


def answered(app: Any, request: bytes) -> Wire:
    """What `app` puts on the wire."""
    wire = Wire()

    async def scenario() -> None:
        protocol = guarded_protocol(header_timeout_s=10, max_header_bytes=10_000)
        config = uvicorn.Config(app, http=protocol, lifespan="off", ws="none", log_config=None)
        config.load()
        state = ServerState()
        connection: Any = protocol(config=config, server_state=state, app_state={})  # type: ignore[call-arg]
        connection.connection_made(wire)
        connection.data_received(request)
        await asyncio.gather(*state.tasks)
        connection.connection_lost(None)

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
