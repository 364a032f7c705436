"""Files that are there whole or not at all, and operating-system errors as messages a person can act on."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from detector.errors import StoreError

_ADVICE = {
    errno.ENOSPC: "the disk is full; free some space and run the command again",
    errno.EDQUOT: "your disk quota is used up; free some space and run the command again",
    errno.EFBIG: "the file is larger than this disk or user may have; raise the limit or use another disk",
    errno.EROFS: "the disk is mounted read-only; mount it writable or choose another place",
    errno.EACCES: "permission denied; make it accessible to this user or choose another place",
    errno.EPERM: "not permitted for this user; change its owner or choose another place",
    errno.ENOTDIR: "a file is where a folder is needed; move it away or choose another place",
    errno.EEXIST: "a file is where a folder is needed; move it away or choose another place",
    errno.EISDIR: "a folder is where a file is needed; move it away",
    errno.ENOENT: "it is not there",
    errno.EXDEV: "the store's folders lie on different disks; keep the whole store on one",
    errno.ENAMETOOLONG: "the name is too long for this disk; choose a shorter path",
    errno.ELOOP: "its links lead in a circle",
}

_DIRECTORY_FSYNC_UNSUPPORTED = {errno.EINVAL, errno.ENOTSUP}
"""Answers of network and FUSE disks that cannot flush a directory; they do flush files."""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns an OSError inside into a StoreError about reading `path`."""
    with _translated("read", path):
        yield


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns an OSError inside into a StoreError about writing `path`: disk full, read-only, not permitted."""
    with _translated("write", path):
        yield


@contextmanager
def _translated(verb: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = _ADVICE.get(error.errno or 0) or error.strerror or str(error)
        place = error.filename if isinstance(error.filename, str) else path
        raise StoreError(f"Cannot {verb} {place}: {reason}.") from error


def write_atomic(path: Path, content: bytes) -> None:
    """Replace `path` by `content` on disk, creating its folder; readers see the old file or the new one.

    Two writers of one path must hold a lock. Raises StoreError.
    """
    # Not tempfile: its files are private to this user, and the store is read by other users' servers.
    temporary = path.with_name(f".{path.name}.tmp")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        sync_directory(path.parent)


def append_line(path: Path, line: str) -> None:
    """Append one line and flush it to disk, creating the folder. A torn last line is ended first."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            file.write((b"" if _ends_a_line(path) else b"\n") + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def move_directory(source: Path, target: Path) -> None:
    """Rename a folder into a place that is still free, and make the new name survive a power cut."""
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        # rename would silently replace an empty folder
        if os.path.lexists(target):
            raise StoreError(f"{target} exists already: versions are never changed once visible.")
        os.rename(source, target)
        sync_directory(target.parent)
        sync_directory(source.parent)


def remove_tree(path: Path) -> None:
    """Remove a folder and all it holds; nothing happens if it is not there. Raises StoreError."""
    with writing(path):
        if os.path.lexists(path):
            shutil.rmtree(path)


def remove_file(path: Path) -> None:
    """Remove a file for good; nothing happens if it is not there. Raises StoreError."""
    with writing(path):
        path.unlink(missing_ok=True)
        sync_directory(path.parent)


def sync_tree(root: Path) -> None:
    """Flush every file and folder below `root` to disk. Raises StoreError for links and special files."""
    with writing(root):
        for folder, folders, files in os.walk(root, onerror=_raise):
            for name in (*folders, *files):
                _refuse_special(Path(folder, name))
            for name in files:
                _sync(Path(folder, name), os.O_RDONLY)
            sync_directory(Path(folder))


def sync_directory(path: Path) -> None:
    """Flush a directory to the disk, so that the names in it survive a power cut; where the file system can."""
    try:
        _sync(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        if error.errno not in _DIRECTORY_FSYNC_UNSUPPORTED:
            raise


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_special(path: Path) -> None:
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        raise StoreError(f"{path} is a link or a special file: a version holds plain files only.")


def _raise(error: OSError) -> None:
    raise error
