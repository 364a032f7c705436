"""The versions that are served while measuring.

Speed does not depend on what the weights are: a run of one epoch on drawn pictures, at the size and width of the
default training on photos, costs a minute and is kept under build/. `--store` measures a version of one's own.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from detector.store import Store

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "bench"
PHOTO_SIZE = 320
TRAIN_ARGUMENTS = (
    "--size", str(PHOTO_SIZE), "--base-weights", "random", "--shapes", "40", "--phase1-epochs", "1",
    "--phase2-epochs", "1", "--samples", "0", "--no-tfjs",
)  # fmt: skip


def store_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store", type=Path, help="with a model called detector; one is trained if not given"
    )


def chosen_store(given: Path | None) -> Store:
    """The store to serve from."""
    return Store((given or _trained()).resolve())


def _trained() -> Path:
    root = BUILD / f"store-{PHOTO_SIZE}"
    if not Store(root).versions("detector"):
        print("training a version to measure with (a minute or two, once)", flush=True)
        command = "from jobs.cli import main; main()"
        subprocess.run(
            [sys.executable, "-c", command, "train", "--store", str(root), *TRAIN_ARGUMENTS],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return root


def small_store() -> Store:
    """A version of 224 pixels whose graph is next to nothing: for what is measured without a model."""
    root = BUILD / "store-tiny-224"
    if not Store(root).versions("detector"):
        code = (
            "import sys; from detector.store import Store; from tests.services.gateway.tiny import publish_tiny;"
            "publish_tiny(Store(sys.argv[1]), size=224)"
        )
        subprocess.run([sys.executable, "-c", code, str(root)], check=True, cwd=ROOT)
    return Store(root)
