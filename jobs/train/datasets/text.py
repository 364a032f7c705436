"""Bytes of annotation files to text and numbers, forgiving about encodings and strict about numbers."""

import codecs
import math
import unicodedata

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode_text(data: bytes) -> str:
    """Text in UTF-8 (with or without a byte order mark), UTF-16 with one, else Windows' Western encoding."""
    if data.startswith(_UTF16_MARKS):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def clean_label(label: str) -> str:
    """A class name in one Unicode form, with single spaces inside only: so two spellings are one class."""
    return unicodedata.normalize("NFC", " ".join(label.split()))


def number(value: object) -> float:
    """A number as annotation files write one, NaN for anything that is none: the checks report the box."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def image_size(width: object, height: object) -> tuple[int, int] | None:
    """A stated `(width, height)`, or None where it is missing or zero, as some labelling tools leave it."""
    w, h = number(width), number(height)
    if not (math.isfinite(w) and math.isfinite(h)) or w < 1 or h < 1 or w != int(w) or h != int(h):
        return None
    return int(w), int(h)
