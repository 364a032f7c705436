"""What a photo looks like, in a few bits: by this near-duplicates are found.

The 64-bit hash is a difference hash (each bit: is a cell of an 9 × 8 grey thumbnail brighter than its right
neighbour). It finds candidates; a small colour thumbnail then decides, because photos with much flat
background have hashes that agree by chance.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from jobs.train.datasets.photos import LabelledPhoto, Pixels

MAX_HASH_DISTANCE = 10
MAX_THUMBNAIL_DIFFERENCE = 8.0
_THUMBNAIL_SIDE = 32


def perceptual_hash(pixels: Pixels) -> int:
    """The 64-bit difference hash of an RGB photo, uint8 `[height, width, 3]`."""
    grey = Image.fromarray(pixels).convert("L").resize((9, 8), Image.Resampling.BOX)
    cells = np.asarray(grey, np.int16)
    bits = cells[:, 1:] > cells[:, :-1]
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def near_duplicate_groups(photos: tuple[LabelledPhoto, ...]) -> tuple[tuple[int, ...], ...]:
    """Indices of photos that show the same picture, transitively; each photo is in exactly one group.

    Groups are in the order of their first photo; a photo without a twin is a group of one.
    """
    hashes = np.array([photo.perceptual_hash for photo in photos], dtype=np.uint64)
    thumbnails: dict[int, npt.NDArray[np.float32]] = {}
    leader = list(range(len(photos)))
    for i in range(len(photos)):
        distances = np.bitwise_count(hashes[i + 1 :] ^ hashes[i])
        for j in np.flatnonzero(distances <= MAX_HASH_DISTANCE) + i + 1:
            a, b = _find(leader, i), _find(leader, int(j))
            if a != b and _looks_alike(photos, i, int(j), thumbnails):
                leader[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for i in range(len(photos)):
        groups.setdefault(_find(leader, i), []).append(i)
    return tuple(tuple(group) for group in groups.values())


def _find(leader: list[int], i: int) -> int:
    while leader[i] != i:
        leader[i] = leader[leader[i]]
        i = leader[i]
    return i


def _looks_alike(
    photos: tuple[LabelledPhoto, ...], i: int, j: int, thumbnails: dict[int, npt.NDArray[np.float32]]
) -> bool:
    for k in (i, j):
        if k not in thumbnails:
            thumbnails[k] = _thumbnail(photos[k].pixels)
    return float(np.abs(thumbnails[i] - thumbnails[j]).mean()) <= MAX_THUMBNAIL_DIFFERENCE


def _thumbnail(pixels: Pixels) -> npt.NDArray[np.float32]:
    side = (_THUMBNAIL_SIDE, _THUMBNAIL_SIDE)
    return np.asarray(Image.fromarray(pixels).resize(side, Image.Resampling.BOX), np.float32)
