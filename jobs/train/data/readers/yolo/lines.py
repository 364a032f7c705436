"""One line of a YOLO text file: a class, by its number or its name, and the numbers after it."""

import math
import re
from collections.abc import Container
from dataclasses import dataclass

from jobs.train.data.text import clean_label

_LEAST_VALUES = 4
_SHOWN = 60
_NAME_BEFORE_NUMBERS = re.compile(r"^\s*[^\W\d_].*?\s+(?=[\d.])")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")


@dataclass(frozen=True, slots=True)
class Row:
    """A line's class as it is written and the numbers after it, at least four and all finite."""

    class_id: int | str
    values: tuple[float, ...]


def parse_line(line: str, *, names: Container[str] = ()) -> Row:
    """The row on this line. ValueError says what the line is instead.

    Words are separated by spaces, tabs, semicolons or commas; a comma between the digits of a word is a decimal
    comma. A class may be written as one of `names`, which may have spaces inside.
    """
    words = _words(line)
    numbers = [_number(word) for word in words]
    begin = _end_of_name(words, numbers, names)
    values = tuple(number for number in numbers[begin or 1 :] if number is not None)
    if not any(number is not None for number in numbers) or len(values) < len(words) - (begin or 1):
        raise ValueError(f"is not numbers: '{shortened(line)}'")
    if not all(map(math.isfinite, values)):
        raise ValueError(f"has coordinates that are no numbers: '{shortened(line)}'")
    class_id = clean_label(" ".join(words[:begin])) if begin else _class_number(numbers[0], line)
    if len(values) < _LEAST_VALUES:
        raise ValueError(f"has {len(values)} coordinates where a box has 4: '{shortened(line)}'")
    return Row(class_id, values)


def is_row(line: str, *, named: bool) -> bool:
    """Whether the line is a class number and what follows it, or, where the classes are `named`, a word and that."""
    try:
        parse_line(_NAME_BEFORE_NUMBERS.sub("0 ", line) if named else line)
    except ValueError:
        return False
    return True


def shortened(line: str) -> str:
    """The line as messages quote it."""
    return line.strip()[:_SHOWN]


def _words(line: str) -> list[str]:
    words = line.replace(";", " ").split()
    if len(words) > 1 and any(map(_DECIMAL_COMMA.fullmatch, words)):
        if any("." in word for word in words if _number(word) is not None):
            raise ValueError(f"has decimal commas and points: '{shortened(line)}'")
        return [word.replace(",", ".") if _DECIMAL_COMMA.fullmatch(word) else word for word in words]
    return line.replace(";", " ").replace(",", " ").split()


def _number(word: str) -> float | None:
    # Python reads 1_000 as a number; nothing that writes annotations means one by it.
    try:
        return None if "_" in word else float(word)
    except ValueError:
        return None


def _end_of_name(words: list[str], numbers: list[float | None], names: Container[str]) -> int:
    """How many words are the name of a class; 0 where the line begins with a number or with no known name."""
    after = next((place for place in range(len(words), 0, -1) if numbers[place - 1] is None), 0)
    if not after:
        return 0
    for end in range(max(after, len(words) - _LEAST_VALUES), after - 1, -1):
        if clean_label(" ".join(words[:end])) in names:
            return end
    return 0


def _class_number(number: float | None, line: str) -> int:
    if number is None or not number.is_integer() or number < 0:
        raise ValueError(f"does not begin with the number or the name of a class: '{shortened(line)}'")
    return int(number)
