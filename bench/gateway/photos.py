"""Photos made for measuring: as many bytes and as much detail as a phone's, the same each time."""

import io

import numpy as np
from PIL import Image

LARGE = (4000, 3000)
MEDIUM = (640, 480)
SMALL = (224, 224)
GRAIN_LEVELS = 7


def photo(size: tuple[int, int], *, seed: int = 0) -> bytes:
    """A baseline JPEG of `(width, height)`: soft shapes with a sensor's grain; 12 megapixels are about 3 MB."""
    width, height = size
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (height // 40 + 2, width // 40 + 2, 3), np.uint8))
    soft = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), np.int16)
    grain = random.integers(-GRAIN_LEVELS, GRAIN_LEVELS + 1, (height, width, 1), np.int16)
    picture = Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()
