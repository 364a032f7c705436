"""JPEGs without their end marker, as some phones, cameras and MMS gateways write them: is all of the photo there?

Decoders stop short of the last pixels where the marker is missing, and paint grey where they are told to go on. Which
of the two a file needs cannot be read off its bytes without decoding them: the length of the compressed data is stated
nowhere. But bytes put behind data that is whole are never used, and change no pixel; behind data that was cut they are
decoded in the place of what is missing. So a file is whole if it gives the same pixels whatever is put behind it.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

END = b"\xff\xd9"

_START_OF_SCAN = 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_PROGRESSIVE = 0xC2
_HEADERS = frozenset({0xC4, 0xDA, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0), *_FRAMES})
_MAX_HEADERS = 2_000
_MAX_SCANS = 20
"""A progressive photo has about ten; each is decoded several times here."""
_MARKER_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
"""What ends the data of a scan: any marker but a restart (ITU T.81 B.1.1.5)."""

_CUT = "the file was cut off: data is missing at its end"

_SPARE_BYTES = 1
"""Zeros at the end are the data's own if it is too short without so many of them: padding is longer than is needed."""


def _filler(number: int) -> bytes:
    """Sixty-four bytes without a marker that decode to noise; the first bit of even ones is 1, of odd ones 0."""
    noise = hashlib.sha512(bytes([number])).digest().replace(b"\xff", b"\x7f")
    return bytes([0xB5 if number % 2 == 0 else 0x4A]) + noise[1:]


_FILLERS = tuple(map(_filler, range(4)))


def has_end(content: bytes) -> bool:
    """Whether a JPEG has an end marker behind the start of its first scan; True if it has no scan.

    The data of a scan cannot hold the marker by chance; the headers before it can, and hold thumbnails.
    """
    if content.endswith(END):
        return True
    headers = _headers(content)
    scan = next((header for header in headers if header.marker == _START_OF_SCAN), None)
    return scan is None or content.find(END, scan.end) >= 0


def with_end(content: bytes, digest: Callable[[bytes], bytes]) -> bytes:
    """The JPEG with an end marker, which is all that it lacks. Raises ValueError if scan data is missing.

    `digest` is of the pixels of a JPEG, and is asked for a few times. A file may also have lost half of the
    marker, or have zeros or the start of another file in its place.
    """
    data = _up_to_the_last_scan(content)
    for whole, too_short in _candidates(data):
        if _is_whole(whole, digest) and (too_short is None or not _is_whole(too_short, digest)):
            return whole + END
    raise ValueError(_CUT)


def _candidates(data: bytes) -> Iterator[tuple[bytes, bytes | None]]:
    """What may be all of the data, and what then has to be too short.

    Zeros at the end are padding, or the last bits of the data. They are data if they are needed to the last.
    """
    without_zeros = data.rstrip(b"\x00")
    if without_zeros.endswith(b"\xff"):  # in compressed data, 255 is followed by a zero
        without_zeros += b"\x00"
    if len(without_zeros) < len(data):
        yield without_zeros, None
        yield data, data[:-_SPARE_BYTES]
    else:
        yield data, None


def _is_whole(data: bytes, digest: Callable[[bytes], bytes]) -> bool:
    # In the place of missing data a decoder takes zeros where it meets the end marker, and noise where it meets that;
    # where it waits for a restart marker, it skips everything else.
    fillers = (*_FILLERS, _next_restart(data) + _FILLERS[0])
    expected = digest(data + END)
    return all(digest(data + filler + END) == expected for filler in fillers)


def _next_restart(data: bytes) -> bytes:
    """The restart marker that follows the last one in the data: they are numbered from 0 to 7, again and again."""
    last = max(range(8), key=lambda number: data.rfind(bytes([0xFF, 0xD0 + number])))
    first = data.rfind(bytes([0xFF, 0xD0 + last])) < 0
    return bytes([0xFF, 0xD0 + (0 if first else (last + 1) % 8)])


@dataclass(frozen=True, slots=True)
class _Scan:
    """The header of a scan: for each of its components, which coefficients it brings, and up to which bit."""

    components: bytes
    coefficients: range
    lowest_bit: int


@dataclass(frozen=True, slots=True)
class _Header:
    marker: int
    content: bytes
    end: int


def _headers(content: bytes) -> Iterator[_Header]:
    """The segments of a JPEG, up to its end marker or to what is no segment."""
    at = 2
    for _ in range(_MAX_HEADERS):
        if at + 4 > len(content) or content[at] != 0xFF or content[at + 1] not in _HEADERS:
            return
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        yield _Header(content[at + 1], content[at + 4 : end], end)
        at = _end_of_scan(content, end) if content[at + 1] == _START_OF_SCAN else end


def _end_of_scan(content: bytes, start: int) -> int:
    found = _MARKER_AFTER_SCAN.search(content, start)
    return len(content) if found is None else found.end() - 2


def _up_to_the_last_scan(content: bytes) -> bytes:
    """The JPEG to the end of its last scan's data. Raises ValueError if a scan is missing."""
    components, progressive, scans, end = b"", False, list[_Scan](), 0
    for header in _headers(content):
        if header.marker in _FRAMES and not scans:
            components, progressive = header.content[6::3], header.marker == _PROGRESSIVE
        elif header.marker == _START_OF_SCAN:
            scan = _read_scan(header.content, progressive)
            if scan is None or len(scans) == _MAX_SCANS:
                break
            scans.append(scan)
            end = header.end
    if not _cover(scans, components):
        raise ValueError(_CUT)
    return content[: _end_of_scan(content, end)].rstrip(b"\xff")


def _read_scan(header: bytes, progressive: bool) -> _Scan | None:
    count = header[0] if header else 0
    if len(header) < 1 + 2 * count + 3:
        return None
    first, last, bits = header[1 + 2 * count : 4 + 2 * count]
    coefficients, lowest_bit = (range(first, last + 1), bits & 0x0F) if progressive else (range(64), 0)
    return _Scan(header[1 : 1 + 2 * count : 2], coefficients, lowest_bit)


def _cover(scans: list[_Scan], components: bytes) -> bool:
    """Whether every coefficient of every component is there to its last bit."""
    finished = {
        (component, coefficient)
        for scan in scans
        if scan.lowest_bit == 0
        for component in scan.components
        for coefficient in scan.coefficients
    }
    return bool(components) and finished.issuperset(
        (component, coefficient) for component in components for coefficient in range(64)
    )
