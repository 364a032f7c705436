from pathlib import Path

import pytest

from detector.errors import StoreError
from jobs.train.data.split.record import read_record, write_record


def test_a_record_is_read_back_as_written(tmp_path: Path) -> None:
    path = tmp_path / "splits" / "detector.json"
    assert read_record(path) == {}
    write_record(path, {"b": "val", "a": "train"})
    assert read_record(path) == {"a": "train", "b": "val"}
    write_record(path, {"c": "test"})
    assert read_record(path) == {"c": "test"}
    assert [entry.name for entry in path.parent.iterdir()] == ["detector.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"{}", b"\xff\xfe", pytest.param(b"[" * 100_000, id="deep"),
        b'{"schema": 2, "sides": {}}',
        b'{"schema": 1, "sides": ["train"]}',
        b'{"schema": 1, "sides": {"a": "elsewhere"}}',
        b'{"schema": 1, "sides": {"a": ["train"]}}',
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused_with_its_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "detector.json"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"detector\.json"):
        read_record(path)


def test_a_record_that_cannot_be_written_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "splits").write_text("a file where the folder should be")
    with pytest.raises(StoreError):
        write_record(tmp_path / "splits" / "detector.json", {})
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(StoreError):
        read_record(tmp_path / "folder.json")
