"""The built-in dataset: find triangles and rectangles among circles and lines.

The idea is that of the tfjs simple-object-detection example; here a picture has none to four objects,
distractors are no objects, boxes fit what is drawn and never leave the canvas. Picture i depends on the seed
and i alone, so a larger dataset begins with the smaller one.
"""

import hashlib

import numpy as np
from PIL import Image, ImageDraw

from detector.boxes import Box
from detector.detections import GroundTruth
from jobs.train.data.photos import Dataset, LabelledPhoto, Pixels, Side
from jobs.train.data.shape_figures import DISTRACTORS, OBJECTS, Colour, Figure, Maker, paint
from jobs.train.data.split.look_alikes import make_thumbnail

LABELS = ("rectangle", "triangle")
PICTURE_SIZE = 224
VAL_EVERY = 5
"""Each fifth picture is for validation."""

_SUPERSAMPLE = 2
_NEGATIVE_SHARE = 0.15
_MAX_OBJECTS = 4
_MAX_OVERLAP = 0.05
_TRIES = 12
_LEAST_CONTRAST = 90.0


def generate_shapes(count: int, *, seed: int, size: int = PICTURE_SIZE) -> Dataset:
    """`count` pictures of `size` × `size` with sides set, always the same for the same seed and size."""
    return Dataset(LABELS, tuple(_picture(seed, index, size) for index in range(count)))


def _picture(seed: int, index: int, size: int) -> LabelledPhoto:
    random = np.random.default_rng((seed, index))
    canvas, ground_truth = _draw(random, size * _SUPERSAMPLE)
    pixels = _finish(random, canvas, size)
    side: Side = "val" if index % VAL_EVERY == VAL_EVERY - 1 else "train"
    return LabelledPhoto(
        name=f"shapes-{index:05}.png",
        sha256=hashlib.sha256(pixels.tobytes()).hexdigest(),
        thumbnail=make_thumbnail(pixels),
        pixels=pixels,
        ground_truth=ground_truth,
        side=side,
    )


def _draw(random: np.random.Generator, canvas_size: int) -> tuple[Image.Image, tuple[GroundTruth, ...]]:
    background = _background(random, canvas_size)
    average = np.asarray(background.resize((1, 1), Image.Resampling.BOX), np.float64)[0, 0]
    draw = ImageDraw.Draw(background)
    taken: list[tuple[float, float, float, float]] = []
    ground_truth: list[GroundTruth] = []
    objects = 0 if random.random() < _NEGATIVE_SHARE else int(random.integers(1, _MAX_OBJECTS + 1))
    distractors = int(random.integers(0 if objects else 1, 4))
    makers: list[Maker] = [OBJECTS[int(random.integers(2))] for _ in range(objects)]
    makers += [DISTRACTORS[int(random.integers(2))] for _ in range(distractors)]
    for make in makers:
        stroke = float(random.integers(1, 5) * _SUPERSAMPLE)
        figure = _place(random, make, canvas_size, stroke, taken)
        if figure is None:
            continue
        extent = figure.extent(stroke)
        taken.append(extent)
        paint(random, draw, figure, stroke, _colour(random, average))
        if figure.class_id is not None:
            edges = [edge / canvas_size for edge in extent]
            ground_truth.append(GroundTruth(figure.class_id, Box(edges[1], edges[0], edges[3], edges[2])))
    return background, tuple(ground_truth)


def _place(
    random: np.random.Generator,
    make: Maker,
    canvas_size: int,
    stroke: float,
    taken: list[tuple[float, float, float, float]],
) -> Figure | None:
    """A figure that stays on the canvas and hardly covers another; None when there is no room for it."""
    for _ in range(_TRIES):
        side = canvas_size * float(random.uniform(0.08, 0.5))
        figure = make(
            random, side, (float(random.uniform(0, canvas_size)), float(random.uniform(0, canvas_size)))
        )
        extent = figure.extent(stroke)
        inside = min(extent) >= 1 and max(extent) <= canvas_size - 1
        if inside and all(_overlap(extent, other) <= _MAX_OVERLAP for other in taken):
            return figure
    return None


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Intersection over the smaller of the two areas: a small figure is never hidden in a large one."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return max(width, 0) * max(height, 0) / smaller if smaller > 0 else 1.0


def _colour(
    random: np.random.Generator, background: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> Colour:
    """A colour that stands out from the background's average."""
    for _ in range(_TRIES):
        red, green, blue = (int(value) for value in random.integers(0, 256, 3))
        if float(np.abs(background - (red, green, blue)).max()) >= _LEAST_CONTRAST:
            return red, green, blue
    return (0, 0, 0) if background.mean() > 127 else (255, 255, 255)


def _background(random: np.random.Generator, canvas_size: int) -> Image.Image:
    """Flat or a gradient between two near colours."""
    first = random.integers(0, 256, 3)
    if random.random() < 0.4:
        return Image.new("RGB", (canvas_size, canvas_size), tuple(int(value) for value in first))
    second = np.clip(first + random.integers(-60, 61, 3), 0, 255)
    corners = np.stack([first, first + (second - first) // 2, second, first + (second - first) // 2])
    corners = (
        np.roll(corners, int(random.integers(4)), axis=0)[[0, 1, 3, 2]].reshape(2, 2, 3).astype(np.uint8)
    )
    return Image.fromarray(corners).resize((canvas_size, canvas_size), Image.Resampling.BILINEAR)


def _finish(random: np.random.Generator, canvas: Image.Image, size: int) -> Pixels:
    """Reduced to its size, antialiased, with sensor noise on half of the pictures."""
    pixels = np.asarray(canvas.reduce(_SUPERSAMPLE))
    if random.random() < 0.5:
        return pixels
    # One plane of noise for three channels would look grey; one byte a value keeps it cheap.
    noise = random.integers(-12, 13, pixels.shape, dtype=np.int8)
    return np.clip(pixels.astype(np.int16) + noise, 0, 255).astype(np.uint8)
