"""Golden vectors of what a phone does with pictures: where boxes lie on its screen, and how it resizes."""

import random
from typing import Any

import numpy as np
from PIL import Image

from detector.boxes import Box

DECIMALS = 4
FIXED_BOXES = (Box(0, 0, 1, 1), Box(0.25, 0, 0.5, 0.125))
PHOTOS_AND_VIEWS = (
    ((640, 480), (360, 640)),  # a landscape frame on an upright phone
    ((480, 640), (360, 640)),  # the phone turned, the camera with it
    ((640, 480), (640, 360)),
    ((3024, 4032), (390, 390)),
    ((100, 100), (333, 200)),
)
RESIZES = (((16, 12), (4, 4)), ((5, 7), (8, 8)), ((30, 3), (7, 3)), ((9, 9), (9, 9)), ((64, 48), (10, 10)))


def overlay_vectors() -> dict[str, Any]:
    """`screen`: where `box` of a photo lies in a view that the photo covers or fits into, pixels of the view."""
    generator = random.Random(4)
    cases = [
        _overlay_case(box, photo, view, fit=fit, mirrored=mirrored)
        for photo, view in PHOTOS_AND_VIEWS
        for fit in ("cover", "contain")
        for mirrored in (False, True)
        for box in (*FIXED_BOXES, _random_box(generator))
    ]
    return {"cases": cases}


def _overlay_case(
    box: Box, photo: tuple[int, int], view: tuple[int, int], *, fit: str, mirrored: bool
) -> dict[str, Any]:
    ratios = [of_view / of_photo for of_view, of_photo in zip(view, photo, strict=True)]
    scale = max(ratios) if fit == "cover" else min(ratios)
    shown = box.mirrored() if mirrored else box
    ymin, xmin, ymax, xmax = shown.to_pixels(width=photo[0], height=photo[1])
    left, top = ((of_view - scale * of_photo) / 2 for of_view, of_photo in zip(view, photo, strict=True))
    screen = {
        "left": left + scale * xmin,
        "top": top + scale * ymin,
        "width": scale * (xmax - xmin),
        "height": scale * (ymax - ymin),
    }
    return {
        "box": [box.ymin, box.xmin, box.ymax, box.xmax],
        "photo": {"width": photo[0], "height": photo[1]},
        "view": {"width": view[0], "height": view[1]},
        "fit": fit,
        "mirrored": mirrored,
        "screen": {name: round(value, DECIMALS) for name, value in screen.items()},
    }


def _random_box(generator: random.Random) -> Box:
    ymin, ymax = sorted(round(generator.random(), DECIMALS) for _ in range(2))
    xmin, xmax = sorted(round(generator.random(), DECIMALS) for _ in range(2))
    return Box(ymin, xmin, ymax, xmax)


def resize_vectors() -> dict[str, Any]:
    """`resized`: the bytes that Pillow's BILINEAR makes of `rgb`; noise, because smooth pictures hide mistakes."""
    generator = np.random.default_rng(5)
    return {"cases": [_resize_case(generator, size, to) for size, to in RESIZES]}


def _resize_case(
    generator: np.random.Generator, size: tuple[int, int], to: tuple[int, int]
) -> dict[str, Any]:
    # Mostly black and white: sums near both ends are clipped.
    noise = generator.choice([0, 255, 17, 130], size=(size[1], size[0], 3), p=[0.4, 0.4, 0.1, 0.1])
    picture = Image.fromarray(noise.astype(np.uint8))
    resized = picture.resize(to, Image.Resampling.BILINEAR)
    return {
        "width": size[0],
        "height": size[1],
        "out_width": to[0],
        "out_height": to[1],
        "rgb": list(picture.tobytes()),
        "resized": list(resized.tobytes()),
    }
