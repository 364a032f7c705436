"""Keys are their owner's alone, and what is there is not overwritten by accident."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from detector.errors import InvalidRequestError
from services.gateway.lan.private_files import create_private, read_private, replace_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("write", [create_private, replace_private])
def test_files_and_their_folder_are_closed_to_others_whatever_the_umask(
    tmp_path: Path, write: object
) -> None:
    path = tmp_path / "new" / "key.pem"
    before = os.umask(0)
    try:
        assert callable(write)
        write(path, b"secret")
    finally:
        os.umask(before)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert read_private(path) == b"secret"


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    assert create_private(path, b"first")
    assert not create_private(path, b"second")
    assert read_private(path) == b"first"
    assert sorted(tmp_path.iterdir()) == [path]


def test_of_many_that_create_at_once_one_succeeds_and_nobody_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    contents = [str(number).encode() * 10_000 for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda content: create_private(path, content), contents))
    assert sum(made) == 1
    assert read_private(path) == contents[made.index(True)]


def test_replacing_leaves_nothing_else_behind(tmp_path: Path) -> None:
    path = tmp_path / "server.pem"
    for content in (b"one", b"two"):
        replace_private(path, content)
        assert read_private(path) == content
    assert sorted(tmp_path.iterdir()) == [path]


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    assert read_private(tmp_path / "key.pem") is None


@pytest.mark.parametrize("open_to", [0o640, 0o604, 0o620])
def test_a_key_that_others_may_open_is_refused(tmp_path: Path, open_to: int) -> None:
    path = tmp_path / "key.pem"
    create_private(path, b"secret")
    path.chmod(open_to)
    with pytest.raises(InvalidRequestError, match="chmod 600"):
        read_private(path)


def test_a_folder_that_cannot_be_written_names_the_variable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidRequestError, match="DETECTOR_LAN_DIR"):
        create_private(tmp_path / "file" / "key.pem", b"secret")
