"""NumPy archives read as data from outside: damaged ones are told from missing ones, and nothing is unpickled."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_DAMAGE = (ValueError, TypeError, EOFError, KeyError, NotImplementedError, zipfile.BadZipFile, zlib.error)
"""What NumPy and zipfile raise for files that were cut off, changed or are something else."""


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
