"""The gate that a version passes before it becomes stable: numbers against the stable version, on the same photos."""

from jobs.release.gate.check import Check, Outcome
from jobs.release.gate.gate import GateResult, run_gate

__all__ = ["Check", "GateResult", "Outcome", "run_gate"]
