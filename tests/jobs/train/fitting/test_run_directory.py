import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from detector.errors import StoreError
from jobs.train.config import TrainConfig
from jobs.train.data.photos import LabelledPhoto, Split
from jobs.train.fitting.run_directory import KEPT_DAYS, forget_abandoned_runs, lock_run, run_directory

PIXELS = np.zeros((8, 8, 3), np.uint8)
SPLIT = Split(
    train=(LabelledPhoto("a", "a", PIXELS, PIXELS, ()),),
    val=(LabelledPhoto("b", "b", PIXELS, PIXELS, ()),),
)
LATER = (KEPT_DAYS + 1) * 86_400


def run_of(store: Path, *, seed: int) -> Path:
    return run_directory(TrainConfig(store=store, seed=seed), data_fingerprint="0", split=SPLIT)


def test_the_same_options_on_the_same_photos_share_a_folder(tmp_path: Path) -> None:
    config = TrainConfig(store=tmp_path, samples=3)
    assert run_directory(config, data_fingerprint="0", split=SPLIT) == run_of(tmp_path, seed=0)
    assert run_directory(config, data_fingerprint="1", split=SPLIT) != run_of(tmp_path, seed=0)
    assert run_of(tmp_path, seed=1) != run_of(tmp_path, seed=0)


def test_photos_that_changed_sides_are_another_run(tmp_path: Path) -> None:
    """Weights that were trained on what is validation now would be measured too well."""
    turned = Split(train=SPLIT.val, val=SPLIT.train)
    again = run_directory(TrainConfig(store=tmp_path), data_fingerprint="0", split=turned)
    assert again != run_of(tmp_path, seed=0)


def test_the_same_run_twice_at_once_is_refused(tmp_path: Path) -> None:
    lock = lock_run(run_of(tmp_path, seed=0))
    with pytest.raises(StoreError, match="running already"):
        lock_run(run_of(tmp_path, seed=0))
    lock.release()


def test_a_run_that_nobody_went_on_with_is_removed_in_time(tmp_path: Path) -> None:
    abandoned, running, mine = (run_of(tmp_path, seed=seed) for seed in range(3))
    lock_run(abandoned).release()
    held = [lock_run(running), lock_run(mine)]
    forget_abandoned_runs(mine)
    assert abandoned.exists()
    forget_abandoned_runs(mine, now=time.time() + LATER)
    assert not abandoned.exists()
    assert running.exists()
    assert mine.exists()
    for lock in held:
        lock.release()


def test_a_run_that_ends_while_it_is_looked_at_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending, mine = (run_of(tmp_path, seed=seed) for seed in range(2))
    lock_run(ending).release()
    stat = Path.stat

    def stat_after_its_end(path: Path, **options: bool) -> os.stat_result:
        if path == ending:
            shutil.rmtree(ending, ignore_errors=True)
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", stat_after_its_end)
    forget_abandoned_runs(mine)
    assert not ending.exists()


def test_a_run_written_to_lately_is_kept_whatever_the_age_of_its_folder(tmp_path: Path) -> None:
    run, mine = run_of(tmp_path, seed=0), run_of(tmp_path, seed=1)
    lock_run(run).release()
    os.utime(run, (0, 0))
    forget_abandoned_runs(mine)
    assert run.exists()
