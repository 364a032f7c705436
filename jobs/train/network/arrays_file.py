"""NumPy archives: written whole or not at all, read as data from outside (damaged is told from missing)."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.files import write_atomic

_DAMAGE = (ValueError, TypeError, EOFError, KeyError, NotImplementedError, zipfile.BadZipFile, zlib.error)
"""What NumPy and zipfile raise for files that were cut off, changed or are something else."""


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Replace `path` by an `.npz` file of `arrays`. Raises StoreError; then what was there before stays."""
    # Made in memory first: on a full disk NumPy's half-written archive would complain again when it is collected.
    content = io.BytesIO()
    np.savez(content, **arrays)
    write_atomic(path, content.getvalue())


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an `.npz` file by name.

    Raises:
        ValueError: the file is damaged or no such archive.
        OSError: it cannot be read; FileNotFoundError where there is none.
    """
    try:
        # Opened here: NumPy leaves a file open that turns out to be no archive.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except _DAMAGE as error:
        raise ValueError(f"{path} is damaged or no archive of arrays ({error})") from error
