"""A dataset as files: a folder or a zip, read where it lies and never changed, extracted or followed outside.

Names are relative, with forward slashes. What no dataset needs is left out: hidden files, macOS's resource
forks, links in an archive, devices, names that point outside.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from detector.errors import DatasetError
from jobs.train.data.problems import Problem, ProblemKind
from jobs.train.data.set_aside import set_aside
from jobs.train.data.zip_names import member_name, open_archive

MAX_FILES = 500_000
MAX_MEMBER_BYTES = 512 * 1024**2
BOMB_BYTES = 2 * 1024**3
BOMB_RATIO = 100
_ENCRYPTED = 0x1
_OTHER_ARCHIVES = frozenset({".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".rar", ".7z"})
_JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir"})


@dataclass(frozen=True, slots=True)
class Source:
    """The files of one dataset: `name` for messages, `files` sorted, and `read`, safe to call from threads.

    `set_aside` has the files that are not the dataset's own (masks, previews, earlier runs); they are readable too.
    `read(file)` returns the file's bytes and raises DatasetError, naming the file, when it cannot be read.
    """

    name: str
    files: tuple[str, ...]
    read: Callable[[str], bytes]
    problems: tuple[Problem, ...] = ()
    set_aside: tuple[str, ...] = ()

    def reader(self, file: str) -> Callable[[], bytes]:
        """A function without arguments that reads this one file, later."""
        return lambda: self.read(file)

    def with_suffix(self, *suffixes: str) -> Iterator[str]:
        """The files whose name ends so, whatever the case."""
        return (file for file in self.files if file.lower().endswith(suffixes))


def open_source(path: Path) -> Source:
    """The files of a folder or a zip. DatasetError when it is neither, empty, or a decompression bomb."""
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError as error:
        raise DatasetError(
            f"{path}: there is no such file or folder; give a folder or a zip of labelled photos."
        ) from error
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: cannot be opened ({error}).") from error
    source = _open_folder(path) if is_folder else _open_zip(path)
    if not source.files:
        raise DatasetError(f"{path}: there are no files in it; expected photos and their annotations.")
    return _without_results(source)


def _without_results(source: Source) -> Source:
    """The source with what was made from its photos set aside."""
    aside, remarks = set_aside(source.files)
    return replace(
        source,
        files=tuple(file for file in source.files if file not in aside),
        problems=(*source.problems, *remarks),
        set_aside=tuple(sorted(aside)),
    )


def _open_folder(root: Path) -> Source:
    try:
        files = {_in_unicode(file): file for file in _walk(root)}
    except OSError as error:
        raise DatasetError(f"{error.filename or root}: cannot be listed ({error.strerror}).") from error
    _refuse_too_many(root, len(files))
    return Source(str(root), tuple(sorted(files)), lambda file: _read_from_folder(root / files[file], file))


def _in_unicode(file: str) -> str:
    """The name as text that can be written down: bytes that are no UTF-8 become escapes."""
    return file.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _walk(root: Path) -> Iterator[str]:
    """Regular files under `root`. Linked folders are entered, each real one only once: links may loop."""
    seen: set[tuple[int, int]] = set()
    for folder, subfolders, names in os.walk(root, followlinks=True, onerror=_raise):
        status = os.stat(folder)
        identity = (status.st_dev, status.st_ino)
        if identity in seen:
            subfolders.clear()
            continue
        seen.add(identity)
        subfolders[:] = sorted(name for name in subfolders if not _is_junk(name))
        relative = Path(folder).relative_to(root)
        for name in names:
            if not _is_junk(name) and _is_regular(Path(folder, name)):
                yield (relative / name).as_posix()


def _raise(error: OSError) -> None:
    raise error


def _is_regular(path: Path) -> bool:
    """Whether there is a plain file behind the name; False for a broken link, a pipe or a device."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name.lower() in _JUNK


def _read_from_folder(path: Path, file: str) -> bytes:
    try:
        size = path.stat().st_size
        _refuse_too_large(file, size)
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read ({error.strerror}).") from error


def _open_zip(path: Path) -> Source:
    try:
        archive = open_archive(path)
        members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise DatasetError(
            f"{path}: neither a folder nor a zip that can be read ({error}).{_what_to_give(path)}"
        ) from error
    except OSError as error:
        raise DatasetError(f"{path}: cannot be opened ({error.strerror or error}).") from error
    _refuse_bomb(path, members)
    found: dict[str, zipfile.ZipInfo] = {}
    problems = []
    for member in members:
        name = member_name(member)
        if problem := _unsafe(name, member):
            problems.append(problem)
        elif not member.is_dir() and not any(_is_junk(part) for part in PurePosixPath(name).parts):
            found[PurePosixPath(name).as_posix()] = member
    return Source(
        str(path),
        tuple(sorted(found)),
        lambda file: _read_from_zip(archive, found, file),
        tuple(problems),
    )


def _what_to_give(path: Path) -> str:
    """A sentence for files that are no damaged zips."""
    suffix = path.suffix.lower()
    if suffix in _OTHER_ARCHIVES:
        return " Unpack it, and give the folder or a zip of it."
    return "" if suffix in ("", ".zip") else " Give the folder that has the photos and their annotations."


def _unsafe(name: str, member: zipfile.ZipInfo) -> Problem | None:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or (parts and parts[0].endswith(":")):
        return Problem(name, ProblemKind.UNSAFE_NAME, "the name points outside the archive; not read.")
    if stat.S_ISLNK(member.external_attr >> 16):
        return Problem(name, ProblemKind.UNSAFE_NAME, "a link instead of a file; not followed.")
    return None


def _refuse_bomb(path: Path, members: Iterable[zipfile.ZipInfo]) -> None:
    sizes = [member.file_size for member in members]
    _refuse_too_many(path, len(sizes))
    total = sum(sizes)
    if total > BOMB_BYTES and total > BOMB_RATIO * path.stat().st_size:
        raise DatasetError(
            f"{path}: would unpack to {total / 1024**3:.1f} GiB, over {BOMB_RATIO} times its own size; "
            "refused."
        )


def _refuse_too_many(path: Path, count: int) -> None:
    if count > MAX_FILES:
        raise DatasetError(f"{path}: {count} files; at most {MAX_FILES} are read.")


def _refuse_too_large(file: str, size: int) -> None:
    if size > MAX_MEMBER_BYTES:
        raise DatasetError(
            f"{file}: {size / 1024**2:.0f} MiB; at most {MAX_MEMBER_BYTES // 1024**2} MiB are read."
        )


def _read_from_zip(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], file: str) -> bytes:
    member = members[file]
    _refuse_too_large(file, member.file_size)
    if member.flag_bits & _ENCRYPTED:
        raise DatasetError(f"{file}: encrypted; make the archive again without a password.")
    try:
        return archive.read(member)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise DatasetError(f"{file}: damaged inside the archive ({error}).") from error
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read from the archive ({error.strerror or error}).") from error
