"""The extent of masks that Label Studio's brush draws: RGBA pixels as packed runs of bits.

The packing is that of @thi.ng/rle-pack: a header of 32 bits for the number of values, five for the size of a value
and four times four for the sizes of the lengths; then runs that begin with a bit for "repeated", two for the size of
the length, and the length less one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.train.data.readers.run_lengths import Extent

_CHANNELS = 4
_ALPHA = 3
_BITS = 8
_FEW_VALUES = 16
"""As many values are read faster one by one than as an array."""
_MOST_PIXELS = 2**28


@dataclass(slots=True)
class _Bounds:
    """The pixels that have been met, by the numbers of rows and columns."""

    width: int
    ymin: int = -1
    xmin: int = -1
    ymax: int = -1
    xmax: int = -1

    def add(self, first: int, last: int) -> None:
        """Add the pixels from the first to the last along the rows."""
        if last < first:
            return
        top, bottom = first // self.width, last // self.width
        left, right = (first % self.width, last % self.width) if top == bottom else (0, self.width - 1)
        if self.ymin < 0:
            self.ymin, self.xmin, self.ymax, self.xmax = top, left, bottom, right
            return
        self.ymin, self.xmin = min(self.ymin, top), min(self.xmin, left)
        self.ymax, self.xmax = max(self.ymax, bottom), max(self.xmax, right)


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def number(self, size: int) -> int:
        """The next `size` bits as a number. ValueError at the end."""
        first, past = self._advance(size)
        window = self._data[first // _BITS : -(-past // _BITS)]
        return (int.from_bytes(window, "big") >> (-past % _BITS)) & ((1 << size) - 1)

    def values(self, count: int) -> npt.NDArray[np.uint8]:
        """The next bytes."""
        first, past = self._advance(count * _BITS)
        window = np.frombuffer(self._data[first // _BITS : -(-past // _BITS)], np.uint8)
        skipped = first % _BITS
        return np.packbits(np.unpackbits(window)[skipped : skipped + count * _BITS])

    def _advance(self, size: int) -> tuple[int, int]:
        first, past = self._place, self._place + size
        if past > len(self._data) * _BITS:
            raise ValueError("the packed mask is cut short")
        self._place = past
        return first, past


def extent_of_brush(packed: object, size: tuple[int, int] | None) -> Extent | None:
    """`(ymin, xmin, ymax, xmax)` in pixels of a mask over a photo of `size` (width, height), None for an empty one.

    ValueError for what is no such mask.
    """
    bits = _Bits(_bytes(packed))
    count = bits.number(32)
    if size is None or count != size[0] * size[1] * _CHANNELS or count > _MOST_PIXELS * _CHANNELS:
        raise ValueError("the mask's size is not that of the photo")
    if bits.number(5) + 1 != _BITS:
        raise ValueError("the mask has values of other than eight bits")
    length_sizes = [bits.number(4) + 1 for _ in range(4)]
    bounds = _Bounds(size[0])
    place = 0
    while place < count:
        is_repeated = bits.number(1)
        end = min(place + 1 + bits.number(length_sizes[bits.number(2)]), count)
        if is_repeated:
            if bits.number(_BITS):
                bounds.add(place // _CHANNELS, end // _CHANNELS - 1)
        else:
            _add_single_values(bounds, bits, place, end)
        place = end
    if bounds.ymin < 0:
        return None
    return bounds.ymin, bounds.xmin, bounds.ymax + 1, bounds.xmax + 1


def _add_single_values(bounds: _Bounds, bits: _Bits, place: int, end: int) -> None:
    if end - place <= _FEW_VALUES:
        for value in range(place, end):
            if bits.number(_BITS) and value % _CHANNELS == _ALPHA:
                bounds.add(value // _CHANNELS, value // _CHANNELS)
        return
    values = bits.values(end - place)
    first_alpha = (_ALPHA - place) % _CHANNELS
    marked = np.flatnonzero(values[first_alpha::_CHANNELS]) + (place + first_alpha) // _CHANNELS
    if not len(marked):
        return
    rows, columns = marked // bounds.width, marked % bounds.width
    for row, column in ((rows.min(), columns.min()), (rows.max(), columns.max())):
        pixel = int(row) * bounds.width + int(column)
        bounds.add(pixel, pixel)


def _bytes(packed: object) -> bytes:
    if not isinstance(packed, list) or not packed or not all(type(value) is int for value in packed):
        raise ValueError("no packed mask")
    return bytes(packed)  # ValueError for a number over 255
