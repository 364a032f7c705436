"""What the project knows of one format of labelled photos."""

from collections.abc import Callable
from dataclasses import dataclass

from jobs.train.data.peek import Peek
from jobs.train.data.photos import Annotations
from jobs.train.data.source import Source


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is read.

    `name` is its name for `--format`; `title` names it for people; `files` says in a few words what its files
    are. `find` returns a file by which the format is recognised, or None. `read` returns all that it finds, with
    a problem for each fault, and raises DatasetError when there is nothing of the format.
    """

    name: str
    title: str
    files: str
    find: Callable[[Peek], str | None]
    read: Callable[[Source], Annotations]


@dataclass(frozen=True, slots=True)
class UnreadFormat:
    """A format that is known and not read: `advice` says which export to choose in which tool instead."""

    title: str
    find: Callable[[Peek], str | None]
    advice: str
