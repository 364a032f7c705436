"""The rules in deploy/prometheus, and the tests of them that promtool runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
PROMETHEUS_FOLDER = ROOT / "deploy" / "prometheus"
RULE_TESTS = Path(__file__).parent / "rules"


@dataclass(frozen=True, slots=True)
class Recording:
    """A series that Prometheus computes for itself."""

    name: str
    expression: str


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as its file has it."""

    name: str
    expression: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    def __str__(self) -> str:
        return self.name


def alerts() -> list[Alert]:
    return [
        Alert(rule["alert"], rule["expr"], rule["labels"], rule["annotations"])
        for rule in _rules()
        if "alert" in rule
    ]


def recordings() -> list[Recording]:
    return [Recording(rule["record"], rule["expr"]) for rule in _rules() if "record" in rule]


def rule_tests() -> list[Any]:
    """Every test case of promtool that expects something of an alert."""
    files = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(RULE_TESTS.glob("*.yml"))]
    return [case for file in files for test in file["tests"] for case in test.get("alert_rule_test", [])]


def _rules() -> Iterator[Any]:
    for path in sorted((PROMETHEUS_FOLDER / "rules").glob("*.yml")):
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            yield from group["rules"]
