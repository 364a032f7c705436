"""Where a dataset is written: a new folder or a new zip, which appears whole or not at all."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from detector.errors import InvalidRequestError
from detector.files import writing

Put = Callable[[str, bytes], None]
"""Writes one file: its path in the dataset, with forward slashes, and its content."""

_STORED = (".jpg", ".png")
"""Compressed already."""
_DATE = (1980, 1, 1, 0, 0, 0)
"""The same dataset is the same zip."""
_FILE_MODE = 0o644
_FOLDER_MODE = 0o777


def check_destination(path: Path, *, data: Path) -> None:
    """InvalidRequestError, saying what to do, where `path` cannot become a new dataset made of the one in `data`."""
    real = Path(os.path.realpath(path))
    if real.is_relative_to(os.path.realpath(data)) and data.is_dir():
        raise InvalidRequestError(f"{path} lies inside {data}, which is only read: give a folder outside it.")
    if is_zip(path):
        if os.path.lexists(path):
            raise InvalidRequestError(f"{path} exists already: remove it, or give another name.")
    elif os.path.ismount(real):
        raise InvalidRequestError(
            f"{path} is a disk of its own: give a new folder in it, such as {path / 'data'}."
        )
    elif path.is_dir():
        if any(path.iterdir()):
            raise InvalidRequestError(f"{path} is not empty: remove what is in it, or give a new folder.")
    elif os.path.lexists(path):
        raise InvalidRequestError(f"{path} is no folder: give a new folder, or a name that ends in .zip.")


def is_zip(path: Path) -> bool:
    """Whether the name asks for a zip."""
    return path.suffix.lower() == ".zip"


def new_dataset(path: Path) -> AbstractContextManager[Put]:
    """Gives a function that writes files; they appear at `path` when the context ends without an error.

    Raises StoreError where the disk does not take them.
    """
    return _new_zip(path) if is_zip(path) else _new_folder(Path(os.path.realpath(path)))


@contextmanager
def _new_folder(path: Path) -> Iterator[Put]:
    with _beside(path) as folder:
        dataset = folder / path.name
        dataset.mkdir(mode=_FOLDER_MODE)

        def put(name: str, content: bytes) -> None:
            with writing(path):
                file = dataset / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)

        yield put
        with writing(path):
            os.rename(dataset, path)


@contextmanager
def _new_zip(path: Path) -> Iterator[Put]:
    with _beside(path) as folder:
        with zipfile.ZipFile(folder / path.name, "w", zipfile.ZIP_DEFLATED) as archive:

            def put(name: str, content: bytes) -> None:
                entry = zipfile.ZipInfo(name, _DATE)
                entry.external_attr = _FILE_MODE << 16
                stored = name.endswith(_STORED)
                entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                with writing(path):
                    archive.writestr(entry, content)

            yield put
        with writing(path):
            os.rename(folder / path.name, path)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A temporary folder on the same disk, so that what is in it can be renamed to `path`."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
