"""deploy/train/train-if-empty.sh: the first version is trained once, also where its publication was killed."""

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from detector.store import Channels
from jobs.registry import Registry
from tests.detector.store.example import publish
from tests.jobs.registry.test_crashes import NAME, killed_at

ROOT = Path(__file__).parents[2]
DETECTOR = f"""#!/bin/sh
[ "$1" != train ] || exec echo "trains $2"
exec {sys.executable} -c "from jobs.cli import main; main()" "$@"
"""


@pytest.fixture
def store(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "store")


def run(store: Registry) -> str:
    """What the script says, with a `detector` that only says that it trains."""
    programs = store.root.parent / "bin"
    programs.mkdir()
    command = programs / "detector"
    command.write_text(DETECTOR)
    command.chmod(0o755)
    variables = {"PATH": f"{programs}:{os.environ['PATH']}", "DETECTOR_STORE": str(store.root)}
    script = ROOT / "deploy/train/train-if-empty.sh"
    done = subprocess.run(
        [script, "photos"], cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def test_an_empty_store_is_trained_into(store: Registry) -> None:
    assert run(store) == "trains photos\n"


def test_a_store_with_a_version_is_left_alone(store: Registry) -> None:
    publish(store)
    assert run(store) == "The store has a version: nothing to train.\n"


def test_a_first_publication_that_was_killed_is_finished(tmp_path: Path) -> None:
    for change in count(1):
        store = Registry(tmp_path / str(change) / "store")
        assert killed_at(change, publish, store), "The configuration is never written last."
        if store.model_dir(NAME, 1).is_dir():
            break
    assert not (store.root / "models.config").exists()
    assert "nothing to train" in run(store)
    assert (store.root / "models.config").exists()
    assert store.channels(NAME) == Channels(stable=1)


def test_one_that_could_not_be_finished_is_trained_again(store: Registry) -> None:
    (store.root / "models" / NAME).mkdir(parents=True)
    assert run(store).endswith("trains photos\n")
