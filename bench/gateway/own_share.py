"""The gateway's own share: a 224-pixel JPEG with an engine that takes no time, over REST and over gRPC.

    python -m bench.gateway.own_share [--rounds 4] [--rate 50]

Requests arrive by the clock; the client's own time is in the figures, decoding the JPEG too.
"""

import argparse
import tempfile
from pathlib import Path

from bench.gateway import clients
from bench.gateway.figures import at_most, median, p99
from bench.gateway.photos import SMALL, photo
from bench.gateway.version import small_store
from bench.machine import machine_line
from tests.services.gateway.running import running_gateway

REQUESTS_A_ROUND = 500
CONNECTIONS = 2


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--rate", type=float, default=50.0)
    options = parser.parse_args()
    print(machine_line(), flush=True)
    store, small = small_store(), photo(SMALL)
    took: dict[str, list[float]] = {"REST": [], "gRPC": []}
    with (
        tempfile.TemporaryDirectory(prefix="bench-gateway-") as folder,
        running_gateway(store.root, Path(folder), module="bench.gateway.stub_gateway") as running,
    ):
        sides = {
            "REST": clients.rest(running.ports[0], small),
            "gRPC": clients.rpc(running.grpc_port or 0, small),
        }
        for side in sides.values():
            clients.open_loop(side, rate=options.rate, count=100, connections=CONNECTIONS)
        for _ in range(options.rounds):
            for name, side in sides.items():
                took[name] += clients.open_loop(
                    side, rate=options.rate, count=REQUESTS_A_ROUND, connections=CONNECTIONS
                )
    print(at_most("own share, REST, median", median(took["REST"]), 2, unit=" ms"))
    print(at_most("own share, REST, p99", p99(took["REST"]), 6, unit=" ms"))
    ratio = median(took["gRPC"]) / median(took["REST"])
    detail = f"gRPC median {median(took['gRPC']):.2f} ms, p99 {p99(took['gRPC']):.2f} ms"
    print(at_most("own share, gRPC / REST, medians", ratio, 1, unit=" x", detail=detail))


if __name__ == "__main__":
    main()
