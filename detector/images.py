"""The one image loader: bytes of a phone's photo in, upright RGB pixels out.

Training, evaluation and the gateway all come through here, so that a photo is the same array everywhere.
Colour profiles are ignored (as the runtimes on phones do), transparency is laid on white, the first frame of
an animation is the photo.
"""

import functools
import hashlib
import importlib
import io
import struct
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from detector.errors import (
    BodyTooLargeError,
    ImageTooManyPixelsError,
    ImageUnreadableError,
    UnsupportedMediaTypeError,
)
from detector.image_headers import (
    UPRIGHT,
    ImageFormat,
    Orientation,
    exif_orientation,
    jpeg_is_one_scan,
    png_content,
    png_size,
    sniff_format,
    webp_size,
)
from detector.unended_jpeg import has_end, with_end

Pixels = npt.NDArray[np.uint8]
Reserve = Callable[[int], AbstractContextManager[None]]
"""Given the bytes that decoding takes, a context in which they may be used: `DecodeMemory.reserved`."""

MAX_JPEG_SCANS = 100
"""Real progressive photos have about ten; each scan of a small file costs a pass over all of its pixels."""

MAX_SIDE = 65_535
"""A JPEG's largest. Bands and resizing take memory by the side: fifty million pixels in one row would not fit."""

_BAND_PIXELS = 1_000_000
_BAND_ROWS = 64

_PIXEL_BYTES = 5
"""Memory per pixel while a picture is decoded (`python -m bench.decoding`): Pillow holds four bytes of it."""
_NARROW_PIXEL_BYTES = 3
_COEFFICIENT_BYTES = 2
"""Of each colour of each pixel of a JPEG of several scans, which is held whole whatever scale is asked for."""
_WEBP_PIXEL_BYTES = 16
_HEIC_PIXEL_BYTES = 15
_MAX_DIGEST_PIXELS = 16_000_000

_DECODE_FAULTS = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError, RuntimeError,
    AttributeError, MemoryError, struct.error, zlib.error, Image.DecompressionBombError, StopIteration,
)  # fmt: skip
"""What Pillow and libheif raise on broken bytes; fuzzed in the tests."""

_TRANSPOSITIONS = {
    Orientation(0, True): Image.Transpose.FLIP_LEFT_RIGHT,
    Orientation(2, False): Image.Transpose.ROTATE_180,
    Orientation(2, True): Image.Transpose.FLIP_TOP_BOTTOM,
    Orientation(1, True): Image.Transpose.TRANSPOSE,
    Orientation(1, False): Image.Transpose.ROTATE_270,
    Orientation(3, True): Image.Transpose.TRANSVERSE,
    Orientation(3, False): Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What is refused before it is decoded: more bytes, pixels or memory than these."""

    max_bytes: int = 25_000_000
    max_pixels: int = 67_108_864
    """2²⁶: what a camera of 64 megapixels writes, and a panorama of 16,384 × 4,096."""
    max_decode_bytes: int = 1_200_000_000
    """Memory that decoding takes by the header: a WebP or HEIC of the most pixels stays below it."""


DEFAULT_LIMITS = ImageLimits()


@dataclass(frozen=True, slots=True, eq=False)
class LoadedImage:
    """An upright photo.

    `pixels` is uint8 `[h, w, 3]`, possibly at a reduced scale; `width` and `height` are of the upright photo
    as taken, `raw_width` and `raw_height` of the same before EXIF was applied: the raw photo turned clockwise
    by `quarter_turns`, then flipped left to right if `mirrored`, is the upright one. For HEIC the raw photo
    is the one its own transformations give: every decoder applies those, and EXIF does not count.
    """

    pixels: Pixels
    width: int
    height: int
    raw_width: int
    raw_height: int
    quarter_turns: int
    mirrored: bool
    format: ImageFormat


def load_image(
    data: bytes | memoryview,
    *,
    limits: ImageLimits = DEFAULT_LIMITS,
    at_least: int | None = None,
    square: int | None = None,
    memory: Reserve | None = None,
) -> LoadedImage:
    """Decode a JPEG, PNG, WebP or HEIC, known by its content, into upright RGB.

    With `at_least`, the photo may come at a reduced scale that keeps both of its sides at or above that many
    pixels (or whole, if it is smaller). With `square`, `pixels` is what `resize_square` makes of them: the same
    bit by bit, with two copies of the photo less. A JPEG may lack its end marker, but nothing else. Thread-safe.
    The photo is decoded within `memory(size_bytes)`, which may wait or raise. Raises BodyTooLargeError,
    UnsupportedMediaTypeError, ImageTooManyPixelsError or ImageUnreadableError, and nothing else.
    """
    if len(data) > limits.max_bytes:
        raise BodyTooLargeError(f"The photo has {len(data)} bytes; at most {limits.max_bytes} are taken.")
    content = bytes(data)
    image_format = sniff_format(content)
    if image_format is None:
        raise UnsupportedMediaTypeError(_unsupported_message(content))
    try:
        photo = _decode(content, image_format, limits=limits, at_least=at_least, memory=memory)
        pixels = np.asarray(photo.upright if square is None else _stretched(photo.upright, square), np.uint8)
    except _DECODE_FAULTS as fault:
        detail = (str(fault) or type(fault).__name__).rstrip(".")
        raise ImageUnreadableError(f"The {image_format.upper()} cannot be decoded: {detail}.") from fault
    orientation, (raw_width, raw_height) = photo.orientation, photo.raw_size
    swapped = orientation.quarter_turns % 2 == 1
    return LoadedImage(
        pixels=pixels,
        width=raw_height if swapped else raw_width,
        height=raw_width if swapped else raw_height,
        raw_width=raw_width,
        raw_height=raw_height,
        quarter_turns=orientation.quarter_turns,
        mirrored=orientation.mirrored,
        format=image_format,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Decoded:
    upright: Image.Image
    raw_size: tuple[int, int]
    orientation: Orientation


def _decode(
    content: bytes,
    image_format: ImageFormat,
    *,
    limits: ImageLimits,
    at_least: int | None,
    memory: Reserve | None,
) -> _Decoded:
    opened = _OPENERS[image_format](content, limits, at_least)
    if opened.decode_bytes > limits.max_decode_bytes:
        raise ImageTooManyPixelsError(_too_large_message(opened, image_format, limits))
    with nullcontext() if memory is None else memory(opened.decode_bytes):
        image = opened.decode()
        size, orientation = opened.size or image.size, opened.orientation
        upright = _upright(_reduced_rgb(image, at_least), orientation)
        # Freed before the next photo may take the memory.
        del image, opened
    return _Decoded(upright, size, orientation)


def _digest_size(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    while width * height > _MAX_DIGEST_PIXELS:
        width, height = width // 2, height // 2
    return width, height


def _jpeg_digest(content: bytes) -> bytes:
    """SHA-256 of a JPEG's pixels; of a large one's at a reduced scale, which is enough to tell photos apart."""
    image = _Jpeg(io.BytesIO(content))
    image.draft("RGB", _digest_size(image.size))
    image.load()
    digest = hashlib.sha256()
    for top in range(0, image.height, _BAND_ROWS):
        digest.update(image.crop((0, top, image.width, min(top + _BAND_ROWS, image.height))).tobytes())
    return digest.digest()


def resize_square(pixels: Pixels, size: int) -> Pixels:
    """Uint8 `[h, w, 3]` stretched to `[size, size, 3]` with Pillow's antialiased BILINEAR, the reference."""
    return np.asarray(_stretched(Image.fromarray(pixels), size), np.uint8)


def _stretched(image: Image.Image, size: int) -> Image.Image:
    return image.resize((size, size), Image.Resampling.BILINEAR)


def _unsupported_message(content: bytes) -> str:
    if not content:
        return "The photo is empty (0 bytes)."
    return "This is not a photo that can be read; send JPEG, PNG, WebP or HEIC."


class _Jpeg(JpegImageFile):
    """Pillow's JPEG reader without its EXIF parser, which warns on garbage; the orientation is read here."""

    def getexif(self) -> Image.Exif:
        return Image.Exif()


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """A photo whose header was read; to decode it takes about `decode_bytes` of memory."""

    size: tuple[int, int] | None
    """As taken; None where only decoding tells."""
    orientation: Orientation
    decode_bytes: int
    decode: Callable[[], Image.Image]


def _open_jpeg(content: bytes, limits: ImageLimits, at_least: int | None) -> _Opened:
    # Entropy-coded data cannot hold the marker by chance, so this counts scans (and those of a thumbnail). It takes
    # 2 ms for 12 megapixels, with Python's lock held: not where decoders end after the first scan.
    one_scan = jpeg_is_one_scan(content)
    if not one_scan and content.count(b"\xff\xda") > MAX_JPEG_SCANS:
        raise ImageUnreadableError(f"The JPEG has more than {MAX_JPEG_SCANS} scans, as no camera makes it.")
    image = _Jpeg(io.BytesIO(content))
    size = image.size
    _check_pixels(size, limits)
    orientation = exif_orientation(image.info.get("exif", b""))
    if at_least is not None:
        image.draft("RGB", (at_least, at_least))
    ended = has_end(content)
    width, height = image.size if ended else max(image.size, _digest_size(size))
    coefficients = 0 if one_scan else int(_COEFFICIENT_BYTES * _samples_per_pixel(image) * size[0] * size[1])

    def decode() -> Image.Image:
        if ended:
            return _loaded(image)
        whole = with_end(content, _jpeg_digest)
        return _open_jpeg(whole, limits, at_least).decode()

    return _Opened(size, orientation, _PIXEL_BYTES * width * height + coefficients, decode)


def _samples_per_pixel(image: JpegImageFile) -> float:
    """Three without subsampling, half of that for a photo whose colours have half its width and height."""
    sampling = [(horizontal, vertical) for _, horizontal, vertical, _ in image.layer]
    most = max(h for h, _ in sampling) * max(v for _, v in sampling)
    return sum(h * v for h, v in sampling) / most


def _open_png(content: bytes, limits: ImageLimits, at_least: int | None) -> _Opened:
    _check_pixels(png_size(content), limits)
    png = png_content(content)
    image = PngImageFile(io.BytesIO(png.data))
    pixel_bytes = _NARROW_PIXEL_BYTES if image.mode in ("1", "L", "P", "I;16") else _PIXEL_BYTES
    decode_bytes = pixel_bytes * image.width * image.height + len(content)
    return _Opened(image.size, exif_orientation(png.exif), decode_bytes, functools.partial(_loaded, image))


def _open_webp(content: bytes, limits: ImageLimits, at_least: int | None) -> _Opened:
    _check_pixels(webp_size(content), limits)
    image = WebPImageFile(io.BytesIO(content))
    orientation = exif_orientation(image.info.get("exif", b""))
    decode_bytes = _WEBP_PIXEL_BYTES * image.width * image.height
    return _Opened(image.size, orientation, decode_bytes, functools.partial(_loaded, image))


def _open_heic(content: bytes, limits: ImageLimits, at_least: int | None) -> _Opened:
    images = _libheif().load_file(content, *_LIBHEIF_OPTIONS)
    primary = next(image for image in images if image is not None and image.primary)
    width, height = primary.size_mode[0]
    _check_pixels((width, height), limits)

    def decode() -> Image.Image:
        pixels = primary.data  # decodes; only now are the size and the stride those of the pixels
        size, mode = primary.size_mode
        return Image.frombytes(mode, size, pixels, "raw", mode, primary.stride)

    # libheif turns the picture by the file's own transformations; EXIF only repeats them.
    return _Opened(None, UPRIGHT, _HEIC_PIXEL_BYTES * width * height, decode)


def _loaded(image: Image.Image) -> Image.Image:
    image.load()
    return image


_LIBHEIF_OPTIONS = (
    1,  # threads: whoever has photos to decode has one for each core
    True,  # more than eight bits a channel become eight
    False,  # RGB, not BGR
    True,  # rows without padding
    True,  # 16-bit samples, which eight bits leave no place for
    "",  # the decoder that there is
    False,  # libheif's own limits stay
)


@functools.cache
def _libheif() -> ModuleType:
    """pi_heif's binding of libheif, imported on the first HEIC: most programs never see one.

    Without the classes above it: they ask for all metadata at once, and a name in it that is no UTF-8 is a null
    pointer in the binding that ends the process.
    """
    return importlib.import_module("_pi_heif")


_OPENERS = {"jpeg": _open_jpeg, "png": _open_png, "webp": _open_webp, "heic": _open_heic}


def _check_pixels(size: tuple[int, int] | None, limits: ImageLimits) -> None:
    if size is None or min(size) < 1:
        raise ImageUnreadableError("The photo's header gives no size.")
    if size[0] * size[1] > limits.max_pixels:
        raise ImageTooManyPixelsError(
            f"The photo has {size[0]} × {size[1]} pixels; at most {limits.max_pixels} are taken."
        )
    if max(size) > MAX_SIDE:
        raise ImageTooManyPixelsError(
            f"The photo has {size[0]} × {size[1]} pixels; at most {MAX_SIDE} are taken on a side."
        )


def _too_large_message(opened: _Opened, image_format: ImageFormat, limits: ImageLimits) -> str:
    return (
        f"Decoding this {image_format.upper()} takes {opened.decode_bytes // 1_000_000} MB of memory; at most "
        f"{limits.max_decode_bytes // 1_000_000} MB are taken. Save it smaller, or as a JPEG that is not progressive."
    )


def _reduced_rgb(image: Image.Image, at_least: int | None) -> Image.Image:
    """Decoded, as RGB, averaged down by the largest whole factor that keeps both sides at `at_least`."""
    factor = 1 if at_least is None else max(1, min(image.size) // max(at_least, 1))
    if image.mode == "RGB" and "transparency" not in image.info:
        return image.reduce(factor) if factor > 1 else image
    width, height = image.size
    reduced = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    # By bands: the copies that laying a picture on white takes would be four times the picture.
    rows = factor * max(1, _BAND_PIXELS // (width * factor))
    for top in range(0, height, rows):
        band = _as_rgb(image.crop((0, top, width, min(top + rows, height))))
        reduced.paste(band.reduce(factor) if factor > 1 else band, (0, top // factor))
    return reduced


def _as_rgb(image: Image.Image) -> Image.Image:
    """Any other mode, or transparency, as RGB."""
    if image.mode.startswith("I"):  # 16-bit grey
        return Image.fromarray((np.asarray(image, np.uint32) >> 8).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        see_through = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, see_through).convert("RGB")
    return image.convert("RGB")


def _upright(image: Image.Image, orientation: Orientation) -> Image.Image:
    transposition = _TRANSPOSITIONS.get(orientation)
    return image if transposition is None else image.transpose(transposition)
