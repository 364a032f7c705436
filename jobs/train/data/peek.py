"""A first look at a dataset's files, shared by all formats that ask whether it is theirs."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from detector.errors import DatasetError
from jobs.train.data.source import Source
from jobs.train.data.text import decode_text

MAX_FILES = 50
"""Files of one suffix that are looked at; a dataset's annotations show in the first few."""


class Peek:
    """The first files of each suffix. JSON is parsed once, however many formats look at it.

    `unread` says, by file, why those of them that were looked at could not be read.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.unread: dict[str, str] = {}
        self._json: dict[str, Any] = {}
        self._first_lines: dict[str, Any] = {}
        self._json_files: tuple[str, ...] | None = None

    def first(self, looks_right: Callable[[bytes], bool], *suffixes: str) -> str | None:
        """The first file with one of the suffixes whose bytes look right; files that cannot be read do not."""
        for file in islice(self.source.with_suffix(*suffixes), MAX_FILES):
            try:
                if looks_right(self.source.read(file)):
                    return file
            except DatasetError as error:
                self.unread[file] = error.message
            except ValueError:
                continue
        return None

    def first_json(self, looks_right: Callable[[Any], bool]) -> str | None:
        """The first .json file whose content, as `json.loads` gives it, looks right."""
        return next((file for file, content in self._documents() if looks_right(content)), None)

    def first_json_line(self, looks_right: Callable[[Any], bool], *suffixes: str) -> str | None:
        """The first file whose first line that is not empty is JSON and looks right."""
        for file in islice(self.source.with_suffix(*suffixes), MAX_FILES):
            if file not in self._first_lines:
                self._first_lines[file] = self._first_line(file)
            if looks_right(self._first_lines[file]):
                return file
        return None

    def _first_line(self, file: str) -> Any:
        """The JSON in the first line, or in the whole file where it is one document; None where there is none."""
        documents = dict(self._documents())
        if file in documents:
            return documents[file]
        try:
            return parse_json(decode_text(self.source.read(file)).lstrip().partition("\n")[0])
        except (DatasetError, ValueError):
            return None

    def _documents(self) -> Iterator[tuple[str, Any]]:
        if self._json_files is None:
            self._json_files = tuple(islice(self.source.with_suffix(".json"), MAX_FILES))
            for file in self._json_files:
                try:
                    self._json[file] = parse_json(decode_text(self.source.read(file)))
                except DatasetError as error:
                    self.unread[file] = error.message
                except ValueError:
                    continue
        return iter(self._json.items())


def parse_json(text: str) -> Any:
    """The text's JSON. ValueError, in words for a person, when it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON ({error})") from error
