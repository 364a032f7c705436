"""JSON lines: a value a line. Some exports have the same values in one list, which is read alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jobs.train.data.peek import parse_json
from jobs.train.data.text import decode_text

SUFFIXES = (".ndjson", ".jsonl", ".manifest", ".json")


@dataclass(frozen=True, slots=True)
class Row:
    """A value with its place in the file, for messages; `fault` says why there is none."""

    where: str
    content: Any = None
    fault: str = ""


def rows_in(data: bytes) -> list[Row]:
    """The values of a file. ValueError, in words for a person, when already the first line is no JSON."""
    text = decode_text(data)
    try:
        content = parse_json(text)
    except ValueError as error:
        rows = list(_lines(text))
        if not rows or rows[0].fault:
            raise ValueError(f"neither JSON nor JSON lines ({error})") from error
        return rows
    if isinstance(content, list):
        return [Row(f"entry {place}", entry) for place, entry in enumerate(content, start=1)]
    return [Row("line 1", content)]


def _lines(text: str) -> Iterator[Row]:
    # Not splitlines: characters that it takes for the end of a line may be inside of a JSON text.
    for place, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield Row(f"line {place}", parse_json(line))
        except ValueError as error:
            yield Row(f"line {place}", fault=str(error))
