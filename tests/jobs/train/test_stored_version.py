from pathlib import Path

import pytest

from detector.manifest import UNMEASURED_THRESHOLD, Manifest
from detector.store import Store
from jobs.train.stored_version import ChosenVersion


def test_the_threshold_is_the_versions_own_else_that_of_one_that_does_not_say(tmp_path: Path) -> None:
    measured = ChosenVersion(Store(tmp_path), Manifest(score_threshold=0.25), "tflite_f32")
    assert measured.score_threshold == pytest.approx(0.25)
    assert ChosenVersion(Store(tmp_path), Manifest(), "tflite_f32").score_threshold == UNMEASURED_THRESHOLD
