"""A JPEG may lack its end marker: it gives the pixels of the whole file, or is refused where scan data is missing."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from detector.errors import ImageUnreadableError
from detector.images import load_image
from detector.unended_jpeg import has_end
from tests.detector.pictures import encode, noise, orientation_exif

WRITERS: dict[str, Mapping[str, Any]] = {
    "baseline": {"quality": 80},
    "progressive": {"quality": 80, "progressive": True},
    "optimised": {"quality": 60, "optimize": True},
    "with-restarts": {"quality": 80, "restart_marker_blocks": 3},
    "all-colours": {"quality": 92, "subsampling": 0},
    "turned": {"quality": 80, "exif": orientation_exif(6)},
}
SCALES = (None, 40)
every_writer = pytest.mark.parametrize("options", WRITERS.values(), ids=WRITERS.keys())
every_scale = pytest.mark.parametrize("at_least", SCALES)


def _same(data: bytes, whole: bytes, at_least: int | None) -> bool:
    """Whether both give one photo; False where `data` is refused."""
    try:
        loaded = load_image(data, at_least=at_least)
    except ImageUnreadableError:
        return False
    expected = load_image(whole, at_least=at_least)
    np.testing.assert_array_equal(loaded.pixels, expected.pixels)
    assert (loaded.width, loaded.height) == (expected.width, expected.height)
    return True


@every_writer
@every_scale
@pytest.mark.parametrize("instead", [b"", b"\xff", b"\x00" * 4000, b"\xff\xd8\xff\xe0", b"a note"], ids=repr)
def test_a_jpeg_without_its_end_marker_is_the_whole_photo(
    options: Mapping[str, Any], at_least: int | None, instead: bytes
) -> None:
    whole = encode(noise(200, 150), **options)
    assert _same(whole[:-2] + instead, whole, at_least)


@every_scale
@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_printers_colours_too(mode: str, at_least: int | None) -> None:
    whole = encode(Image.fromarray(noise(200, 150)).convert(mode))
    assert _same(whole[:-2], whole, at_least)
    assert not _same(whole[:-40], whole, at_least)


@every_writer
@every_scale
def test_each_of_the_last_bytes_may_be_the_first_that_is_missing(
    options: Mapping[str, Any], at_least: int | None
) -> None:
    whole = encode(noise(200, 150), **options)
    accepted = [cut for cut in range(1, 13) if _same(whole[:-cut], whole, at_least)]
    assert accepted == [1, 2]


@every_writer
@every_scale
@pytest.mark.parametrize("missing", [20, 300, 3000])
def test_a_photo_that_was_cut_off_is_refused(
    options: Mapping[str, Any], at_least: int | None, missing: int
) -> None:
    whole = encode(noise(400, 300, grain=4), **options)
    with pytest.raises(ImageUnreadableError, match="cut off"):
        load_image(whole[:-missing], at_least=at_least)
    with pytest.raises(ImageUnreadableError):
        load_image(whole[:-missing] + bytes(5000), at_least=at_least)


def test_a_photo_that_lost_its_last_scans_is_refused() -> None:
    """What is left is a photo too, a coarser one."""
    whole = encode(noise(200, 150), progressive=True)
    scans = [found.start() for found in re.finditer(rb"\xff\xda", whole)]
    for start in scans[1:]:
        with pytest.raises(ImageUnreadableError, match="cut off"):
            load_image(whole[: whole.rindex(b"\xff\xc4", 0, start)])
        with pytest.raises(ImageUnreadableError, match="cut off"):
            load_image(whole[:start])


def test_a_photo_that_lost_what_follows_a_restart_is_refused() -> None:
    whole = encode(noise(200, 150), restart_marker_blocks=3)
    for found in re.finditer(rb"\xff[\xd0-\xd7]", whole):
        assert not _same(whole[: found.start()], whole, None)
        assert not _same(whole[: found.end()], whole, None)


@given(
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    seed=st.integers(0, 1000),
    quality=st.integers(20, 95),
    progressive=st.booleans(),
    subsampling=st.integers(0, 2),
    cut=st.integers(1, 12),
)
@settings(max_examples=150, deadline=None)
def test_cut_near_its_end_a_photo_is_the_same_or_refused(
    width: int, height: int, seed: int, quality: int, progressive: bool, subsampling: int, cut: int
) -> None:
    picture = noise(width, height, seed=seed, grain=5)
    whole = encode(picture, quality=quality, progressive=progressive, subsampling=subsampling)
    same = _same(whole[:-cut], whole, None)
    assert same or cut > 2


def test_a_flat_picture_ends_in_zeros_that_are_data() -> None:
    for colour in range(0, 250, 7):
        whole = encode(Image.new("RGB", (160, 120), (colour, 120, 200)))
        assert _same(whole[:-2], whole, None)


def test_the_end_marker_of_a_thumbnail_and_what_follows_the_photo_do_not_count() -> None:
    thumbnail = encode(noise(32, 24))
    plain = encode(noise(64, 48))
    note = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    with_thumbnail = plain[:2] + note + plain[2:]
    assert has_end(with_thumbnail)
    assert not has_end(with_thumbnail[:-2])
    assert has_end(plain + b"a film that moves" + b"\xff\xda" * 3)
    assert _same(with_thumbnail[:-2], plain, None)


def test_pillows_own_setting_for_files_that_were_cut_is_left_alone() -> None:
    whole = encode(noise(64, 48))
    load_image(whole[:-2])
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
