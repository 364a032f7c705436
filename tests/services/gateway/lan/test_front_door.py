"""One port, two languages: TLS and plain http, and neither silence nor noise keeps the door."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
import uvloop

from services.gateway.lan.front_door import FrontDoor
from services.gateway.lan.lan import Lan
from tests.services.gateway.lan.helpers import answer, open_lan, trusting

GREETING_S = 10.0
"""Dozens of handshakes at once take a busy machine a second, on both sides of one event loop."""
SHORT_GREETING_S = 0.5


class SaysWhich(asyncio.Protocol):
    """Answers the first bytes with how they came, and closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class is no subclass of it

    def data_received(self, data: bytes) -> None:
        how = b"tls " if self.transport.get_extra_info("sslcontext") else b"plain "
        self.transport.write(how + data)
        self.transport.close()


@asynccontextmanager
async def door(lan: Lan, *, greeting_s: float = GREETING_S) -> AsyncIterator[int]:
    """An open door on loopback; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        opened = FrontDoor(listener, protocol=SaysWhich, tls=lan.tls, greeting_s=greeting_s)
        try:
            yield listener.getsockname()[1]
        finally:
            opened.close()
            await asyncio.wait_for(opened.wait_closed(), 5)


@pytest.fixture
def lan(tmp_path: Path) -> Lan:
    return open_lan(tmp_path)


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def runner(request: pytest.FixtureRequest) -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=request.param) as runner:
        yield runner


def test_tls_and_plain_http_share_the_port(runner: asyncio.Runner, lan: Lan) -> None:
    async def scene() -> None:
        async with door(lan) as port:
            assert await answer(port) == b"plain hello\n"
            assert await answer(port, tls=trusting(lan), name="localhost") == b"tls hello\n"

    runner.run(scene())


def test_many_come_at_once(runner: asyncio.Runner, lan: Lan) -> None:
    async def scene() -> None:
        async with door(lan) as port:
            context = trusting(lan)
            answers = await asyncio.gather(
                *(
                    answer(port, tls=context if odd % 2 else None, name="localhost" if odd % 2 else None)
                    for odd in range(60)
                )
            )
            assert answers == [b"plain hello\n", b"tls hello\n"] * 30

    runner.run(scene())


def test_who_does_not_trust_the_authority_is_not_answered_and_others_are(
    runner: asyncio.Runner, lan: Lan
) -> None:
    async def scene() -> None:
        async with door(lan) as port:
            with pytest.raises(ssl.SSLCertVerificationError):
                await answer(port, tls=ssl.create_default_context(), name="localhost")
            with pytest.raises(ssl.SSLCertVerificationError):
                await answer(port, tls=trusting(lan), name="elsewhere.local")
            assert await answer(port, tls=trusting(lan), name="localhost") == b"tls hello\n"

    runner.run(scene())


@pytest.mark.parametrize(
    "first", [b"", b"\x16", b"\x16\x03\x01\x00\x05junk!junk!"], ids=["silence", "half", "noise"]
)
def test_connections_that_never_begin_are_closed_in_time(
    runner: asyncio.Runner, lan: Lan, first: bytes
) -> None:
    async def scene() -> None:
        async with door(lan, greeting_s=SHORT_GREETING_S) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(first)
            # Noise may be told by an alert before it is closed.
            assert len(await asyncio.wait_for(reader.read(), 10 * SHORT_GREETING_S)) < 10
            writer.close()
            assert await answer(port) == b"plain hello\n"

    runner.run(scene())


def test_visitors_that_leave_at_once_do_no_harm(runner: asyncio.Runner, lan: Lan) -> None:
    async def scene() -> None:
        async with door(lan) as port:
            for _ in range(20):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
            assert await answer(port) == b"plain hello\n"

    runner.run(scene())


def test_a_closed_door_lets_those_inside_finish(runner: asyncio.Runner, lan: Lan) -> None:
    async def scene() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            opened = FrontDoor(listener, protocol=SaysWhich, tls=lan.tls, greeting_s=GREETING_S)
            port = listener.getsockname()[1]
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=trusting(lan), server_hostname="localhost"
            )
            opened.close()
            await opened.wait_closed()
            writer.write(b"hello\n")
            assert await asyncio.wait_for(reader.read(), 10) == b"tls hello\n"
            writer.close()

    runner.run(scene())
