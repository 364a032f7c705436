"""An archive read strictly from front to back, so that nothing in it is believed before it is checked.

Only plain files of the old tar format are known here: no links, no devices, no extended headers, whose sizes the
sender chooses. At no time is more in memory than one block of a file, or the contents.
"""

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from detector.errors import StoreError

_BLOCK = tarfile.BLOCKSIZE
_CHUNK = 1 << 20
_MOST_PADDING = 4 * tarfile.RECORDSIZE
_FAULTS = (EOFError, OSError, zlib.error, tarfile.TarError)


class ArchiveStream:
    """Members one after the other. Every method raises StoreError for an archive that is damaged or cut off."""

    def __init__(self, packed: BinaryIO, *, source: str) -> None:
        self._stream = gzip.GzipFile(fileobj=packed)
        self._source = source

    def next_file(self) -> tuple[str, int]:
        """Path and size of the next member, which must be a plain file."""
        block = self._exactly(_BLOCK)
        try:
            header = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        except (*_FAULTS, UnicodeDecodeError, ValueError) as error:
            raise self.fault(f"something in it is no header of a tar file ({error})") from error
        if header.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or header.size < 0:
            raise self.fault(f"{header.name!r} is not a plain file")
        return header.name, header.size

    def content(self, size_bytes: int) -> Iterator[bytes]:
        """The member's bytes, in blocks."""
        left = size_bytes
        while left:
            chunk = self._exactly(min(left, _CHUNK))
            left -= len(chunk)
            yield chunk
        self._exactly(-size_bytes % _BLOCK)

    def end(self) -> None:
        """There is nothing more in it, and the checksum of the compressed whole is right."""
        rest = self._read(_MOST_PADDING + 1)
        if len(rest) > _MOST_PADDING or any(rest):
            raise self.fault("there is more in it than its contents say")

    def fault(self, reason: str) -> StoreError:
        return StoreError(f"{self._source} cannot be imported: {reason}.")

    def _exactly(self, size_bytes: int) -> bytes:
        content = self._read(size_bytes)
        if len(content) < size_bytes:
            raise self.fault("it is cut off")
        return content

    def _read(self, size_bytes: int) -> bytes:
        try:
            return self._stream.read(size_bytes)
        except EOFError as error:
            raise self.fault("it is cut off") from error
        except _FAULTS as error:
            raise self.fault(f"it is damaged ({error})") from error
