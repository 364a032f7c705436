"""Twenty thousand damaged photos: the loader answers with pixels or with an error of the tree."""

import random
import warnings
from collections import Counter

import numpy as np
from PIL import Image

from detector.errors import DetectorError
from detector.images import ImageLimits, load_image
from tests.detector.damage import damaged
from tests.detector.heic import encode_heic
from tests.detector.pictures import corners, encode, noise, orientation_exif

CASES = 20_000
LIMITS = ImageLimits(max_bytes=1_000_000, max_pixels=1_000_000)
CODES = {"ok", "image_unreadable", "image_too_many_pixels", "unsupported_media_type"}


def seeds() -> list[bytes]:
    """Small photos of each kind that cameras and programs write."""
    picture = noise(64, 48)
    plain, turned = Image.fromarray(picture), orientation_exif(6)
    frames = [Image.fromarray(corners(16, 16)), Image.fromarray(noise(16, 16))]
    return [
        encode(picture, quality=80),
        encode(picture, quality=80, exif=turned),
        encode(picture, progressive=True, exif=turned),
        encode(plain.convert("CMYK")),
        encode(plain.convert("L")),
        encode(picture, "PNG", exif=turned),
        encode(plain.convert("P"), "PNG"),
        encode(plain.convert("LA"), "PNG"),
        encode(Image.fromarray(np.arange(256, dtype=np.uint16).reshape(16, 16) * 257), "PNG"),
        encode(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        encode(picture, "WEBP", quality=70, exif=turned),
        encode(picture, "WEBP", lossless=True),
        encode(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        encode_heic(corners(64, 48), exif_orientation=6),
        encode_heic(corners(16, 16)),
        encode_heic(noise(32, 48), clockwise_turns=1),
    ]


def test_the_loader_gives_pixels_or_an_error_of_the_tree() -> None:
    source, photos = random.Random(20_000), seeds()
    outcomes: Counter[str] = Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for case in range(CASES):
            content = damaged(photos[case % len(photos)], source)
            try:
                pixels = load_image(content, limits=LIMITS, at_least=source.choice((None, 16, 64))).pixels
            except DetectorError as error:
                outcomes[error.code] += 1
                continue
            assert pixels.dtype == np.uint8
            assert pixels.ndim == 3
            assert pixels.shape[2] == 3
            outcomes["ok"] += 1
    assert sum(outcomes.values()) == CASES
    assert set(outcomes) <= CODES
    # Damage that never, or always, is refused would have tested nothing.
    assert min(outcomes["ok"], outcomes["image_unreadable"]) > CASES // 20
