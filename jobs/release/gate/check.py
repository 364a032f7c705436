"""One row of the gate's table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["passed", "refused", "damaged", "not measured"]
"""refused: a judgement, which a person may overrule by force.
damaged: a version that cannot serve or must not; no force overrules it.
not measured: there is no number to compare, for instance of false positives without any empty photo."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, in words for the table and as `values` for machines."""

    name: str
    stable: str
    candidate: str
    rule: str
    outcome: Outcome
    values: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "outcome": self.outcome,
            "rule": self.rule,
            "stable": self.stable,
            "candidate": self.candidate,
            **self.values,
        }


def verdict(holds: bool) -> Outcome:
    return "passed" if holds else "refused"
