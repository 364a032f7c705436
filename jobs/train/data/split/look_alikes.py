"""What a photo looks like, in a few bits: by this photos of the same picture are found, also mirrored or turned ones.

All is made from a small square thumbnail, so that a turned photo has the turned thumbnail whatever its aspect. A
64-bit difference hash (each bit: is a cell of a 9 × 8 grey grid brighter than its left neighbour) finds candidates; the
thumbnails then decide, because photos with much flat background have hashes that agree by chance.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from jobs.train.data.photos import Pixels
from jobs.train.data.split.disjoint_sets import Partition

MAX_HASH_DISTANCE = 14
MAX_THUMBNAIL_DIFFERENCE = 8.0
MAX_SCENE_DIFFERENCE = 25.0
MIN_SCENE_CORRELATION = 0.5
THUMBNAIL_SIDE = 32
ORIENTATIONS = 8
_COLOUR_STEPS = 32
"""Steps of a mean colour per grey value: small whole numbers are compared fastest."""
_ROWS, _COLUMNS = 8, 9
_AT_ONCE = 4096
"""Photos hashed or compared together: bounds the memory."""

Hashes = npt.NDArray[np.uint64]


def make_thumbnail(pixels: Pixels) -> Pixels:
    """A photo, uint8 RGB `[height, width, 3]`, at 32 × 32."""
    side = (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    return np.asarray(Image.fromarray(pixels).resize(side, Image.Resampling.BOX))


def turned(thumbnails: Pixels, orientation: int) -> Pixels:
    """Square pictures `[..., side, side, 3]` in one of the eight orientations: quarter turns, from 4 on mirrored."""
    mirrored = thumbnails[..., ::-1, :] if orientation >= 4 else thumbnails
    return np.rot90(mirrored, orientation % 4, axes=(-3, -2))


def difference_hashes(thumbnails: Pixels) -> Hashes:
    """The 64-bit hashes of `[photos, side, side, 3]`."""
    rows, columns = _averaging(_ROWS), _averaging(_COLUMNS)
    hashes = np.empty(len(thumbnails), np.uint64)
    for start in range(0, len(thumbnails), _AT_ONCE):
        grey = thumbnails[start : start + _AT_ONCE] @ np.array((0.299, 0.587, 0.114), np.float32)
        # Whole numbers: on a flat picture the rest would be chance.
        cells = np.rint(rows @ grey @ columns.T)
        bits = (cells[..., 1:] > cells[..., :-1]).reshape(len(grey), -1)
        hashes[start : start + _AT_ONCE] = np.packbits(bits, axis=1).view(">u8")[:, 0]
    return hashes


def _averaging(cells: int) -> npt.NDArray[np.float32]:
    """The matrix `[cells, side]` that averages the side's pixels into so many cells of equal length."""
    edges = np.linspace(0, THUMBNAIL_SIDE, cells + 1)
    pixels = np.arange(THUMBNAIL_SIDE)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.asarray(np.clip(overlap, 0, None) * cells / THUMBNAIL_SIDE, np.float32)


def join_look_alikes(thumbnails: Pixels, partition: Partition) -> None:
    """Join the photos `[photos, side, side, 3]` that show the same picture in any of the eight orientations.

    A thumbnail's mean colour is the same in all orientations, so only photos of nearly the same colour are compared:
    sorted by brightness each meets a short stretch of the others.
    """
    means = thumbnails.mean(axis=(1, 2), dtype=np.float32)
    colours = np.rint(means * _COLOUR_STEPS).astype(np.int16)
    order = np.argsort(colours.sum(axis=1, dtype=np.int32), kind="stable")
    colours, thumbnails = np.ascontiguousarray(colours[order].T), thumbnails[order]
    hashes = np.stack([difference_hashes(turned(thumbnails, k)) for k in range(ORIENTATIONS)])
    # The mean difference of the pixels is at least that of the colours; one step more for their rounding.
    most = round(3 * (MAX_THUMBNAIL_DIFFERENCE * _COLOUR_STEPS + 1))
    brightness = colours.sum(axis=0, dtype=np.int32)
    ends = np.searchsorted(brightness, brightness + most, side="right")
    for i, end in enumerate(ends.tolist()):
        others = slice(i + 1, end)
        differences = sum(np.abs(channel[others] - channel[i]) for channel in colours)
        near = np.flatnonzero((differences <= most) & partition.apart(order[others], order[i])) + i + 1
        distances = np.bitwise_count(hashes[:, near] ^ hashes[0, i])
        orientations, candidates = np.nonzero(distances <= MAX_HASH_DISTANCE)
        if candidates.size:
            for j in _looking_like(thumbnails, i, near[candidates], orientations):
                partition.join(int(order[i]), int(order[j]))


def _looking_like(
    thumbnails: Pixels, i: int, candidates: npt.NDArray[np.intp], orientations: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Those candidates that, in the orientation given for each, look like photo `i`."""
    # Photo i is turned back rather than every candidate forward.
    wanted = np.stack([turned_back(thumbnails[i], k) for k in range(ORIENTATIONS)]).astype(np.int16)
    alike = [
        np.abs(wanted[orientations[part]] - thumbnails[candidates[part]]).mean(axis=(1, 2, 3))
        <= MAX_THUMBNAIL_DIFFERENCE
        for start in range(0, len(candidates), _AT_ONCE)
        for part in [slice(start, start + _AT_ONCE)]
    ]
    return np.asarray(np.unique(candidates[np.concatenate(alike)]))


def turned_back(thumbnails: Pixels, orientation: int) -> Pixels:
    """What `turned` makes the given pictures of."""
    upright = np.rot90(thumbnails, -(orientation % 4), axes=(-3, -2))
    return upright[..., ::-1, :] if orientation >= 4 else upright


def same_scene(first: Pixels, second: Pixels) -> bool:
    """Whether two thumbnails look alike as much as neighbouring frames of a video do: less than one picture twice.

    Too little for strangers. Of photos that nothing connects about one pair in ten thousand is as alike; one frame and
    the next, in which the camera or an object moved by some of the picture's width, are.
    """
    a, b = first.astype(np.float32), second.astype(np.float32)
    difference = float(np.abs(a - b).mean())
    if difference <= MAX_THUMBNAIL_DIFFERENCE or difference > MAX_SCENE_DIFFERENCE:
        return difference <= MAX_THUMBNAIL_DIFFERENCE
    grey_a, grey_b = (grey - grey.mean() for grey in (a.mean(axis=-1), b.mean(axis=-1)))
    contrast = float(np.sqrt((grey_a**2).sum() * (grey_b**2).sum()))
    return float((grey_a * grey_b).sum()) >= MIN_SCENE_CORRELATION * contrast > 0
