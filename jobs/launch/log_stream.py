"""A pod's log as lines, each once, however often the connection breaks."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

_LINE = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) (.*)", re.DOTALL)

Stamp = tuple[float, int]
"""Seconds since 1970 and nanoseconds."""


@dataclass(slots=True)
class Position:
    """How far a log was read: the time of its last line, and how many lines of that time were."""

    last: Stamp = (0.0, 0)
    count: int = 0


def new_lines(
    pieces: Iterable[bytes], position: Position, *, ended: bool, on_node_words: Callable[[str], None]
) -> Iterator[str]:
    """The lines after `position`, which moves along with them.

    `pieces` are the log from its beginning: the API gives it from a time on, but only to the second. What comes after
    the last line break is a line where the log had `ended` before it was asked for; else it broke off. `on_node_words`
    gets what no container printed: a node that cannot give a log says why in its place, without a time.
    """
    again = position.count
    passed = 0
    for line in _lines(pieces, ended=ended):
        match = _LINE.fullmatch(line)
        if match is None:
            on_node_words(line.decode(errors="replace"))
            continue
        stamp = _stamp(match)
        if stamp < position.last:
            continue
        if stamp == position.last:
            passed += 1
            if passed <= again:
                continue
            position.count += 1
        else:
            position.last, position.count, again = stamp, 1, 0
        yield match[4].decode(errors="replace")


def _lines(pieces: Iterable[bytes], *, ended: bool) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest and ended:
        yield rest


def _stamp(match: "re.Match[bytes]") -> Stamp:
    second = datetime.fromisoformat((match[1] + match[3]).decode()).timestamp()
    return second, int((match[2] or b"0").ljust(9, b"0"))
