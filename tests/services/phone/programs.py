"""Running a piece of code as its reader would, in a folder of one's own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.boxes import Box
from detector.detections import Detection
from jobs.train.export.runtimes.node import node_program

_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended, and what it said."""

    code: int
    out: str
    error: str

    def detections(self, labels: Sequence[str]) -> list[Detection]:
        """What it printed as JSON lines; AssertionError, with what it said, if it failed."""
        assert self.code == 0, self.error
        return detections([json.loads(line) for line in self.out.splitlines()], labels)


def detections(rows: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> list[Detection]:
    """What /detect answers and what the examples print: a label, a score and a box from 0 to 1 each."""
    return [Detection(labels.index(row["label"]), row["score"], Box(**row["box"])) for row in rows]


def bash(code: str, folder: Path, **environment: str) -> Ran:
    """As it is pasted into a shell, but stopping where something fails."""
    return _run(["bash", "-euc", code], folder, environment)


def python(code: str, folder: Path, *arguments: str, **environment: str) -> Ran:
    """With this environment's Python."""
    (folder / "example.py").write_text(code, "utf-8")
    return _run([sys.executable, "example.py", *arguments], folder, environment)


def node(code: str, folder: Path, *arguments: str, **environment: str) -> Ran:
    """As a module, with this environment's Node."""
    (folder / "example.mjs").write_text(code, "utf-8")
    return _run([node_program(), "example.mjs", *arguments], folder, environment)


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Ran:
    plain = {name: value for name, value in os.environ.items() if name != "API_KEY"}
    done = subprocess.run(
        command, cwd=folder, env=plain | dict(environment), capture_output=True, text=True, timeout=_TIMEOUT_S
    )
    return Ran(done.returncode, done.stdout, done.stderr)
