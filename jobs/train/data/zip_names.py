"""Names of a zip's members, which many tools write in another encoding than they state."""

import io
import struct
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

UTF8_FLAG = 0x800
UNICODE_PATH = 0x7075
"""The extra field with the name in UTF-8 (PKWARE APPNOTE 4.6.9)."""
MAX_END_BYTES = 22 + 65_535
"""The end of an archive: a record of 22 bytes, and a comment."""
_IN_ZIP64 = 0xFFFFFFFF
_END = b"PK\x05\x06"
_CENTRAL_HEADER = b"PK\x01\x02"
_CENTRAL_HEADER_BYTES = 46


def open_archive(path: Path) -> zipfile.ZipFile:
    """The zip, also where a name that is stated to be UTF-8 is not.

    Raises what `zipfile.ZipFile` raises for a file that is no zip.
    """
    try:
        return zipfile.ZipFile(path)
    except UnicodeDecodeError:
        return zipfile.ZipFile(_without_utf8_flags(path))


def member_name(member: zipfile.ZipInfo) -> str:
    """The name with forward slashes: as its Unicode field has it, else as UTF-8 where it reads as such.

    Many tools write UTF-8 without setting the flag that says so. Any other name stays as code page 437 reads it, which
    loses nothing: annotations find it through `names.in_other_encodings`.
    """
    name = member.filename
    if not member.flag_bits & UTF8_FLAG:
        raw = name.encode("cp437", "replace")
        name = _unicode_path(member.extra, raw) or _as_utf8(raw) or name
    return name.replace("\\", "/")


def _as_utf8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in the extra field for it, if that field belongs to this very name."""
    for kind, field in _extra_fields(extra):
        if (
            kind == UNICODE_PATH
            and len(field) > 5
            and struct.unpack_from("<I", field, 1)[0] == zlib.crc32(raw)
        ):
            return _as_utf8(field[5:])
    return None


def _extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    while start + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, start)
        yield kind, extra[start + 4 : start + 4 + length]
        start += 4 + length


def _without_utf8_flags(path: Path) -> BinaryIO:
    """The archive with the flag cleared where a name is not UTF-8, so that `zipfile` reads those names by bytes."""
    file = path.open("rb")
    start, size, shift = _find_directory(file, path.stat().st_size)
    file.seek(start)
    directory = file.read(size)
    patches: dict[int, bytes] = {}
    at = 0
    while directory.startswith(_CENTRAL_HEADER, at) and at + _CENTRAL_HEADER_BYTES <= len(directory):
        flags, local = (
            struct.unpack_from("<H", directory, at + 8)[0],
            struct.unpack_from("<I", directory, at + 42)[0],
        )
        name, extra, comment = struct.unpack_from("<HHH", directory, at + 28)
        following = at + _CENTRAL_HEADER_BYTES + name
        if flags & UTF8_FLAG and _as_utf8(directory[following - name : following]) is None:
            cleared = struct.pack("<H", flags & ~UTF8_FLAG)
            patches |= {start + at + 8: cleared, shift + local + 6: cleared}
        at = following + extra + comment
    return _Patched(file, patches)


def _find_directory(file: BinaryIO, file_size: int) -> tuple[int, int, int]:
    """Where the directory begins, its size, and how many bytes precede the archive in the file."""
    file.seek(max(0, file_size - MAX_END_BYTES))
    tail_start, tail = file.tell(), file.read()
    end = tail.rfind(_END)
    if end < 0 or end + 22 > len(tail):
        raise zipfile.BadZipFile("its directory is not found")
    size, offset = struct.unpack_from("<II", tail, end + 12)
    start = tail_start + end - size
    if _IN_ZIP64 in (size, offset) or start < 0:
        raise zipfile.BadZipFile("it has names that are no UTF-8 although it says so; make the archive again")
    return start, size, start - offset


class _Patched(io.RawIOBase, BinaryIO):
    """A file with a few bytes exchanged; `patches` has the new ones by their place."""

    def __init__(self, file: BinaryIO, patches: Mapping[int, bytes]) -> None:
        self._file = file
        self._patches = patches
        self._places = sorted(patches)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        start = self._file.tell()
        data = bytearray(self._file.read(size))
        for place in self._places[
            bisect_left(self._places, start - 1) : bisect_left(self._places, start + len(data))
        ]:
            for at, byte in enumerate(self._patches[place], place - start):
                if 0 <= at < len(data):
                    data[at] = byte
        return bytes(data)

    def close(self) -> None:
        self._file.close()
        super().close()
