"""All rows: python -m bench.gateway [STORE]"""

import subprocess
import sys

ROWS = ("memory", "own_share", "serving_hop", "large_photo", "throughput")


def main() -> int:
    """Each row in a process of its own; the exit code says whether all of them ran."""
    store = ["--store", sys.argv[1]] if len(sys.argv) > 1 else []
    codes = [
        subprocess.run(
            [sys.executable, "-m", f"bench.gateway.{row}", *(store if row != "own_share" else [])],
            check=False,
        ).returncode
        for row in ROWS
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
