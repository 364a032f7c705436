"""Photos made for tests: pictures whose corners tell how they are turned, in any format and orientation."""

import io
from typing import Any

import numpy as np
from PIL import Image

from detector.images import Pixels

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 200, 30), (30, 30, 220), (220, 220, 30)


def corners(width: int, height: int) -> Pixels:
    """Uint8 `[height, width, 3]`: red top left, green top right, blue bottom left, yellow bottom right."""
    pixels = np.empty((height, width, 3), np.uint8)
    top, left = height // 2, width // 2
    pixels[:top, :left], pixels[:top, left:] = RED, GREEN
    pixels[top:, :left], pixels[top:, left:] = BLUE, YELLOW
    return pixels


def noise(width: int, height: int, *, seed: int = 0, grain: int = 16) -> Pixels:
    """Smooth coloured noise, which compresses about as a photo does."""
    coarse = np.random.default_rng(seed).integers(
        0, 256, (height // grain + 2, width // grain + 2, 3), np.uint8
    )
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def encode(picture: Pixels | Image.Image, image_format: str = "JPEG", **options: Any) -> bytes:
    """The picture in a format that Pillow writes."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    out = io.BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


def orientation_exif(orientation: int) -> bytes:
    """An EXIF block that holds this orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()
