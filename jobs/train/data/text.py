"""Values as annotation files write them: class names, numbers, flags, sizes. What is none is never guessed."""

import math
import unicodedata

from jobs.train.data.encoding import decode

_FLAGS = {
    "": False, "0": False, "false": False, "no": False, "n": False, "f": False,
    "1": True, "true": True, "yes": True, "y": True, "t": True,
}  # fmt: skip


def decode_text(data: bytes) -> str:
    """The text in these bytes. DatasetError when their encoding cannot be told: see `encoding`."""
    return decode(data).text


def clean_label(label: str) -> str:
    """A class name in one Unicode form, with single spaces inside only: so two spellings are one class."""
    return unicodedata.normalize("NFC", " ".join(label.split()))


def number(value: object) -> float:
    """A number as annotation files write one, NaN for anything that is none: the checks report the box."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    # Python reads 1_000 as a number; nothing that writes annotations means one by it.
    if isinstance(value, str) and "_" in value:
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def flag(value: object) -> bool:
    """A yes or no as annotation files write one: `true`, 1, 1.0, "1", "False"; nothing at all is a no.

    ValueError for anything else: it is not for a reader to say what was meant.
    """
    if value is None:
        return False
    if isinstance(value, bytes):
        value = value.decode("ascii", errors="replace")
    if isinstance(value, str) and (known := _FLAGS.get(value.strip().lower())) is not None:
        return known
    as_number = float(value) if isinstance(value, bool) else number(value)
    if as_number not in (0, 1):
        raise ValueError(f"{str(value)[:40]!r} is neither yes nor no")
    return bool(as_number)


def image_size(width: object, height: object) -> tuple[int, int] | None:
    """A stated `(width, height)`, or None where it is missing or zero, as some labelling tools leave it."""
    w, h = number(width), number(height)
    if not (math.isfinite(w) and math.isfinite(h)) or w < 1 or h < 1 or w != int(w) or h != int(h):
        return None
    return int(w), int(h)
