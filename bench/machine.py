"""The line that says where numbers were measured."""

import os
import platform


def machine_line() -> str:
    """Processor, cores this process may use, and Python."""
    return (
        f"machine: {_processor()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}"
    )


def _processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        return next(
            (line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown"
        )
