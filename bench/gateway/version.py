"""The versions that are served while measuring.

`--store` says whose: the figures in docs/benchmarks.md are of a version of 320 pixels, as photos train it.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from jobs.registry import Registry

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "bench"

_PUBLISH = """
import pathlib, sys
from jobs.registry import Registry
from tests.services.gateway.tiny import publish_tiny
publish_tiny(Registry(pathlib.Path(sys.argv[1])), size=224)
"""


def store_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store",
        type=Path,
        default=Path("store"),
        help="with a version of the model detector (default: %(default)s)",
    )


def chosen_store(root: Path) -> Registry:
    """The store to serve from; ends the program where it has no version."""
    store = Registry(root.resolve())
    if not store.versions("detector"):
        raise SystemExit(
            f"error: {root} has no version of the model detector: train one, or name another --store."
        )
    return store


def small_store() -> Registry:
    """A version of 224 pixels whose graph is next to nothing: for what is measured without a model."""
    root = BUILD / "store-tiny-224"
    if not Registry(root).versions("detector"):
        subprocess.run(
            [sys.executable, "-c", _PUBLISH, str(root)], check=True, cwd=ROOT, stderr=subprocess.DEVNULL
        )
    return Registry(root)
