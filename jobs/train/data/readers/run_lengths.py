"""The extent of masks that COCO's tools store as run lengths, compressed to text or as a list of numbers."""

from collections.abc import Iterator, Sequence

Extent = tuple[int, int, int, int]
_MOST_PIXELS = 2**31


def extent_of_mask(counts: object, size: object) -> Extent | None:
    """`(ymin, xmin, ymax, xmax)` in pixels of a mask, None for an empty one.

    `size` is height and width; `counts` are lengths of runs down the columns, which alternate between outside
    and inside. ValueError for what is no such mask.
    """
    height, width = _size(size)
    lengths = decode_counts(counts) if isinstance(counts, str) else _numbers(counts)
    rows: list[int] = []
    columns: list[int] = []
    position = 0
    for number, length in enumerate(lengths):
        if length < 0 or position + length > height * width:
            raise ValueError("the runs do not fit the mask's size")
        if number % 2 and length:
            first, last = position, position + length - 1
            columns += (first // height, last // height)
            within_a_column = first // height == last // height
            rows += (first % height, last % height) if within_a_column else (0, height - 1)
        position += length
    if position != height * width:
        raise ValueError("the runs do not fill the mask's size")
    if not rows:
        return None
    return min(rows), min(columns), max(rows) + 1, max(columns) + 1


def decode_counts(text: str) -> list[int]:
    """Run lengths from COCO's compressed text: five bits a character, differences to the run before the last.

    The format is that of the COCO API's maskApi (rleFrString).
    """
    counts: list[int] = []
    for value in _compressed_numbers(text):
        counts.append(value + counts[-2] if len(counts) > 2 else value)
    return counts


def _compressed_numbers(text: str) -> Iterator[int]:
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64 or shift > 60:
            raise ValueError("no compressed run lengths")
        value |= (bits & 0x1F) << shift
        shift += 5
        if not bits & 0x20:
            yield value - (1 << shift) if bits & 0x10 else value
            value = shift = 0
    if shift:
        raise ValueError("the compressed run lengths are cut short")


def _size(size: object) -> tuple[int, int]:
    values = _numbers(size)
    if len(values) != 2 or min(values) < 1 or values[0] * values[1] > _MOST_PIXELS:
        raise ValueError("the mask has no size")
    return values[0], values[1]


def _numbers(values: object) -> Sequence[int]:
    if not isinstance(values, list) or not all(type(value) is int for value in values):
        raise ValueError("no run lengths")
    return values
