from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.launch.log_stream import Position, new_lines

LOG = (
    b"2026-11-24T10:00:00.000000001Z one\n"
    b"2026-11-24T10:00:00.000000001Z two\n"
    b"2026-11-24T10:00:00.5Z three\n"
    b"2026-11-24T11:00:00.75+01:00 four\n"
    b"2026-11-24T10:00:01Z \n"
)


def read_lines(pieces: Iterable[bytes], position: Position, *, ended: bool) -> Iterator[str]:
    """Of a node that gives the log."""
    return new_lines(pieces, position, ended=ended, on_node_words=pytest.fail)


LINES = ["one", "two", "three", "four", ""]


def test_lines_come_without_their_time_from_pieces_of_any_length() -> None:
    for size in (1, 7, 1000):
        pieces = [LOG[start : start + size] for start in range(0, len(LOG), size)]
        assert list(read_lines(pieces, Position(), ended=True)) == LINES


@given(st.lists(st.integers(0, len(LOG)), max_size=6))
def test_a_log_that_breaks_off_anywhere_is_read_once(breaks: list[int]) -> None:
    position = Position()
    read: list[str] = []
    for end in breaks:
        read += read_lines([LOG[:end]], position, ended=False)
    read += read_lines([LOG], position, ended=True)
    assert read == LINES


def test_what_was_passed_on_before_a_failure_is_not_read_again() -> None:
    def breaking() -> Iterator[bytes]:
        yield LOG[:60]
        raise OSError

    position = Position()
    lines = read_lines(breaking(), position, ended=False)
    assert next(lines) == "one"
    assert list(read_lines([LOG], position, ended=True)) == LINES[1:]


def test_the_last_line_needs_no_end_once_the_log_has_ended() -> None:
    assert list(read_lines([LOG + b"2026-11-24T10:00:02Z last"], Position(), ended=True)) == [*LINES, "last"]
    assert list(read_lines([LOG + b"2026-11-24T10:00:02Z la"], Position(), ended=False)) == LINES


def test_the_nodes_own_words_are_told_apart_from_what_the_container_printed() -> None:
    words = "unable to retrieve container logs for containerd://abc"
    said: list[str] = []
    pieces = [LOG, words.encode() + b"\n"]
    assert list(new_lines(pieces, Position(), ended=True, on_node_words=said.append)) == LINES
    assert said == [words]
