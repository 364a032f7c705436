"""Photos on the page: small JPEGs inside it, with the boxes of each class in a colour of its own as SVG."""

import base64
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath

from PIL import Image

from detector.detections import GroundTruth
from jobs.train.data.photos import LabelledPhoto
from jobs.train.data.problems import Problem, printable
from jobs.train.report.pictures import TEXT_WIDTH, fitted

LONGEST_SIDE = 320
QUALITY = 72
COLOURS = 10
"""Of the style sheet; classes beyond them begin anew, and each box has its class written at it."""
MAX_BOXES = 300
"""Boxes that are drawn on one photo: a file that is wrong may hold thousands."""
CAPTION_LENGTH = 18
CAPTIONED_BOXES = 40
"""On a photo with more boxes captions would hide it; the colours and the text below say the classes."""


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A rectangle in pixels of the picture; the caption's baseline begins at `text_x`, `text_y`."""

    colour: int
    x: float
    y: float
    width: float
    height: float
    caption: str
    text_x: float
    text_y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo ready for the page. `text` says which boxes it has, `class_ids` are theirs."""

    name: str
    side: str
    data_uri: str
    width: int
    height: int
    boxes: tuple[DrawnBox, ...]
    class_ids: tuple[int, ...]
    text: str
    font_size: float
    faults: tuple[str, ...]
    remarks: tuple[str, ...]


def draw(
    photos: Iterable["PhotoWithProblems"], labels: Sequence[str], side_of: Mapping[str, str]
) -> Iterator[Picture]:
    """The pictures of photos in their order; encoding leaves the interpreter lock, so threads help."""
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        yield from pool.map(lambda entry: _picture(entry, labels, side_of[entry.photo.sha256]), photos)


@dataclass(frozen=True, slots=True)
class PhotoWithProblems:
    """A photo with what was found on it."""

    photo: LabelledPhoto
    faults: tuple[str, ...]
    remarks: tuple[str, ...]


def assign_problems(
    photos: Sequence[LabelledPhoto], problems: Iterable[Problem], *, faults: frozenset[Problem]
) -> tuple[list[PhotoWithProblems], list[Problem]]:
    """Photos with faults, then those with remarks, then the others, and the problems that belong to none of them.

    A problem names a photo, or the annotation file that is called like one.
    """
    names = {printable(photo.name): i for i, photo in enumerate(photos)}
    stems: dict[str, list[int]] = {}
    for i, photo in enumerate(photos):
        path = PurePosixPath(printable(photo.name))
        for name in {path.stem, path.name}:
            stems.setdefault(name, []).append(i)
    found: dict[int, list[Problem]] = {}
    others = []
    for problem in problems:
        owners = stems.get(PurePosixPath(problem.file).stem, [])
        owner = names.get(problem.file, owners[0] if len(owners) == 1 else None)
        if owner is None:
            others.append(problem)
        else:
            found.setdefault(owner, []).append(problem)
    sorted_photos = [
        PhotoWithProblems(
            photo,
            tuple(p.message for p in found.get(i, []) if p in faults),
            tuple(p.message for p in found.get(i, []) if p not in faults),
        )
        for i, photo in enumerate(photos)
    ]
    sorted_photos.sort(key=lambda entry: (not entry.faults, not entry.remarks))
    return sorted_photos, others


def _picture(entry: PhotoWithProblems, labels: Sequence[str], side: str) -> Picture:
    image = fitted(entry.photo.pixels, LONGEST_SIDE)
    width, height = image.size
    truths = entry.photo.ground_truth
    font_size = round(max(width, height * 4 / 3) / 22, 1)
    captioned = len(truths) <= CAPTIONED_BOXES
    # Large boxes first, so that small ones lie on top of them.
    drawn = sorted(truths, key=lambda truth: -truth.box.area)[:MAX_BOXES]
    return Picture(
        name=entry.photo.name,
        side=side,
        data_uri=_data_uri(image),
        width=width,
        height=height,
        boxes=tuple(
            _drawn(truth, labels[truth.class_id] if captioned else "", width, height, font_size)
            for truth in drawn
        ),
        class_ids=tuple(sorted({truth.class_id for truth in truths})),
        text=_described(truths, labels, left_out=len(truths) - len(drawn)),
        font_size=font_size,
        faults=entry.faults,
        remarks=entry.remarks,
    )


def _data_uri(image: Image.Image) -> str:
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(encoded.getvalue()).decode()


def _drawn(truth: GroundTruth, caption: str, width: int, height: int, font_size: float) -> DrawnBox:
    ymin, xmin, ymax, xmax = truth.box.to_pixels(width=width, height=height)
    if len(caption) > CAPTION_LENGTH:
        caption = f"{caption[: CAPTION_LENGTH - 1]}…"
    gap = 0.25 * font_size
    above = ymin - 1.3 * font_size >= 0
    return DrawnBox(
        colour=truth.class_id % COLOURS,
        x=round(xmin, 1),
        y=round(ymin, 1),
        width=round(xmax - xmin, 1),
        height=round(ymax - ymin, 1),
        caption=caption,
        text_x=round(max(min(xmin, width - TEXT_WIDTH * font_size * len(caption)), gap), 1),
        text_y=round(ymin - gap if above else ymin + font_size, 1),
    )


def _described(truths: Sequence[GroundTruth], labels: Sequence[str], *, left_out: int) -> str:
    ids = [truth.class_id for truth in truths]
    parts = [f"{ids.count(i)} × {labels[i]}" for i in sorted(set(ids))]
    more = f" ({left_out} of the smallest are not drawn)" if left_out else ""
    return (", ".join(parts) or "no objects") + more
