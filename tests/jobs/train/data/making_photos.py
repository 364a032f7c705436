"""Labelled photos for tests of what belongs together: strangers, copies and videos."""

import hashlib

import numpy as np

from detector.boxes import Box
from detector.detections import GroundTruth
from jobs.train.data.photos import LabelledPhoto, Pixels, Side
from jobs.train.data.split.look_alikes import make_thumbnail, turned
from tests.detector.pictures import noise

BOX = Box(0.1, 0.1, 0.5, 0.5)


def labelled(name: str, pixels: Pixels, *class_ids: int, side: Side | None = None) -> LabelledPhoto:
    """The photo with one box of each class."""
    return LabelledPhoto(
        name=name,
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        thumbnail=make_thumbnail(pixels),
        pixels=pixels,
        ground_truth=tuple(GroundTruth(class_id, BOX) for class_id in class_ids),
        side=side,
    )


def stranger(
    name: str, *class_ids: int, seed: int, side: Side | None = None, orientation: int = 0
) -> LabelledPhoto:
    """A photo that looks like no other of another seed, turned."""
    return labelled(name, turned(noise(64, 48, seed=seed, grain=8), orientation), *class_ids, side=side)


def panned_view(step: int, *, seed: int = 0) -> Pixels:
    """A view of 64 × 48 that moves over a wide scene by a sixteenth of its width a step."""
    scene = noise(64 + 4 * 400, 48, seed=seed, grain=16)
    return np.ascontiguousarray(scene[:, 4 * step : 4 * step + 64])
