"""The line that says where numbers were measured."""

import os
import platform
import resource


def machine_line() -> str:
    """Processor, cores this process may use, and Python."""
    return (
        f"machine: {_processor()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}"
    )


def peak_memory_gb() -> float:
    """Most memory that this process has had at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        return next(
            (line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown"
        )
