"""What the gateway adds to calling TensorFlow Serving directly: a 224-pixel JPEG, medians, taking turns.

    python -m bench.gateway.serving_hop [--store DIR] [--target HOST:PORT] [--rounds 15]

Without `--target` the stand-in of the tests serves the real SavedModel. A direct call sends the tensor as it is; the
gateway is sent the JPEG, decodes it and sends the same tensor.
"""

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.gateway import clients
from bench.gateway.figures import at_most, median
from bench.gateway.photos import SMALL, photo
from bench.gateway.servers import stable_version
from bench.gateway.version import chosen_store, store_argument
from bench.gateway.wire import TIMEOUT_S
from bench.machine import machine_line
from detector.images import load_image, resize_square
from jobs.registry import Registry
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import VersionFiles
from services.gateway.engines.tfserving import TfServingEngine
from services.serving.model_config import serving_config
from tests.services.gateway.running import running_gateway
from tests.serving_standin.running import free_port, running_serving

REQUESTS_A_ROUND = 20
WARM_UP = 20


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    store_argument(parser)
    parser.add_argument("--target", help="a TensorFlow Serving that serves the store already")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    print(machine_line(), flush=True)
    store, small = chosen_store(options.store), photo(SMALL)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-gateway-")))
        target = options.target or _stand_in(store, folder, stack)
        gateway = stack.enter_context(
            running_gateway(store.root, folder, engine="tfserving", tfserving_target=target)
        )
        sides = {
            "direct": clients.local(_direct_call(store, target, small)),
            "gateway": clients.rest(gateway.ports[0], small),
        }
        took = _take_turns(sides, rounds=options.rounds)
    direct, through = median(took["direct"]), median(took["gateway"])
    detail = f"direct {direct:.2f} ms, through the gateway {through:.2f} ms"
    print(at_most("TensorFlow Serving: added to the median", through - direct, 2, unit=" ms", detail=detail))


def _take_turns(sides: dict[str, clients.Client], *, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each side, at half of what the server carries."""
    alone = [clients.open_loop(side, rate=5, count=WARM_UP) for side in sides.values()]
    rate = 0.5 * 1e3 / max(median(times) for times in alone)
    took: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            took[name] += clients.open_loop(side, rate=rate, count=REQUESTS_A_ROUND)
    return took


def _stand_in(store: Registry, folder: Path, stack: ExitStack) -> str:
    port, config = free_port(), folder / "models.config"
    config.write_text(serving_config(store.served_models(), serving_root=str(store.root)))
    stack.enter_context(running_serving(config, port=port))
    return f"127.0.0.1:{port}"


def _direct_call(store: Registry, target: str, content: bytes) -> clients.Ask:
    """Predict with the tensor of this photo, answered and read."""
    version = stable_version(store)
    size = store.manifest("detector", version).input.width
    square = resize_square(load_image(content, at_least=2 * size).pixels, size)
    files = VersionFiles("detector", version, size, store.artifacts_dir("detector", version))
    runner = TfServingEngine(target).load(files)

    def ask() -> None:
        runner.run(square, channel="stable", deadline=Deadline(time.monotonic() + TIMEOUT_S))

    return ask


if __name__ == "__main__":
    main()
