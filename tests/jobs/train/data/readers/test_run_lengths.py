import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.train.data.readers.run_lengths import decode_counts, extent_of_mask


def lengths_of(mask: list[list[bool]]) -> list[int]:
    """The runs of a mask of rows, down its columns, beginning with one outside."""
    pixels = [row[x] for x in range(len(mask[0])) for row in mask]
    runs = [(value, len(list(run))) for value, run in itertools.groupby(pixels)]
    return [0] * runs[0][0] + [length for _, length in runs]


def compress(counts: list[int]) -> str:
    """As the COCO API does it (rleToString)."""
    text = ""
    for number, count in enumerate(counts):
        value = count - counts[number - 2] if number > 2 else count
        more = True
        while more:
            bits = value & 0x1F
            value >>= 5
            more = value != -1 if bits & 0x10 else value != 0
            text += chr((bits | 0x20 if more else bits) + 48)
    return text


@given(
    st.integers(1, 9).flatmap(
        lambda width: st.lists(
            st.lists(st.booleans(), min_size=width, max_size=width), min_size=1, max_size=9
        )
    )
)
def test_the_extent_is_that_of_the_pixels_inside(mask: list[list[bool]]) -> None:
    counts = lengths_of(mask)
    inside = [(y, x) for y, row in enumerate(mask) for x, value in enumerate(row) if value]
    expected = None
    if inside:
        rows, columns = [y for y, _ in inside], [x for _, x in inside]
        expected = min(rows), min(columns), max(rows) + 1, max(columns) + 1
    size = [len(mask), len(mask[0])]
    assert extent_of_mask(counts, size) == expected
    assert extent_of_mask(compress(counts), size) == expected


@given(st.lists(st.integers(0, 10**7)))
def test_compressed_counts_are_what_was_compressed(counts: list[int]) -> None:
    assert decode_counts(compress(counts)) == counts


@pytest.mark.parametrize(
    ("counts", "size"),
    [
        (None, [2, 2]),
        ([1, "x"], [2, 2]),
        ([1, True], [2, 2]),
        ([1, 9], [2, 2]),
        ([1, 2], [2, 2]),
        ([-1, 2], [2, 2]),
        ([1, 2], None),
        ([1, 2], [0, 2]),
        ([1, 2], [10**9, 10**9]),
        ("~", [2, 2]),
        ("\x00", [2, 2]),
        ("P", [2, 2]),
        ("o" * 100, [2, 2]),
    ],
)
def test_what_is_no_mask_is_refused(counts: object, size: object) -> None:
    with pytest.raises(ValueError, match=r"runs|lengths|size"):
        extent_of_mask(counts, size)
