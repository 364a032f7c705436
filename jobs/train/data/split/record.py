"""The record of who is on which side: splits/<name>.json in the store, photo content to side."""

import json
from collections.abc import Mapping
from pathlib import Path

from detector.errors import StoreError
from detector.files import reading, write_atomic

SCHEMA = 1
_SIDES = ("train", "val", "test")


def read_record(path: Path) -> dict[str, str]:
    """The side of each photo, by the SHA-256 of its bytes; empty when there is no record yet.

    StoreError when the file is there and is no record.
    """
    try:
        with reading(path):
            text = path.read_bytes().decode("utf-8")
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path}: not JSON ({error}); restore it, or remove it to split anew.") from error
    except StoreError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return {}
        raise
    sides = record.get("sides") if isinstance(record, dict) and record.get("schema") == SCHEMA else None
    if not isinstance(sides, dict) or not all(side in _SIDES for side in sides.values()):
        raise StoreError(
            f"{path}: not a split record of schema {SCHEMA}; restore it, or remove it to split anew."
        )
    return sides


def write_record(path: Path, record: Mapping[str, str]) -> None:
    """Replace the record at once: readers, and a crash, see the old one or the new one. Raises StoreError."""
    text = json.dumps({"schema": SCHEMA, "sides": dict(sorted(record.items()))}, indent=1) + "\n"
    write_atomic(path, text.encode())
