"""`make test-light` works with what requirements/light.lock holds."""

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import NEEDED_BY

ROOT = Path(__file__).resolve().parents[2]
COLLECT = """
import sys
import pytest
hidden, folders = sys.argv[1].split(","), sys.argv[2:]
sys.modules.update(dict.fromkeys(hidden))
sys.exit(pytest.main(["--collect-only", "-q", "-p", "pytest_timeout", *folders]))
"""


def names(lock: str) -> set[str]:
    return set(re.findall(r"(?m)^([a-z0-9-]+)==", (ROOT / "requirements" / lock).read_text("utf-8")))


def modules_of(packages: set[str]) -> set[str]:
    """Modules that these packages bring and no other package does."""
    return {
        module
        for module, distributions in importlib.metadata.packages_distributions().items()
        if {re.sub(r"[-_.]+", "-", name).lower() for name in distributions} <= packages
    }


def test_the_unit_tests_import_nothing_that_the_light_lock_lacks() -> None:
    hidden = modules_of(names("all.lock") - names("light.lock"))
    assert not names("light.lock") - names("all.lock")
    folders = ["tests/detector", "tests/services/gateway", "tests/services/serving"]
    command = [sys.executable, "-c", COLLECT, ",".join(hidden), *folders]
    # Plugins of pytest are packages, too; a hidden one could not be loaded.
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr


def test_what_is_left_out_is_there() -> None:
    assert all((ROOT / "tests" / path).is_file() for paths in NEEDED_BY.values() for path in paths)
