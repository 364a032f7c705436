"""labels.txt: read as written, refused when a name could not be told apart or shown."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import DatasetError, StoreError
from detector.labels import MAX_LABEL_CHARACTERS, check_labels, read_labels, write_labels

CLEAN = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)


@given(st.lists(st.text(max_size=20), max_size=4))
def test_labels_that_pass_are_read_as_written(
    tmp_path_factory: pytest.TempPathFactory, labels: list[str]
) -> None:
    path = tmp_path_factory.mktemp("labels") / "labels.txt"
    try:
        write_labels(path, labels)
    except DatasetError:
        assert not path.exists()
    else:
        assert read_labels(path) == tuple(labels)


@given(CLEAN, CLEAN)
def test_two_clean_words_make_a_label(first: str, second: str) -> None:
    assert check_labels([f"{first} {second}"]) == (f"{first} {second}",)


def test_the_file_has_one_label_a_line(tmp_path: Path) -> None:
    write_labels(tmp_path / "labels.txt", ["raccoon", "känguru", "🦝 big", "x-y_z"])
    assert (tmp_path / "labels.txt").read_bytes() == "raccoon\nkänguru\n🦝 big\nx-y_z\n".encode()


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ([], "There are no labels"),
        ([""], "is empty"),
        (["  "], "is empty"),
        (["cat", "cat"], "twice"),
        (["caf\u00e9", "cafe\u0301"], "twice"),
        ([" cat"], "begins or ends with a space"),
        (["cat\u00a0"], "begins or ends with a space"),
        (["a\nb"], "line break"),
        (["a\rb"], "line break"),
        (["a\x00b"], "line break"),
        (["a\x1bb"], "line break"),
        (["a\u2028b"], "line break"),
        (["a\ud800b"], "line break"),
        (["a\u202eb"], "line break"),
        (["x" * (MAX_LABEL_CHARACTERS + 1)], "101 characters; at most 100 fit"),
    ],
)
def test_labels_that_are_refused(labels: list[str], problem: str) -> None:
    with pytest.raises(DatasetError, match=problem):
        check_labels(labels)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"cat\n\n", b"cat\ncat\n", b"cat\r\ndog\r\n", b"\xff\n", b"\n cat"]
)
def test_files_that_are_no_lists_of_labels(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"labels\.txt is not a list of labels"):
        read_labels(path)


def test_the_last_line_feed_may_be_missing(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_bytes(b"cat\ndog")
    assert read_labels(tmp_path / "labels.txt") == ("cat", "dog")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"Cannot read .*labels\.txt: it is not there"):
        read_labels(tmp_path / "labels.txt")
