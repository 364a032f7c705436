"""What promtool says of the configuration, and every test of the rules."""

import subprocess
from pathlib import Path

import pytest

from tests.deploy.programs import program
from tests.deploy.prometheus.rules import PROMETHEUS_FOLDER, RULE_TESTS

pytestmark = pytest.mark.slow


def promtool(*arguments: str | Path) -> None:
    result = subprocess.run(
        [program("promtool"), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", ["prometheus.yml", "kubernetes.yml"])
def test_the_configuration_loads(name: str) -> None:
    promtool("check", "config", PROMETHEUS_FOLDER / name)


@pytest.mark.parametrize("path", sorted(RULE_TESTS.glob("*.yml")), ids=lambda path: path.stem)
def test_rules_fire_when_they_should_and_only_then(path: Path) -> None:
    promtool("test", "rules", path)
