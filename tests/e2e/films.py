"""What the camera of a test phone sees."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

FRAMES_A_PHOTO = 15
SIZE = (640, 480)


def film(photos: Sequence[Path], path: Path) -> Path:
    """An MJPEG file for Chromium's fake camera: JPEG frames behind one another, each photo for half a second."""
    with path.open("wb") as file:
        for photo in photos:
            frame = io.BytesIO()
            Image.open(photo).convert("RGB").resize(SIZE, Image.Resampling.BICUBIC).save(
                frame, "JPEG", quality=90
            )
            file.write(frame.getvalue() * FRAMES_A_PHOTO)
    return path
