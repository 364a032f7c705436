"""Files that only their owner may read: made that way from the first byte, and refused when they are not."""

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
    """What `path` holds, or None if it is not there. Raises InvalidRequestError, also if others may open it."""
    with _explained(path):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        with open(descriptor, "rb") as file:
            _refuse_shared(path, descriptor)
            return file.read()


def create_private(path: Path, content: bytes) -> bool:
    """Put `content` there unless something is there already; whether it was put. Raises InvalidRequestError."""
    with _explained(path), _written_beside(path, content) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        sync_directory(path.parent)
        return True


def replace_private(path: Path, content: bytes) -> None:
    """Put `content` there at once, whatever was there. Raises InvalidRequestError."""
    with _explained(path), _written_beside(path, content) as temporary:
        os.replace(temporary, path)


@contextmanager
def _written_beside(path: Path, content: bytes) -> Iterator[Path]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp opens for the owner alone, whatever the umask.
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
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InvalidRequestError(
            f"Cannot keep {path} ({error.strerror}): set DETECTOR_LAN_DIR to a folder that this user may write to."
        ) from error
