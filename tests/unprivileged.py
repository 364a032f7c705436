"""Commands that permissions stop, also where the tests run as root."""

import os
from collections.abc import Sequence
from pathlib import Path

WITHOUT_OVERRIDE = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
"""Root without these capabilities is refused what the modes of files refuse their owner."""


def obeying_permissions(command: Sequence[str | Path]) -> list[str]:
    """`command`, which may read no more than the modes of files allow to their owner."""
    prefix = WITHOUT_OVERRIDE if os.geteuid() == 0 else ()
    return [*prefix, *(str(part) for part in command)]
