from pathlib import Path

import numpy as np
import pytest

from detector.errors import StoreError
from jobs.train.fitting.checkpoint import Checkpoint, Progress, load_checkpoint, save_checkpoint

CHECKPOINT = Checkpoint(
    Progress(phase=2, epochs_done=3, history=[{"event": "epoch", "loss": 0.5}]),
    {"weights": [np.arange(6.0).reshape(2, 3), np.ones(2)], "best": [np.zeros(1)]},
)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "run", CHECKPOINT)
    loaded = load_checkpoint(tmp_path / "run")
    assert loaded is not None
    assert loaded.progress == CHECKPOINT.progress
    for name, arrays in CHECKPOINT.arrays.items():
        assert all(map(np.array_equal, loaded.arrays[name], arrays))
    assert [file.name for file in (tmp_path / "run").iterdir()] == ["checkpoint.npz"]


def test_no_checkpoint_is_none(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path) is None


def test_every_damage_begins_the_run_anew_instead_of_ending_it(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, CHECKPOINT)
    file = tmp_path / "checkpoint.npz"
    whole = file.read_bytes()
    for end in range(0, len(whole), 7):
        file.write_bytes(whole[:end])
        assert load_checkpoint(tmp_path) is None
    for place in range(0, len(whole), 5):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        load_checkpoint(tmp_path)


def test_a_checkpoint_of_another_network_does_not_fit() -> None:
    assert CHECKPOINT.fits([np.zeros((2, 3)), np.zeros(2)])
    assert not CHECKPOINT.fits([np.zeros((2, 3)), np.zeros(3)])
    assert not CHECKPOINT.fits([np.zeros((2, 3))])


def test_a_disk_that_refuses_is_told_with_the_way_out(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(StoreError, match="move it away or choose another place"):
        save_checkpoint(blocked / "run", CHECKPOINT)
