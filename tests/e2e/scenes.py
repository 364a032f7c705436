"""Photos whose objects lie where the test says, to be labelled by hand."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from detector.boxes import Box

BALL = Box(0.3, 0.2, 0.6, 0.45)
BRICK = Box(0.4, 0.6, 0.8, 0.85)
EXIF_ORIENTATION, EXIF_MAKE, EXIF_GPS = 0x0112, 0x010F, 0x8825
_SIZE = (1600, 1200)
_TURNED = 6


@dataclass(frozen=True, slots=True)
class Scene:
    """A photo as a phone takes it. `ball` and `brick` lie on the upright photo, unless it was drawn empty."""

    path: Path
    ball: Box
    brick: Box


def draw_scene(
    folder: Path,
    seed: int,
    *,
    empty: bool = False,
    turned: bool = False,
    size: tuple[int, int] = _SIZE,
) -> Scene:
    """Write one photo, other in each `seed`; `turned`: its pixels lie on the side and EXIF says so."""
    noise = np.random.default_rng(seed)
    grain = noise.integers(60, 200, (12, 16, 3), dtype=np.uint8)
    photo = Image.fromarray(grain).resize(size, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(photo)
    shift = float(noise.uniform(-0.1, 0.1))
    ball, brick = _moved(BALL, shift), _moved(BRICK, -shift)
    if not empty:
        pen.ellipse(_edges(ball, size), fill=(225, 80, 50))
        pen.rectangle(_edges(brick, size), fill=(40, 80, 220))
    exif = Image.Exif()
    exif[EXIF_MAKE] = "Somebody's phone"
    exif.get_ifd(EXIF_GPS)[1] = "N"
    if turned:
        exif[EXIF_ORIENTATION] = _TURNED
        photo = photo.transpose(Image.Transpose.ROTATE_90)
    content = io.BytesIO()
    photo.save(content, "JPEG", quality=92, exif=exif)
    assert ImageOps.exif_transpose(Image.open(content)).size == size
    path = folder / f"IMG_{seed:04}.jpg"
    path.write_bytes(content.getvalue())
    return Scene(path, ball, brick)


def _moved(box: Box, down: float) -> Box:
    return Box(box.ymin + down, box.xmin, box.ymax + down, box.xmax)


def _edges(box: Box, size: tuple[int, int]) -> list[float]:
    width, height = size
    return [box.xmin * width, box.ymin * height, box.xmax * width, box.ymax * height]
