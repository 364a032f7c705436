"""All rows: python -m bench.gateway"""

import subprocess
import sys

ROWS: tuple[tuple[str, ...], ...] = (
    ("memory",),
    ("own_share",),
    ("serving_hop",),
    ("large_photo",),
    ("throughput", "--litserve"),
)


def main() -> int:
    """Each row in a process of its own; the exit code says whether all of them ran."""
    codes = [
        subprocess.run([sys.executable, "-m", f"bench.gateway.{row}", *arguments], check=False).returncode
        for row, *arguments in ROWS
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
