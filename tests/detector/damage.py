"""Seeded damage to bytes, for fuzzing far more cases than hypothesis could in the time."""

import random

INTERESTING = (
    b"\x00",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\x7f\xff\xff\xff",
)
MAX_CHANGES = 8
LONGEST_SLICE = 64


def damaged(seed: bytes, source: random.Random) -> bytes:
    """`seed` with a few bytes overwritten, slices cut out, repeated, moved or swapped for noise, or its end lost."""
    content = bytearray(seed)
    for _ in range(source.randint(1, MAX_CHANGES)):
        start = source.randint(0, len(content))
        end = min(start + source.randint(0, LONGEST_SLICE), len(content))
        change = source.randrange(7)
        if change == 0:
            content[start : start + 1] = bytes([source.randrange(256)])
        elif change == 1:
            content[start:end] = source.randbytes(end - start)
        elif change == 2:
            del content[start:end]
        elif change == 3:
            content[start:start] = content[start:end] * source.randint(1, 3)
        elif change == 4:
            value = source.choice(INTERESTING)
            content[start : start + len(value)] = value
        elif change == 5 and start < len(content):
            content[start] ^= 1 << source.randrange(8)
        elif change == 6 and source.random() < 0.2:
            del content[start:]
    return bytes(content)
