"""Files that only their owner can read: created with mode 600, and rejected when others have access."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from detector.errors import InvalidRequestError
from detector.files import sync_directory

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_private(path: Path) -> bytes | None:
    """The content of `path`, or None if it does not exist. Raises InvalidRequestError, also if others have access."""
    with _explain_errors(path):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        with open(descriptor, "rb") as file:
            _refuse_shared(path, descriptor)
            return file.read()


def create_private(path: Path, content: bytes) -> bool:
    """Create `path` atomically; returns False if it exists already. Raises InvalidRequestError."""
    with _explain_errors(path), _temporary_file(path, content) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        sync_directory(path.parent)
        return True


def replace_private(path: Path, content: bytes) -> None:
    """Create or replace `path` atomically. Raises InvalidRequestError."""
    with _explain_errors(path), _temporary_file(path, content) as temporary:
        os.replace(temporary, path)


@contextmanager
def _temporary_file(path: Path, content: bytes) -> Iterator[Path]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp creates files with mode 600, whatever the umask.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            _refuse_shared(path, descriptor)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _refuse_shared(path: Path, descriptor: int) -> None:
    mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
    if mode & _OTHERS:
        raise InvalidRequestError(
            f"{path} holds a private key and others may open it (mode {mode:o}): chmod 600 it if nobody else has seen "
            "it, or delete it and install the new authority on your phones. On a disk without permissions, set "
            "DETECTOR_LAN_DIR to a folder elsewhere."
        )


@contextmanager
def _explain_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InvalidRequestError(
            f"Cannot keep {path} ({error.strerror}): set DETECTOR_LAN_DIR to a folder that this user may write to."
        ) from error
