"""More load than can be carried: what fits is answered, the rest is refused at once, unread."""

import asyncio
import os
import socket
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from detector.store import Store
from tests.detector.pictures import encode, noise
from tests.services.gateway.running import Running, running_gateway

# Progressive, which makes it as costly as a plain one of its size with a real model behind it.
PHOTO = encode(noise(4000, 3000, grain=200), quality=75, progressive=True)
SECONDS = 6.0
CLIENTS_FOR_CAPACITY = 2


@dataclass(frozen=True, slots=True)
class Answered:
    """`seconds` from the end of the headers to the status line."""

    status: int
    seconds: float


async def ask(port: int, *, send_body: bool = True) -> Answered:
    """One request on a connection of its own; the body is sent while the answer is awaited."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /detect HTTP/1.1\r\nHost: x\r\nContent-Length: {len(PHOTO)}\r\n\r\n"
    writer.write(head.encode())
    await writer.drain()
    started = time.perf_counter()
    if send_body:
        writer.write(PHOTO)
    status = await asyncio.wait_for(reader.readline(), 20)
    seconds = time.perf_counter() - started
    writer.transport.abort()
    return Answered(int(status.split()[1]), seconds)


async def capacity(port: int) -> float:
    """Answers a second with clients that wait for their answers."""
    deadline = time.perf_counter() + SECONDS

    async def client() -> int:
        done = 0
        while time.perf_counter() < deadline:
            done += (await ask(port)).status == 200
        return done

    counts = await asyncio.gather(*(client() for _ in range(CLIENTS_FOR_CAPACITY)))
    return sum(counts) / SECONDS


async def flood(port: int, rate: float) -> list[Answered]:
    """Requests by the clock, whether or not the last ones were answered."""
    requests = []
    start = time.perf_counter()
    for number in range(int(rate * SECONDS)):
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        requests.append(asyncio.create_task(ask(port)))
    return await asyncio.gather(*requests)


def test_four_times_the_load(tiny_store: Store, tmp_path: Path) -> None:
    cores = sorted(os.sched_getaffinity(0))
    with running_gateway(
        tiny_store.root, tmp_path, prefix=("taskset", "-c", str(cores[0])), max_queue=16
    ) as running:
        os.sched_setaffinity(0, {cores[-1]})
        try:
            carried = asyncio.run(capacity(running.ports[0]))
            before = resident_bytes(running)
            answers = asyncio.run(flood(running.ports[0], 4 * carried))
            after = resident_bytes(running)
        finally:
            os.sched_setaffinity(0, set(cores))
    good = sum(answer.status == 200 for answer in answers) / SECONDS
    refused = [answer.seconds for answer in answers if answer.status == 429]
    print(f"capacity {carried:.0f}/s, goodput {good:.0f}/s, refused in {statistics.median(refused):.4f} s")
    assert {answer.status for answer in answers} == {200, 429}
    assert good >= 0.9 * carried
    assert statistics.median(refused) < 0.010
    assert after - before < 60_000_000


def resident_bytes(running: Running) -> int:
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def test_a_refusal_does_not_wait_for_the_body(tiny_store: Store, tmp_path: Path) -> None:
    """The connection stays usable for the answer although the body never comes."""
    with running_gateway(tiny_store.root, tmp_path, max_uploads=1) as running:
        with socket.create_connection(("127.0.0.1", running.ports[0])) as holding:
            holding.sendall(b"POST /detect HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
            answer = asyncio.run(first_refusal(running.ports[0]))
        assert answer.status == 429


async def first_refusal(port: int) -> Answered:
    for _ in range(200):
        answer = await asyncio.wait_for(ask(port, send_body=False), 5)
        if answer.status == 429:
            return answer
    raise AssertionError("Never refused.")
