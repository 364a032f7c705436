"""Augmented views: every change to the pixels moves the boxes with them.

All pixel work is Pillow's, in C and outside the interpreter's lock, so that a few threads keep two cores fed.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from detector.boxes import FloatArray, as_array
from jobs.train.data.photos import LabelledPhoto, Pixels

_LEAST_VISIBLE_SHARE = 0.3
_LEAST_SIDE = 0.012
_TRIES = 8

# Phones, browsers and MediaPipe each resize in their own way: none should be a stranger to the network.
_RESAMPLERS: tuple[tuple[Image.Resampling, float], ...] = (
    (Image.Resampling.BILINEAR, 0.45),
    (Image.Resampling.BICUBIC, 0.15),
    (Image.Resampling.LANCZOS, 0.1),
    (Image.Resampling.BOX, 0.1),
    (Image.Resampling.NEAREST, 0.2),  # stands for "not antialiased": see _resize
)


@dataclass(frozen=True, slots=True)
class View:
    """One training example: uint8 `[S, S, 3]`, boxes float32 `[G, 4]` normalised, class ids int64 `[G]`."""

    pixels: Pixels
    boxes: FloatArray
    class_ids: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AugmentOptions:
    """How far views stray from the photo. Probabilities are per view."""

    mosaic: float = 0.4
    zoom_in: float = 2.0
    zoom_out: float = 1.8
    aspect: float = 1.3
    brightness: float = 0.3
    contrast: float = 0.3
    saturation: float = 0.5
    hue_degrees: float = 12.0
    grey: float = 0.05
    blur: float = 0.1
    jpeg: float = 0.1


def plain_view(photo: LabelledPhoto, size: int) -> View:
    """The photo as it is evaluated: resized, nothing else."""
    image = Image.fromarray(photo.pixels).resize((size, size), Image.Resampling.BILINEAR)
    boxes, class_ids = _truth(photo)
    return View(np.asarray(image), boxes, class_ids)


def random_view(
    photos: Sequence[LabelledPhoto],
    index: int,
    *,
    size: int,
    rng: np.random.Generator,
    options: AugmentOptions,
) -> View:
    """A view of `photos[index]`, or of it and three others side by side."""
    if rng.random() < options.mosaic:
        others = rng.integers(len(photos), size=3)
        view = _mosaic([photos[i] for i in (index, *others)], size, rng, options)
    else:
        view = _zoomed(photos[index], size, size, rng, options)
    if rng.random() < 0.5:
        view = _mirrored(view)
    image = _recolour(Image.fromarray(view.pixels), rng, options)
    return View(np.asarray(_degrade(image, rng, options)), view.boxes, view.class_ids)


def _truth(photo: LabelledPhoto) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    class_ids = np.asarray([truth.class_id for truth in photo.ground_truth], np.int64)
    return as_array(truth.box for truth in photo.ground_truth), class_ids


def _zoomed(
    photo: LabelledPhoto, width: int, height: int, rng: np.random.Generator, options: AugmentOptions
) -> View:
    """A window of the photo, or the photo within a larger frame, stretched to `width` × `height`."""
    boxes, class_ids = _truth(photo)
    for _ in range(_TRIES):
        window = _random_window(rng, options)
        moved, visible = _through_window(boxes, window)
        if visible.any() or not len(boxes):
            break
    else:
        window = (0.0, 0.0, 1.0, 1.0)
        moved, visible = _through_window(boxes, window)
    image = _cut(photo.pixels, window, width, height, rng)
    return View(np.asarray(image), moved[visible], class_ids[visible])


def _random_window(rng: np.random.Generator, options: AugmentOptions) -> tuple[float, float, float, float]:
    """ymin, xmin, ymax, xmax in the photo's own 0..1 frame; beyond it where the view zooms out."""
    scale = math.exp(rng.uniform(-math.log(options.zoom_in), math.log(options.zoom_out)))
    aspect = math.exp(rng.uniform(-0.5, 0.5) * math.log(options.aspect))
    height, width = scale * aspect, scale / aspect
    top, left = rng.random(2)
    ymin, xmin = top * (1 - height), left * (1 - width)
    return ymin, xmin, ymin + height, xmin + width


def _through_window(
    boxes: FloatArray, window: tuple[float, float, float, float]
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Boxes in the window's frame, clipped to it, and which of them still show enough of their object."""
    ymin, xmin, ymax, xmax = window
    origin = np.asarray([ymin, xmin, ymin, xmin], np.float32)
    extent = np.asarray([ymax - ymin, xmax - xmin, ymax - ymin, xmax - xmin], np.float32)
    moved = (boxes - origin) / extent
    clipped = np.clip(moved, 0.0, 1.0)
    sides, full_sides = clipped[:, 2:] - clipped[:, :2], moved[:, 2:] - moved[:, :2]
    share = np.prod(sides, axis=-1) / np.maximum(np.prod(full_sides, axis=-1), 1e-12)
    return clipped, (share >= _LEAST_VISIBLE_SHARE) & (sides.min(axis=-1, initial=1.0) >= _LEAST_SIDE)


def _cut(
    pixels: Pixels,
    window: tuple[float, float, float, float],
    width: int,
    height: int,
    rng: np.random.Generator,
) -> Image.Image:
    photo_height, photo_width = pixels.shape[:2]
    ymin, xmin, ymax, xmax = window
    inner = (max(ymin, 0.0), max(xmin, 0.0), min(ymax, 1.0), min(xmax, 1.0))
    top, bottom = (round((y - ymin) / (ymax - ymin) * height) for y in (inner[0], inner[2]))
    left, right = (round((x - xmin) / (xmax - xmin) * width) for x in (inner[1], inner[3]))
    box = (inner[1] * photo_width, inner[0] * photo_height, inner[3] * photo_width, inner[2] * photo_height)
    patch = _resize(Image.fromarray(pixels), (max(right - left, 1), max(bottom - top, 1)), box, rng)
    if patch.size == (width, height):
        return patch
    canvas = Image.new("RGB", (width, height), tuple(int(c) for c in rng.integers(0, 256, 3)))
    canvas.paste(patch, (left, top))
    return canvas


def _resize(
    image: Image.Image,
    size: tuple[int, int],
    box: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> Image.Image:
    resamplers, shares = zip(*_RESAMPLERS, strict=True)
    resampler = resamplers[rng.choice(len(resamplers), p=shares)]
    if resampler is not Image.Resampling.NEAREST:
        return image.resize(size, resampler, box=box)
    # Two taps a direction whatever the scale, as tf.image.resize and most canvases do.
    x_scale, y_scale = (box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1]
    affine = (x_scale, 0.0, box[0], 0.0, y_scale, box[1])
    return image.transform(size, Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR)


def _mosaic(
    photos: Sequence[LabelledPhoto], size: int, rng: np.random.Generator, options: AugmentOptions
) -> View:
    """Four photos around a random point: smaller objects, more of them, in company they never had."""
    middle_y, middle_x = (int(size * rng.uniform(0.35, 0.65)) for _ in range(2))
    spans = [
        (0, 0, middle_y, middle_x),
        (0, middle_x, middle_y, size),
        (middle_y, 0, size, middle_x),
        (middle_y, middle_x, size, size),
    ]
    canvas = np.empty((size, size, 3), np.uint8)
    boxes, class_ids = [], []
    for photo, (ymin, xmin, ymax, xmax) in zip(photos, spans, strict=True):
        part = _zoomed(photo, xmax - xmin, ymax - ymin, rng, options)
        canvas[ymin:ymax, xmin:xmax] = part.pixels
        extent = np.asarray([ymax - ymin, xmax - xmin] * 2, np.float32)
        boxes.append((part.boxes * extent + np.asarray([ymin, xmin] * 2, np.float32)) / size)
        class_ids.append(part.class_ids)
    return View(canvas, np.concatenate(boxes), np.concatenate(class_ids))


def _mirrored(view: View) -> View:
    ymin, xmin, ymax, xmax = view.boxes.T
    boxes = np.stack([ymin, 1 - xmax, ymax, 1 - xmin], axis=-1)
    return View(view.pixels[:, ::-1], boxes, view.class_ids)


def _recolour(image: Image.Image, rng: np.random.Generator, options: AugmentOptions) -> Image.Image:
    """Brightness, contrast, saturation and hue as one matrix over R, G, B."""
    matrix = _saturation_and_hue(rng, options)
    gain = 1 + rng.uniform(-options.contrast, options.contrast)
    offset = 128 * (1 - gain) + 255 * rng.uniform(-options.brightness, options.brightness) * 0.5
    rows = [(*(gain * matrix[channel]), offset) for channel in range(3)]
    return image.convert("RGB", tuple(float(value) for row in rows for value in row))


def _saturation_and_hue(rng: np.random.Generator, options: AugmentOptions) -> npt.NDArray[np.float64]:
    """`[3, 3]`: a turn and a stretch of the chroma plane of YIQ."""
    to_yiq = np.asarray([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
    saturation = (
        0.0 if rng.random() < options.grey else 1 + rng.uniform(-options.saturation, options.saturation)
    )
    angle = math.radians(rng.uniform(-options.hue_degrees, options.hue_degrees))
    cosine, sine = saturation * math.cos(angle), saturation * math.sin(angle)
    turn = np.asarray([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])
    return np.asarray(np.linalg.inv(to_yiq) @ turn @ to_yiq)


def _degrade(image: Image.Image, rng: np.random.Generator, options: AugmentOptions) -> Image.Image:
    """A little of what bad light and small files do."""
    if rng.random() < options.blur:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1.5)))
    if rng.random() < options.jpeg:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=int(rng.integers(25, 85)))
        image = Image.open(buffer)
        image.load()
    return image
