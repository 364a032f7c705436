"""Locks between processes and within one."""

from pathlib import Path

import pytest

from detector.errors import StoreError
from detector.store.locks import locked, try_lock
from tests.detector.store.processes import living_child


def test_a_lock_is_held_once_until_it_is_released(tmp_path: Path) -> None:
    lock = try_lock(tmp_path / "new/folder/lock")
    assert lock is not None
    assert try_lock(lock.path) is None
    lock.release()
    lock.release()
    again = try_lock(lock.path)
    assert again is not None
    again.release()


def test_waiting_ends_with_a_message(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "lock"),
        pytest.raises(StoreError, match=r"Another process has held .*/lock for 0 seconds"),
        locked(tmp_path / "lock", timeout_s=0.1),
    ):
        raise AssertionError("two hold the lock")


def test_a_lock_is_free_after_an_error(tmp_path: Path) -> None:
    def fail() -> None:
        with locked(tmp_path / "lock"):
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail()
    with locked(tmp_path / "lock", timeout_s=0):
        pass


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    with living_child(lambda: try_lock(tmp_path / "lock")):
        assert try_lock(tmp_path / "lock") is None
    lock = try_lock(tmp_path / "lock")
    assert lock is not None
    lock.release()


def test_a_released_lock_is_not_kept_by_a_child_that_inherited_it(tmp_path: Path) -> None:
    lock = try_lock(tmp_path / "lock")
    assert lock is not None
    with living_child(lambda: None):
        lock.release()
        with locked(tmp_path / "lock", timeout_s=0):
            pass
