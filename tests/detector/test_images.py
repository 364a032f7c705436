"""The loader gives upright RGB or an error of the tree, whatever it is fed."""

import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from detector.boxes import Box
from detector.errors import (
    BodyTooLargeError,
    DetectorError,
    ImageTooManyPixelsError,
    ImageUnreadableError,
    UnsupportedMediaTypeError,
)
from detector.image_headers import jpeg_is_one_scan
from detector.images import ImageLimits, Pixels, load_image, resize_square
from tests.detector.pictures import BLUE, GREEN, RED, YELLOW, corners, encode, noise, orientation_exif

FORMATS = ("JPEG", "PNG", "WEBP")
JPEG = encode(noise(64, 48), quality=80)
PNG = encode(noise(20, 16), "PNG")
WEBP = encode(noise(64, 48), "WEBP", quality=70)
PROGRESSIVE = encode(noise(64, 48), progressive=True)
SEEDS = (JPEG, PNG, WEBP, PROGRESSIVE, encode(corners(8, 8), exif=orientation_exif(6)))


def _assert_corners(pixels: Pixels) -> None:
    height, width, _ = pixels.shape
    for y, x, colour in ((0, 0, RED), (0, 1, GREEN), (1, 0, BLUE), (1, 1, YELLOW)):
        seen = pixels[height // 4 + y * height // 2, width // 4 + x * width // 2]
        assert np.abs(seen.astype(int) - colour).max() < 40


def _raw_for(orientation: int, upright: Pixels) -> Image.Image:
    """The sensor's picture that a viewer turns into `upright` when EXIF gives this orientation."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = Image.fromarray(upright)
    return image.transpose(undo[orientation]) if orientation in undo else image


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_ends_upright(image_format: str, orientation: int) -> None:
    raw = _raw_for(orientation, corners(64, 32))
    loaded = load_image(encode(raw, image_format, exif=orientation_exif(orientation)))
    _assert_corners(loaded.pixels)
    assert loaded.pixels.shape == (32, 64, 3)
    assert (loaded.width, loaded.height) == (64, 32)
    assert (loaded.raw_width, loaded.raw_height) == raw.size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns_and_mirroring_carry_a_box_from_raw_to_upright(orientation: int) -> None:
    upright = np.zeros((40, 80, 3), np.uint8)
    upright[4:12, 50:74] = 255
    raw = _raw_for(orientation, upright)
    top, left = (int(np.flatnonzero(np.asarray(raw).any(axis=(2, axis)))[0]) for axis in (1, 0))
    bottom, right = (int(np.flatnonzero(np.asarray(raw).any(axis=(2, axis)))[-1]) + 1 for axis in (1, 0))
    box = Box.from_pixels(ymin=top, xmin=left, ymax=bottom, xmax=right, width=raw.width, height=raw.height)
    loaded = load_image(encode(raw, "PNG", exif=orientation_exif(orientation)))
    turned = box.rotated(quarter_turns=loaded.quarter_turns)
    turned = turned.mirrored() if loaded.mirrored else turned
    assert turned.to_pixels(width=80, height=40) == pytest.approx((4, 50, 12, 74))


@pytest.mark.parametrize("image_format", FORMATS)
def test_at_least_keeps_both_sides_and_the_size_as_taken(image_format: str) -> None:
    data = encode(noise(1600, 1200), image_format, exif=orientation_exif(6))
    loaded = load_image(data, at_least=250)
    assert loaded.pixels.shape == (400, 300, 3)
    assert (loaded.width, loaded.height) == (1200, 1600)
    assert load_image(data, at_least=5000).pixels.shape == (1600, 1200, 3)


@pytest.mark.parametrize("image_format", FORMATS)
def test_reduced_scale_gives_nearly_the_same_square(image_format: str) -> None:
    data = encode(noise(1600, 1200, grain=128), image_format)
    whole = resize_square(load_image(data).pixels, 100)
    reduced = resize_square(load_image(data, at_least=200).pixels, 100)
    assert np.abs(whole.astype(float) - reduced).mean() < 1.0


def test_format_is_told_by_content() -> None:
    assert [load_image(data).format for data in (JPEG, PNG, WEBP)] == ["jpeg", "png", "webp"]


def test_memoryview_is_taken() -> None:
    assert load_image(memoryview(JPEG)).pixels.shape == (48, 64, 3)


@pytest.mark.parametrize("content", [b"", b"hello", b"GIF89a" + bytes(50), b"<svg/>", b"\x00" * 64])
def test_other_content_is_refused(content: bytes) -> None:
    with pytest.raises(UnsupportedMediaTypeError):
        load_image(content)


def test_gif_and_avif_are_refused() -> None:
    for image_format in ("GIF", "BMP", "TIFF", "AVIF"):
        with pytest.raises(UnsupportedMediaTypeError):
            load_image(encode(noise(32, 32), image_format))


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(BodyTooLargeError):
        load_image(JPEG, limits=ImageLimits(max_bytes=len(JPEG) - 1))


def _bomb_png(width: int, height: int) -> bytes:
    """A valid PNG of one bit a pixel, well compressed."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

    rows = zlib.compress(bytes((width // 8 + 1) * height), 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_hundred_megapixel_png_is_refused_before_decoding() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ImageTooManyPixelsError, match=r"10000 × 10000"):
            load_image(_bomb_png(10_000, 10_000))


def test_a_photo_that_is_one_endless_row_is_refused() -> None:
    """Fifty million pixels in a row are within the limit of pixels, and resizing them would take a gigabyte."""
    with pytest.raises(ImageTooManyPixelsError, match="65535 are taken on a side"):
        load_image(_bomb_png(50_000_000, 1))


@pytest.mark.parametrize("image_format", FORMATS)
def test_pixel_limit_is_read_from_the_header(image_format: str) -> None:
    data = encode(noise(640, 480), image_format)
    with pytest.raises(ImageTooManyPixelsError):
        load_image(data[: len(data) // 2], limits=ImageLimits(max_pixels=640 * 480 - 1))
    load_image(data, limits=ImageLimits(max_pixels=640 * 480))


def test_lossless_webp_header_is_read_too() -> None:
    data = encode(noise(640, 480), "WEBP", lossless=True)
    assert load_image(data).width == 640
    with pytest.raises(ImageTooManyPixelsError):
        load_image(data, limits=ImageLimits(max_pixels=1000))


@pytest.mark.parametrize("data", [JPEG, PNG, WEBP, PROGRESSIVE], ids=["jpeg", "png", "webp", "progressive"])
def test_every_truncation_is_an_error_of_the_tree_or_a_photo(data: bytes) -> None:
    for length in range(len(data)):
        try:
            loaded = load_image(data[:length])
        except (UnsupportedMediaTypeError, ImageUnreadableError):
            continue
        assert length > len(data) - 24  # all pixels are there, only the end mark is cut
        assert loaded.pixels.dtype == np.uint8


def test_cmyk_and_grey_jpeg_become_rgb() -> None:
    cmyk = load_image(encode(Image.fromarray(corners(64, 64)).convert("CMYK"))).pixels
    _assert_corners(cmyk)
    grey = load_image(encode(Image.fromarray(corners(64, 64)).convert("L"))).pixels
    assert grey.shape == (64, 64, 3)
    assert np.ptp(grey, axis=2).max() == 0


def test_sixteen_bit_grey_keeps_its_scale() -> None:
    deep = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    pixels = load_image(encode(Image.fromarray(deep), "PNG")).pixels
    np.testing.assert_array_equal(pixels[..., 0], (deep >> 8).astype(np.uint8))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA"])
def test_png_of_any_mode_becomes_rgb(mode: str) -> None:
    picture = Image.fromarray(corners(32, 32)).convert("RGBA" if mode == "PA" else mode)
    picture = picture.quantize() if mode == "PA" else picture
    assert load_image(encode(picture, "PNG")).pixels.shape == (32, 32, 3)


def test_transparency_is_laid_on_white() -> None:
    see_through = Image.new("RGBA", (8, 8), (10, 20, 30, 0))
    palette = Image.new("P", (8, 8), 0)
    assert (load_image(encode(see_through, "PNG")).pixels == 255).all()
    assert (load_image(encode(see_through, "WEBP", lossless=True)).pixels == 255).all()
    assert (load_image(encode(palette, "PNG", transparency=0)).pixels == 255).all()
    assert (load_image(encode(palette, "PNG", transparency=b"\x00\x10")).pixels == 255).all()
    red_key = Image.new("RGB", (8, 8), (255, 0, 0))
    assert (load_image(encode(red_key, "PNG", transparency=(255, 0, 0))).pixels == 255).all()


def test_animation_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, GREEN)]
    for image_format in ("WEBP", "PNG"):
        out = io.BytesIO()
        frames[0].save(out, image_format, save_all=True, append_images=frames[1:], lossless=True)
        pixels = load_image(out.getvalue()).pixels
        assert np.abs(pixels.astype(int) - RED).max() < 8


@given(exif=st.binary(max_size=80).map(lambda tail: b"Exif\x00\x00" + tail))
@example(exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
@example(exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff")
@settings(max_examples=300)
def test_garbage_exif_leaves_the_photo_as_it_is(exif: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = load_image(encode(corners(16, 16), exif=exif))
    assert (loaded.width, loaded.height) == (16, 16)


def test_text_bombs_in_a_png_are_not_inflated() -> None:
    text = b"Comment\x00\x00" + zlib.compress(bytes(50_000_000), 9)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    assert load_image(PNG[:33] + chunk + PNG[33:]).width == 20


def test_jpeg_of_endless_scans_is_refused() -> None:
    start = PROGRESSIVE.rindex(b"\xff\xda")
    with pytest.raises(ImageUnreadableError, match="scans"):
        load_image(PROGRESSIVE[:start] + PROGRESSIVE[start:-2] * 200 + b"\xff\xd9")


def test_scans_are_counted_where_decoders_go_on_after_the_first() -> None:
    marker = JPEG.index(b"\xff\xda")
    assert jpeg_is_one_scan(JPEG)
    assert not jpeg_is_one_scan(PROGRESSIVE)
    assert not jpeg_is_one_scan(JPEG[: marker + 4] + b"\x01" + JPEG[marker + 5 :])
    assert not jpeg_is_one_scan(JPEG[:marker])
    note = b"\xff\xfe" + struct.pack(">H", 402) + b"\xff\xda" * 200
    np.testing.assert_array_equal(load_image(JPEG[:2] + note + JPEG[2:]).pixels, load_image(JPEG).pixels)
    # What stands between the markers could hide another frame from us, and not from the decoder.
    assert not jpeg_is_one_scan(JPEG[:2] + b"\xff" + JPEG[2:])


def test_threads_do_not_disturb_each_other() -> None:
    alone = load_image(JPEG).pixels
    with ThreadPoolExecutor(8) as pool:
        for loaded in pool.map(load_image, [JPEG] * 64):
            np.testing.assert_array_equal(loaded.pixels, alone)


@given(seed=st.sampled_from(SEEDS), data=st.data())
@settings(max_examples=500, deadline=None)
def test_damaged_photos_give_only_errors_of_the_tree(seed: bytes, data: st.DataObject) -> None:
    """Any number of bytes overwritten, any slice cut out or repeated."""
    content = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(start + 40, len(content))))
        content[start:end] = data.draw(st.binary(max_size=40))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            loaded = load_image(bytes(content), limits=ImageLimits(max_pixels=1_000_000), at_least=32)
        except DetectorError as error:
            code = error.code
        else:
            code = "ok"
            assert loaded.pixels.shape[2] == 3
    assert code in {"ok", "image_unreadable", "image_too_many_pixels", "unsupported_media_type"}


def test_resize_is_pillows_bilinear() -> None:
    pixels = noise(100, 60)
    expected = np.asarray(Image.fromarray(pixels).resize((32, 32), Image.Resampling.BILINEAR))
    np.testing.assert_array_equal(resize_square(pixels, 32), expected)


def test_file_name_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(JPEG)
    assert load_image(path.read_bytes()).format == "jpeg"


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("turned", [1, 6])
def test_a_square_is_what_resizing_the_loaded_photo_gives(image_format: str, turned: int) -> None:
    data = encode(noise(330, 200), image_format, exif=orientation_exif(turned))
    loaded = load_image(data, at_least=64, square=48)
    assert (loaded.width, loaded.height) == ((330, 200) if turned == 1 else (200, 330))
    np.testing.assert_array_equal(loaded.pixels, resize_square(load_image(data, at_least=64).pixels, 48))


@pytest.mark.parametrize("at_least", [None, 64])
def test_a_picture_laid_on_white_by_bands_is_that_laid_on_white_as_a_whole(
    at_least: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (333, 251, 4), dtype=np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(content, "PNG")
    whole = load_image(content.getvalue(), at_least=at_least).pixels
    monkeypatch.setattr("detector.images._BAND_PIXELS", 1000)
    assert np.array_equal(load_image(content.getvalue(), at_least=at_least).pixels, whole)
