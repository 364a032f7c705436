"""What CONTRIBUTING.md tells people to open and to run is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
MADE_BY_SETUP = (".venv",)


def paths() -> list[str]:
    named = re.findall(r"`([\w.-]+/[\w./-]*|\w+\.(?:md|toml))`", TEXT)
    return sorted({path for path in named if not path.startswith(MADE_BY_SETUP)})


def verbs() -> list[str]:
    commands = re.findall(r"(?m)(?:`|^)make ((?:[a-z-]+ ?)+)", TEXT)
    return sorted({verb for command in commands for verb in command.split()})


@pytest.mark.parametrize("path", paths())
def test_a_path_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_verbs_that_are_named_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert {"lint", "test-light", "setup"} <= set(verbs())
    assert [verb for verb in verbs() if not re.search(rf"(?m)^{verb}:", makefile)] == []
