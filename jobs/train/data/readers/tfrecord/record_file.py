"""TFRecord files as bytes: each record is its length, a checksum of that, the data, a checksum of the data.

Read without TensorFlow, whose import takes nine seconds and half a gigabyte. The format is described in
https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details.
"""

import struct
import zlib
from collections.abc import Iterator

import google_crc32c

_HEADER_BYTES = 12
_FOOTER_BYTES = 4
_MASK_DELTA = 0xA282EAD8
_GZIP = b"\x1f\x8b"
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class DamagedRecordError(ValueError):
    """A file that cannot be read on from here; what follows cannot be found."""


def records(content: bytes, *, max_bytes: int) -> Iterator[bytes]:
    """The data of each record, in order; a file that is compressed with gzip is unpacked to at most `max_bytes`.

    DamagedRecordError at the first record that is cut off or whose checksums are wrong.
    """
    if content.startswith(_GZIP):
        content = _unpacked(content, max_bytes)
    view = memoryview(content)
    at = 0
    while at < len(view):
        header = view[at : at + _HEADER_BYTES]
        if len(header) < _HEADER_BYTES:
            raise DamagedRecordError("cut off")
        length, check = struct.unpack("<QI", header)
        if _masked_crc(bytes(header[:8])) != check:
            raise DamagedRecordError("the length's checksum is wrong")
        start, end = at + _HEADER_BYTES, at + _HEADER_BYTES + length
        if end + _FOOTER_BYTES > len(view):
            raise DamagedRecordError("cut off")
        data = bytes(view[start:end])
        if _masked_crc(data) != struct.unpack_from("<I", view, end)[0]:
            raise DamagedRecordError("the data's checksum is wrong")
        yield data
        at = end + _FOOTER_BYTES


def _unpacked(content: bytes, max_bytes: int) -> bytes:
    try:
        stream = zlib.decompressobj(_GZIP_OR_ZLIB)
        unpacked = stream.decompress(content, max_bytes)
    except zlib.error as error:
        raise DamagedRecordError(f"not gzip ({error})") from error
    if stream.unconsumed_tail:
        raise DamagedRecordError(f"it unpacks to more than {max_bytes // 1024**2} MiB")
    return unpacked


def _masked_crc(data: bytes) -> int:
    crc: int = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF
