"""labels.txt: one class name a line, UTF-8; a class id is the number of the line, counted from 0."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from detector.errors import DatasetError, StoreError
from detector.files import reading, write_atomic

MAX_LABEL_CHARACTERS = 100

_REFUSED_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}
"""Control characters, lone surrogates, line and paragraph separators."""

_BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Would turn around the text that a page or a terminal shows after the label."""


def read_labels(path: Path) -> tuple[str, ...]:
    """The labels in `path`. Raises StoreError when it cannot be read or is not a valid list of labels."""
    with reading(path):
        content = path.read_bytes()
    try:
        text = content.decode("utf-8")
        return check_labels(text.removesuffix("\n").split("\n"))
    except (UnicodeDecodeError, DatasetError) as error:
        raise StoreError(f"{path} is not a list of labels, one a line, in UTF-8: {error}") from error


def write_labels(path: Path, labels: Sequence[str]) -> None:
    """Write `labels` so that a reader sees the old file or the new one, never a part.

    Raises DatasetError for labels that `check_labels` refuses, StoreError when the file cannot be written.
    """
    write_atomic(path, "".join(f"{label}\n" for label in check_labels(labels)).encode())


def check_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """`labels` as they are, or DatasetError: none, one twice, empty, too long or not one clean line."""
    if not labels:
        raise DatasetError("There are no labels: at least one class is needed.")
    seen: set[str] = set()
    for label in labels:
        _check_label(label)
        # Two spellings of é look the same to a person.
        look = unicodedata.normalize("NFC", label)
        if look in seen:
            raise DatasetError(f"The label {label!r} is there twice: each class needs its own name.")
        seen.add(look)
    return tuple(labels)


def _check_label(label: str) -> None:
    if not label.strip():
        raise DatasetError("A label is empty: each class needs a name.")
    if label != label.strip():
        raise DatasetError(f"The label {label!r} begins or ends with a space: remove it.")
    if len(label) > MAX_LABEL_CHARACTERS:
        raise DatasetError(
            f"The label {label[:20]!r}… has {len(label)} characters; at most {MAX_LABEL_CHARACTERS} fit."
        )
    if any(unicodedata.category(c) in _REFUSED_CATEGORIES or c in _BIDI_CONTROLS for c in label):
        raise DatasetError(f"The label {label!r} holds a line break or a control character: remove it.")
