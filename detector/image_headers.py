"""What a photo's first bytes tell: format, size and EXIF orientation, before anything is decoded.

Written by hand where Pillow would warn, allocate or decode to find out. Nothing here raises on hostile
bytes: a header that cannot be read is `None`, an orientation that makes no sense is `UPRIGHT`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

ImageFormat = Literal["jpeg", "png", "webp", "heic"]

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_DECODED_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
ORIENTATION_TAG = 0x0112
EXIF_SHORT = 3
_START_OF_SCAN = 0xDA
_START_OF_SEQUENTIAL_FRAME = frozenset({0xC0, 0xC1})
_TABLES_AND_NOTES = frozenset({0xC4, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)})


@dataclass(frozen=True, slots=True)
class Orientation:
    """From raw to upright: turned clockwise by quarter turns, then flipped left to right if mirrored."""

    quarter_turns: int
    mirrored: bool


UPRIGHT = Orientation(0, False)
_ORIENTATIONS = {
    2: Orientation(0, True),
    3: Orientation(2, False),
    4: Orientation(2, True),
    5: Orientation(1, True),
    6: Orientation(1, False),
    7: Orientation(3, True),
    8: Orientation(3, False),
}


def sniff_format(data: bytes) -> ImageFormat | None:
    """The format that the content claims, whatever the file is called; None if it is none of the four."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(PNG_SIGNATURE):
        return "png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp" and not HEIC_BRANDS.isdisjoint(_brands(data)):
        return "heic"
    return None


def _brands(data: bytes) -> set[bytes]:
    """Major and compatible brands of an ISO media file, which tell HEIC from AVIF."""
    length = min(int.from_bytes(data[:4], "big"), 256)
    return {data[8:12], *(data[start : start + 4] for start in range(16, length, 4))}


def jpeg_is_one_scan(data: bytes) -> bool:
    """Whether the first scan of a JPEG is the whole picture: sequential, with all of its components (ITU T.81 B.2)."""
    at, components = 2, None
    while data[at : at + 1] == b"\xff" and at + 10 <= len(data):
        marker = data[at + 1]
        if marker == _START_OF_SCAN:
            return data[at + 4] == components
        if marker in _START_OF_SEQUENTIAL_FRAME:
            components = data[at + 9]
        elif marker not in _TABLES_AND_NOTES:
            return False
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False


def webp_size(data: bytes) -> tuple[int, int] | None:
    """`(width, height)` of a WebP's canvas (RFC 9649), without its decoder, which allocates the canvas."""
    chunk = data[12:16]
    if chunk == b"VP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if chunk == b"VP8L" and len(data) >= 25 and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and len(data) >= 30 and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def png_size(data: bytes) -> tuple[int, int] | None:
    """`(width, height)` from a PNG's IHDR, which has to come first."""
    if data[12:16] != b"IHDR" or len(data) < 33:
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


@dataclass(frozen=True, slots=True)
class PngContent:
    """A PNG without its trimmings, and the EXIF block that was among them."""

    data: bytes
    exif: bytes


def png_content(data: bytes) -> PngContent:
    """Keep what holds pixels; drop text, profiles and animation, which Pillow would inflate or warn about.

    The transparency of a 16-bit PNG goes too: it is stated in 16 bits and the pixels are decoded to eight.
    """
    deep = data[24:25] == b"\x10"
    exif = b""
    kept = [PNG_SIGNATURE]
    for name, start, end in _png_chunks(data):
        if name == b"eXIf":
            exif = data[start + 8 : end - 4]
        elif name in PNG_DECODED_CHUNKS and not (deep and name == b"tRNS"):
            kept.append(data[start:end])
    return PngContent(b"".join(kept), exif)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk, the last one possibly cut short."""
    start = len(PNG_SIGNATURE)
    while start + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, start)
        end = min(start + 12 + length, len(data))
        yield name, start, end
        start = end


def exif_orientation(exif: bytes) -> Orientation:
    """The orientation in an EXIF block (TIFF 6.0, first directory, tag 274), else `UPRIGHT`."""
    tiff = exif.removeprefix(b"Exif\x00\x00")
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return UPRIGHT
    (directory,) = struct.unpack_from(order + "I", tiff, 4)
    if directory + 2 > len(tiff):
        return UPRIGHT
    (entries,) = struct.unpack_from(order + "H", tiff, directory)
    last = len(tiff) - 12
    for start in range(directory + 2, min(directory + 2 + 12 * entries, last + 1), 12):
        tag, kind, count, value = struct.unpack_from(order + "HHIH", tiff, start)
        if tag == ORIENTATION_TAG:
            return _ORIENTATIONS.get(value, UPRIGHT) if (kind, count) == (EXIF_SHORT, 1) else UPRIGHT
    return UPRIGHT
