"""640-pixel JPEG, eight clients: answers a second of the gateway, the bare loop, the naive path and LitServe.

    python -m bench.gateway.throughput [--store DIR] [--seconds 20] [--litserve]

The bare loop runs once a core. `--litserve` makes an environment for LitServe under build/ (pip install).
"""

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.gateway import clients
from bench.gateway.figures import at_least
from bench.gateway.litserve_server import as_form, litserve_server
from bench.gateway.photos import MEDIUM, photo
from bench.gateway.servers import naive_server, tflite_file
from bench.gateway.version import ROOT, chosen_store, store_argument
from bench.machine import machine_line
from tests.services.gateway.running import running_gateway

CLIENTS = 8
WARM_UP_S = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    store_argument(parser)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--litserve", action="store_true")
    options = parser.parse_args()
    print(machine_line(), flush=True)
    store, medium = chosen_store(options.store), photo(MEDIUM)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-gateway-")))
        picture = folder / "photo.jpg"
        picture.write_bytes(medium)
        bare = _bare_a_core(tflite_file(store), picture, seconds=options.seconds)
        print(f"bare loop, once a core   {bare:7.1f} photos/s", flush=True)
        gateway = stack.enter_context(running_gateway(store.root, folder))
        ours = _measured(clients.rest(gateway.ports[0], medium), "gateway", options.seconds)
        with naive_server(store) as port:
            naive = _measured(clients.rest(port, medium), "naive path", options.seconds)
        print(at_least("640-pixel JPEG, 8 clients: gateway / bare loop", ours / bare, 0.85, unit=" x"))
        print(at_least("640-pixel JPEG, 8 clients: gateway / naive path", ours / naive, 5, unit=" x"))
        if options.litserve:
            body, content_type = as_form(medium)
            with litserve_server(tflite_file(store)) as port:
                client = clients.rest(port, body, content_type=content_type, path="/predict")
                theirs = _measured(client, "LitServe", options.seconds)
            print(at_least("640-pixel JPEG, 8 clients: gateway / LitServe", ours / theirs, 1, unit=" x"))


def _measured(client: clients.Client, name: str, seconds: float) -> float:
    clients.throughput(client, clients=CLIENTS, seconds=WARM_UP_S)
    rate = clients.throughput(client, clients=CLIENTS, seconds=seconds)
    print(f"{name:<24} {rate:7.1f} photos/s", flush=True)
    return rate


def _bare_a_core(tflite: Path, picture: Path, *, seconds: float) -> float:
    """Photos a second of one bare loop a core, all at once."""
    command = [sys.executable, "-m", "bench.gateway.bare", str(tflite), str(picture), str(seconds)]
    loops = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in os.sched_getaffinity(0)
    ]
    for loop in loops:
        if loop.stdout is None or loop.stdout.readline().strip() != "ready":
            raise SystemExit("error: the bare loop did not start.")
    counts = [0] * len(loops)
    for loop in loops:
        if loop.stdin is not None:
            loop.stdin.write("go\n")
            loop.stdin.flush()
    for index, loop in enumerate(loops):
        counts[index] = int(loop.communicate()[0].strip())
    return sum(counts) / seconds


if __name__ == "__main__":
    main()
