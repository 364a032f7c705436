import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import DatasetError
from jobs.train.data import source as source_module
from jobs.train.data.problems import ProblemKind
from jobs.train.data.source import open_source
from tests.jobs.train.data.writing import put


def archive_of(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_folders_files_are_named_relative_and_sorted(tmp_path: Path) -> None:
    for name in ("b/two.txt", "a.txt", ".git/config", "b/.DS_Store", "__MACOSX/x.txt", "b/Thumbs.db"):
        put(tmp_path / name, name)
    source = open_source(tmp_path)
    assert source.files == ("a.txt", "b/two.txt")
    assert source.read("b/two.txt") == b"b/two.txt"
    assert source.reader("a.txt")() == b"a.txt"


def test_links_are_followed_and_loops_are_not(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere" / "a.txt", "a")
    data = tmp_path / "data"
    put(data / "b.txt", "b")
    (data / "linked").symlink_to(tmp_path / "elsewhere")
    (data / "loop").symlink_to(data)
    (data / "broken.txt").symlink_to(tmp_path / "nowhere")
    assert open_source(data).files == ("b.txt", "linked/a.txt")


def test_pipes_are_not_read(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", "a")
    os.mkfifo(tmp_path / "photo.jpg")
    assert open_source(tmp_path).files == ("a.txt",)


def test_a_file_that_went_away_is_named(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", "a")
    source = open_source(tmp_path)
    (tmp_path / "a.txt").unlink()
    with pytest.raises(DatasetError, match=r"a\.txt: cannot be read"):
        source.read("a.txt")


def test_an_empty_folder_or_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", archive_of(tmp_path / "empty.zip", {})):
        with pytest.raises(DatasetError, match="no files"):
            open_source(path)


def test_names_that_point_outside_are_reported_and_not_read(tmp_path: Path) -> None:
    names = ("../up.jpg", "/etc/passwd", "C:\\x.jpg", "a/../../b.jpg", "..\\up.jpg")
    path = archive_of(tmp_path / "a.zip", {"ok.jpg": b"ok"} | dict.fromkeys(names, b"bad"))
    source = open_source(path)
    assert source.files == ("ok.jpg",)
    assert [problem.kind for problem in source.problems] == [ProblemKind.UNSAFE_NAME] * len(names)


def test_links_in_an_archive_are_reported_and_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("photo.jpg")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.txt", "a")
    source = open_source(path)
    assert source.files == ("a.txt",)
    assert [problem.file for problem in source.problems] == ["photo.jpg"]


def test_what_operating_systems_add_to_archives_is_left_out(tmp_path: Path) -> None:
    members = {"__MACOSX/._a.jpg": b"x", "d/.DS_Store": b"x", "d/._a.jpg": b"x", "d\\a.jpg": b"photo"}
    source = open_source(archive_of(tmp_path / "a.zip", members))
    assert source.files == ("d/a.jpg",)
    assert source.read("d/a.jpg") == b"photo"
    assert source.problems == ()


def test_names_in_utf8_without_the_flag_are_read(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "a.zip", {"kaenguru-ae-ae.jpg": b"photo"})
    raw = path.read_bytes().replace(b"kaenguru-ae-ae", "kaenguru-ä-ä".encode())
    path.write_bytes(raw)
    assert open_source(path).files == ("kaenguru-ä-ä.jpg",)


def test_a_password_is_a_clear_error(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "a.zip", {"a.jpg": b"photo"})
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    source = open_source(path)
    with pytest.raises(DatasetError, match=r"a\.jpg: encrypted"):
        source.read("a.jpg")


def test_a_bomb_is_refused_before_anything_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive_of(tmp_path / "a.zip", {f"{i}.jpg": bytes(100_000) for i in range(20)})
    monkeypatch.setattr(source_module, "BOMB_BYTES", 1_000_000)
    with pytest.raises(DatasetError, match="times its own size"):
        open_source(path)


def test_a_file_that_unpacks_too_large_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "MAX_MEMBER_BYTES", 1000)
    folder = tmp_path / "data"
    put(folder / "a.json", bytes(1001))
    for path in (folder, archive_of(tmp_path / "a.zip", {"a.json": bytes(1001)})):
        source = open_source(path)
        with pytest.raises(DatasetError, match=r"a\.json: .* at most"):
            source.read("a.json")


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "MAX_FILES", 2)
    path = archive_of(tmp_path / "a.zip", {f"{i}.txt": b"" for i in range(3)})
    with pytest.raises(DatasetError, match="3 files; at most 2"):
        open_source(path)


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jpg", b"0123456789" * 50)
    path.write_bytes(path.read_bytes().replace(b"0123456789", b"0123456780", 1))
    source = open_source(path)
    with pytest.raises(DatasetError, match=r"a\.jpg: damaged inside the archive"):
        source.read("a.jpg")


def test_a_size_that_lies_does_not_unpack_more(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "a.zip", {"a.jpg": bytes(100_000)})
    raw = path.read_bytes().replace(struct.pack("<I", 100_000), struct.pack("<I", 10))
    path.write_bytes(raw)
    source = open_source(path)
    with pytest.raises(DatasetError, match=r"a\.jpg: damaged"):
        source.read("a.jpg")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + bytes(50)])
def test_a_file_that_is_no_zip_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="neither a folder nor a zip"):
        open_source(put(tmp_path / "data.zip", content))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_zip_with_any_byte_changed_is_read_or_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = archive_of(tmp_path_factory.mktemp("fuzz") / "a.zip", {"d/a.jpg": b"photo" * 9, "b.txt": b"x"})
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    try:
        source = open_source(path)
        for file in source.files:
            source.read(file)
    except DatasetError:
        pass


def test_names_that_are_no_unicode_are_read_and_can_be_written_down(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/k\xe4nguru.jpg")).write_bytes(b"photo")
    source = open_source(tmp_path)
    assert source.files == ("k\\xe4nguru.jpg",)
    assert source.read(source.files[0]) == b"photo"


@pytest.mark.parametrize("name", [pytest.param("x" * 5000, id="long"), "a\0b", "file.txt/below"])
def test_a_path_that_cannot_be_is_refused(name: str, tmp_path: Path) -> None:
    put(tmp_path / "file.txt", "a file")
    with pytest.raises(DatasetError, match="cannot be opened"):
        open_source(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("pets.tar.gz", "Unpack it"),
        ("pets.rar", "Unpack it"),
        ("annotations.json", "Give the folder"),
        ("a.zip", ""),
    ],
)
def test_a_file_that_is_no_zip_says_what_to_give(name: str, advice: str, tmp_path: Path) -> None:
    path = put(tmp_path / name, "x")
    with pytest.raises(DatasetError, match="neither a folder nor a zip") as refused:
        open_source(path)
    said = refused.value.message.rpartition(")")[2].strip(". ")
    assert said.startswith(advice)
    assert bool(said) == bool(advice)
