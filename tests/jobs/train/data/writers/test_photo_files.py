import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from detector.images import load_image
from jobs.train.data.writers.photo_files import strip_jpeg, upright_file
from tests.detector.heic import encode_heic
from tests.detector.pictures import corners, encode, noise, orientation_exif

SECRET = b"SECRET-PLACE"


def with_metadata(jpeg: bytes) -> bytes:
    """A JPEG with what phones put into it: XMP, IPTC, a comment, a maker's segment, and a film behind its end."""
    segments = b"".join(
        bytes([0xFF, marker]) + (len(SECRET) + 2).to_bytes(2, "big") + SECRET
        for marker in (0xE1, 0xED, 0xFE, 0xE2, 0xE7)
    )
    return jpeg[:2] + segments + jpeg[2:] + b"ftypmp42" + SECRET


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"restart_marker_blocks": 2}, {"subsampling": 0}]
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_an_upright_jpeg_keeps_its_pixels_and_loses_its_metadata(mode: str, options: dict[str, Any]) -> None:
    jpeg = encode(Image.fromarray(noise(80, 60)).convert(mode), **options)
    file = upright_file(with_metadata(jpeg))
    assert SECRET not in file.content
    assert (file.suffix, file.width, file.height, file.change) == (".jpg", 80, 60, "metadata")
    assert np.array_equal(load_image(file.content).pixels, load_image(jpeg).pixels)


def test_an_upright_jpeg_without_metadata_is_the_same_file() -> None:
    jpeg = encode(noise(80, 60))
    file = upright_file(jpeg)
    assert file.content == jpeg
    assert file.change == "none"


def test_a_colour_profile_stays() -> None:
    jpeg = encode(noise(20, 20), icc_profile=b"P" * 200)
    assert b"ICC_PROFILE" in upright_file(jpeg).content


def test_an_orientation_that_turns_nothing_is_metadata_too() -> None:
    file = upright_file(encode(noise(40, 30), exif=orientation_exif(1)))
    assert b"Exif" not in file.content
    assert file.change == "metadata"


def test_a_turned_jpeg_is_turned_in_its_pixels() -> None:
    file = upright_file(encode(corners(64, 32), exif=orientation_exif(6)))
    assert (file.suffix, file.width, file.height, file.change) == (".jpg", 32, 64, "encoded")
    with Image.open(io.BytesIO(file.content)) as image:
        assert image.size == (32, 64)
        assert not image.getexif()


def test_a_png_stays_one_pixel_by_pixel() -> None:
    for orientation in (1, 8):
        png = encode(noise(40, 30), "PNG", exif=orientation_exif(orientation))
        file = upright_file(png)
        assert file.suffix == ".png"
        assert b"eXIf" not in file.content
        assert np.array_equal(load_image(file.content).pixels, load_image(png).pixels)


@pytest.mark.parametrize("data", [encode(noise(40, 30), "WEBP", lossless=True), encode_heic(noise(64, 32))])
def test_what_other_tools_do_not_read_becomes_a_jpeg(data: bytes) -> None:
    file = upright_file(data)
    expected = load_image(data)
    assert (file.suffix, file.width, file.height) == (".jpg", expected.width, expected.height)
    difference = np.abs(load_image(file.content).pixels.astype(int) - expected.pixels)
    assert difference.mean() < 3


def test_a_jpeg_without_its_end_gets_one() -> None:
    jpeg = encode(noise(80, 60))
    assert strip_jpeg(jpeg[:-2]) == jpeg


@pytest.mark.parametrize("cut", range(2, 300, 7))
def test_what_is_cut_in_its_head_is_not_taken_for_a_jpeg(cut: int) -> None:
    assert strip_jpeg(encode(noise(80, 60))[:cut]) is None
