"""Numbers as lines: both sides, their ratio, the target, met or not."""

from collections.abc import Sequence

import numpy as np


def median(values: Sequence[float]) -> float:
    return float(np.median(values))


def p99(values: Sequence[float]) -> float:
    return float(np.percentile(values, 99))


def at_most(name: str, value: float, bound: float, *, unit: str = "", detail: str = "") -> str:
    """A line whose value should not be above `bound`."""
    return _line(name, value, f"at most {bound:g}", value <= bound, unit, detail)


def at_least(name: str, value: float, bound: float, *, unit: str = "", detail: str = "") -> str:
    """A line whose value should not be below `bound`."""
    return _line(name, value, f"at least {bound:g}", value >= bound, unit, detail)


def _line(name: str, value: float, target: str, met: bool, unit: str, detail: str) -> str:
    said = f"{value:.2f}{unit} ({target}: {'met' if met else 'NOT met'})"
    return f"{name:<52} {said}" + (f"  [{detail}]" if detail else "")
