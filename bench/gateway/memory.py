"""Memory and start: idle, under eight 12-megapixel photos at once, from start to ready, over minutes of load.

    python -m bench.gateway.memory [--store DIR] [--minutes 0]

`--minutes 5` adds five minutes of four times the load that the gateway carries, and prints the growth.
"""

import argparse
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.gateway import clients
from bench.gateway.figures import at_most, median
from bench.gateway.photos import LARGE, photo
from bench.gateway.version import chosen_store, store_argument
from bench.machine import machine_line
from tests.faults.flood import grown_bytes
from tests.services.gateway.running import Running, running_gateway

AT_ONCE = 8
ROUNDS = 5
STARTS = 5


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    store_argument(parser)
    parser.add_argument("--minutes", type=float, default=0.0)
    options = parser.parse_args()
    print(machine_line(), flush=True)
    root = chosen_store(options.store).root
    with tempfile.TemporaryDirectory(prefix="bench-gateway-") as name:
        folder = Path(name)
        starts = [_seconds_to_ready(root, folder) for _ in range(STARTS)]
        print(at_most("start to ready, median", median(starts), 1.5, unit=" s"))
        with running_gateway(root, folder) as running:
            print(at_most("idle memory", _status_mb(running, "VmRSS"), 150, unit=" MB"))
            _many_at_once(running)
            print(
                at_most("peak with eight 12-megapixel photos", _status_mb(running, "VmHWM"), 350, unit=" MB")
            )
            maps = Path(f"/proc/{running.process.pid}/maps").read_text()
            print(f"TensorFlow's libraries in the process: {'yes' if '/tensorflow/' in maps else 'none'}")
        if options.minutes:
            grown = grown_bytes(root, folder, seconds=60 * options.minutes) / 1e6
            print(at_most(f"growth over {options.minutes:g} minutes of overload", grown, 20, unit=" MB"))


def _seconds_to_ready(root: Path, folder: Path) -> float:
    started = time.perf_counter()
    with running_gateway(root, folder):
        return time.perf_counter() - started


def _many_at_once(running: Running) -> None:
    client = clients.rest(running.ports[0], photo(LARGE))

    def ask(_: int) -> None:
        with client() as post:
            for _ in range(ROUNDS):
                post()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask, range(AT_ONCE)))


def _status_mb(running: Running, field: str) -> float:
    """Of /proc/PID/status: VmRSS is what it has, VmHWM the most it had."""
    lines = Path(f"/proc/{running.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{field}:"))


if __name__ == "__main__":
    main()
