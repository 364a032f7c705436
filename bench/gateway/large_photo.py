"""A 12-megapixel JPEG, one client: the gateway, the bare loop and the naive path, taking turns.

    python -m bench.gateway.large_photo [--store DIR] [--rounds 5]

Photos arrive by the clock, at half the rate that each side can carry alone.
"""

import argparse
import tempfile
from pathlib import Path

from bench.gateway import clients
from bench.gateway.bare import BareLoop
from bench.gateway.figures import at_least, at_most, median, p99
from bench.gateway.photos import LARGE, photo
from bench.gateway.servers import naive_server, tflite_file
from bench.gateway.version import chosen_store, store_argument
from bench.machine import machine_line
from tests.services.gateway.running import running_gateway

PHOTOS_A_ROUND = 20
WARM_UP = 5


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    store_argument(parser)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(machine_line(), flush=True)
    store = chosen_store(options.store)
    large = photo(LARGE)
    bare = BareLoop(tflite_file(store))
    with (
        tempfile.TemporaryDirectory(prefix="bench-gateway-") as folder,
        running_gateway(store.root, Path(folder)) as gateway,
        naive_server(store) as naive_port,
    ):
        sides = {
            "gateway": clients.rest(gateway.ports[0], large),
            "bare": clients.local(lambda: bare(large)),
            "naive": clients.rest(naive_port, large),
        }
        took = _take_turns(sides, rounds=options.rounds)
    ours = median(took["gateway"])
    for name, values in took.items():
        print(f"{name:<8} median {median(values):7.1f} ms  p99 {p99(values):7.1f} ms  of {len(values)}")
    print(at_most("12-megapixel JPEG: gateway / bare loop", ours / median(took["bare"]), 1.15, unit=" x"))
    print(at_least("12-megapixel JPEG: naive path / gateway", median(took["naive"]) / ours, 4, unit=" x"))


def _take_turns(sides: dict[str, clients.Client], *, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each side; in turns, so that a slow moment of the machine meets all of them."""
    rates = {}
    for name, side in sides.items():
        alone = clients.open_loop(side, rate=0.5, count=WARM_UP)
        rates[name] = 0.5 * 1e3 / median(alone)
    took: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            took[name] += clients.open_loop(side, rate=rates[name], count=PHOTOS_A_ROUND)
    return took


if __name__ == "__main__":
    main()
