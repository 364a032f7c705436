"""HEIC through the loader: turned once, limited, and never more than an error of the tree."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import DetectorError, ImageTooManyPixelsError, ImageUnreadableError
from detector.images import ImageLimits, load_image
from tests.detector.heic import encode_heic
from tests.detector.pictures import corners

UPRIGHT = corners(64, 48)
PLAIN = encode_heic(UPRIGHT)


def test_pixels_come_as_they_were_written() -> None:
    loaded = load_image(PLAIN)
    assert loaded.format == "heic"
    assert np.abs(loaded.pixels.astype(int) - UPRIGHT).max() <= 4


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("exif_orientation", [None, 6])
def test_it_is_turned_once_whatever_exif_repeats(turns: int, exif_orientation: int | None) -> None:
    raw = np.ascontiguousarray(np.rot90(UPRIGHT, k=turns))
    data = encode_heic(raw, clockwise_turns=turns, exif_orientation=exif_orientation)
    loaded = load_image(data)
    assert (loaded.width, loaded.height, loaded.quarter_turns) == (64, 48, 0)
    assert np.abs(loaded.pixels.astype(int) - UPRIGHT).max() <= 4


def test_reduced_scale_keeps_the_size_as_taken() -> None:
    loaded = load_image(encode_heic(corners(256, 160)), at_least=40)
    assert loaded.pixels.shape == (40, 64, 3)
    assert (loaded.width, loaded.height) == (256, 160)


def test_the_pixel_limit_holds_before_decoding() -> None:
    with pytest.raises(ImageTooManyPixelsError):
        load_image(PLAIN[:800], limits=ImageLimits(max_pixels=64 * 48 - 1))


def test_a_truncated_one_is_unreadable() -> None:
    for length in range(64, len(PLAIN) - 1, 97):
        with pytest.raises(ImageUnreadableError):
            load_image(PLAIN[:length])


def test_heic_called_jpeg_is_heic() -> None:
    assert load_image(encode_heic(UPRIGHT, brand=b"heix")).format == "heic"


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_damage_gives_only_errors_of_the_tree(data: st.DataObject) -> None:
    content = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, 900))
        end = data.draw(st.integers(start, start + 8))
        content[start:end] = data.draw(st.binary(max_size=8))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            code: str = load_image(bytes(content), limits=ImageLimits(max_pixels=1_000_000)).format
        except DetectorError as error:
            code = error.code
    assert code in {"heic", "image_unreadable", "image_too_many_pixels", "unsupported_media_type"}


@pytest.mark.parametrize("kind", [b"\xbdxif", b"\xff\xff\xff\xff", b"mime"])
def test_items_with_names_that_are_no_text_do_not_end_the_process(kind: bytes) -> None:
    """pi_heif's own classes crash on these: in its binding, where no error is raised."""
    data = encode_heic(UPRIGHT, exif_orientation=6)
    assert data.count(b"Exif\0") == 1
    loaded = load_image(data.replace(b"Exif\0", kind + b"\0"))
    assert (loaded.width, loaded.height) == (64, 48)
