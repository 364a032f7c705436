"""A lock without the packages that this kind of machine cannot have: `lock_for_machine.py LOCK > HERE`."""

import platform
import re
import sys
from pathlib import Path

MISSING = {"aarch64": frozenset({"tensorflow-decision-forests", "ydf"})}
"""By Linux's name for a processor: what is published for x86-64 alone. Only tensorflowjs asks for it, which imports the
first to convert decision forests; the image puts an empty module in its place."""


def lock_for(machine: str, lock: str) -> str:
    """`lock` without the entries, hashes and comments included, of what is missing on `machine`."""
    entries = re.split(r"(?m)^(?=[a-z0-9])", lock)
    missing = MISSING.get(machine, frozenset())
    return "".join(entry for entry in entries if entry.partition("==")[0] not in missing)


if __name__ == "__main__":
    sys.stdout.write(lock_for(platform.machine(), Path(sys.argv[1]).read_text("utf-8")))
