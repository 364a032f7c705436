"""Files that are there whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from detector.errors import StoreError
from detector.files import append_line, move_directory, reading, remove_tree, sync_tree, write_atomic, writing


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new/folder/file"
    write_atomic(path, b"first")
    write_atomic(path, b"second")
    assert path.read_bytes() == b"second"
    assert os.listdir(path.parent) == ["file"]


def test_new_files_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomic(tmp_path / "file", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640


def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")
    (tmp_path / ".file.tmp").symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"Cannot write .*/file: the disk is full; free some space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(StoreError, match="a folder is where a file is needed"):
        write_atomic(tmp_path / "file", b"")


def test_lines_are_appended_and_a_torn_one_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "log"
    append_line(path, "one")
    append_line(path, "two")
    with path.open("a") as file:
        file.write("tor")
    append_line(path, "three")
    assert path.read_text() == "one\ntwo\ntor\nthree\n"


def test_a_folder_is_never_moved_onto_another(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "to").mkdir()
    with pytest.raises(StoreError, match="exists already"):
        move_directory(tmp_path / "from", tmp_path / "to")
    move_directory(tmp_path / "from", tmp_path / "new/to")
    assert (tmp_path / "new/to").is_dir()
    with pytest.raises(StoreError, match="it is not there"):
        move_directory(tmp_path / "from", tmp_path / "other")


def test_removing_what_is_not_there_does_nothing(tmp_path: Path) -> None:
    remove_tree(tmp_path / "missing")
    (tmp_path / "there/below").mkdir(parents=True)
    remove_tree(tmp_path / "there")
    assert list(tmp_path.iterdir()) == []


def test_only_plain_files_are_flushed(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").write_text("x")
    sync_tree(tmp_path)
    os.mkfifo(tmp_path / "a/pipe")
    with pytest.raises(StoreError, match="pipe is a link or a special file"):
        sync_tree(tmp_path)
    with pytest.raises(StoreError, match="it is not there"):
        sync_tree(tmp_path / "missing")


def test_errors_without_advice_keep_the_systems_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"Cannot read .*: odd\."), reading(tmp_path):
        raise OSError(9999, "odd")
    with pytest.raises(StoreError, match=r"Cannot write .*: no number\."), writing(tmp_path):
        raise OSError("no number")
