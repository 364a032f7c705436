"""Runs a command and prints the most memory it had at once, in GB, as the last line of standard output."""

import resource
import subprocess
import sys


def main() -> None:
    done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(peak_kib * 1024 / 1e9)


if __name__ == "__main__":
    main()
