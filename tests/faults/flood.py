"""Requests by the clock, whether or not the last ones were answered, and what they leave in memory."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.detector.pictures import encode, noise
from tests.services.gateway.running import Running, running_gateway

CLIENTS_FOR_CAPACITY = 2
OVERLOAD = 4
WARM_UP_S = 15.0


@dataclass(frozen=True, slots=True)
class Answered:
    """`seconds` from the end of the headers to the status line."""

    status: int
    seconds: float


def costly_photo() -> bytes:
    """Progressive, which makes it as costly as a plain one of its size with a real model behind it."""
    return encode(noise(4000, 3000, grain=200), quality=75, progressive=True)


async def ask(port: int, photo: bytes, *, send_body: bool = True) -> Answered:
    """One request on a connection of its own; the body is sent while the answer is awaited."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /detect HTTP/1.1\r\nHost: x\r\nContent-Length: {len(photo)}\r\n\r\n"
    writer.write(head.encode())
    await writer.drain()
    started = time.perf_counter()
    if send_body:
        writer.write(photo)
    status = await asyncio.wait_for(reader.readline(), 20)
    seconds = time.perf_counter() - started
    writer.transport.abort()
    return Answered(int(status.split()[1]), seconds)


async def capacity(port: int, photo: bytes, *, seconds: float) -> float:
    """Answers a second with clients that wait for their answers."""
    deadline = time.perf_counter() + seconds

    async def client() -> int:
        done = 0
        while time.perf_counter() < deadline:
            done += (await ask(port, photo)).status == 200
        return done

    counts = await asyncio.gather(*(client() for _ in range(CLIENTS_FOR_CAPACITY)))
    return sum(counts) / seconds


async def flood(port: int, photo: bytes, *, rate: float, seconds: float) -> list[Answered]:
    """`rate` requests a second for so long; their answers."""
    requests = []
    start = time.perf_counter()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        requests.append(asyncio.create_task(ask(port, photo)))
    return await asyncio.gather(*requests)


@contextmanager
def split_cores() -> Iterator[tuple[str, ...]]:
    """The generator, this process, on the last core; yields what puts the server on the first."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    try:
        yield ("taskset", "-c", str(cores[0]))
    finally:
        os.sched_setaffinity(0, set(cores))


_LEAST = """
import asyncio

async def answer(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(b"HTTP/1.1 429\\r\\n")

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


@contextmanager
def least_server(prefix: tuple[str, ...]) -> Iterator[int]:
    """The port of a server that refuses everybody and does nothing else: the time that it takes is the machine's."""
    command = [*prefix, sys.executable, "-c", _LEAST]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def resident_bytes(running: Running) -> int:
    """Memory that the gateway has now."""
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def grown_bytes(store: Path, folder: Path, *, seconds: float) -> int:
    """How much memory a gateway gains in so long a time under four times the load that it carries.

    What it takes in the first seconds, while its queue fills and its allocator warms up, is not growth.
    """
    photo = costly_photo()
    with (
        split_cores() as first_core,
        running_gateway(store, folder, prefix=first_core, max_queue=16) as running,
    ):
        port = running.ports[0]
        rate = OVERLOAD * asyncio.run(capacity(port, photo, seconds=5.0))
        asyncio.run(flood(port, photo, rate=rate, seconds=WARM_UP_S))
        before = resident_bytes(running)
        asyncio.run(flood(port, photo, rate=rate, seconds=seconds))
        return resident_bytes(running) - before
