"""deploy/train/lock_for_machine.py: the training image on processors that some packages were never built for."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.train.lock_for_machine import MISSING, lock_for

LOCK = (Path(__file__).parents[2] / "requirements" / "train.lock").read_text("utf-8")


def names(lock: str) -> list[str]:
    return re.findall(r"(?m)^([a-z0-9-]+)==", lock)


def test_where_everything_can_be_had_the_lock_is_as_it_is() -> None:
    assert lock_for("x86_64", LOCK) == LOCK


def test_on_arm64_what_was_never_built_for_it_is_left_out_with_its_hashes() -> None:
    here = lock_for("aarch64", LOCK)
    assert set(names(LOCK)) - set(names(here)) == MISSING["aarch64"]
    left_out = re.findall(r"(?m)^(?:tensorflow-decision-forests|ydf)==.*\n(?:    .*\n)+", LOCK)
    assert len(left_out) == 2
    assert len(here) == len(LOCK) - sum(map(len, left_out))


@pytest.mark.slow
def test_the_tfjs_converter_does_with_an_empty_module_for_what_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "tensorflow_decision_forests.py").touch()
    (tmp_path / "ydf.py").write_text("raise ImportError")
    converter = "from tensorflowjs.converters import convert_tf_saved_model, save_keras_model"
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", converter], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
