"""Photo files for other tools: upright in their pixels, without metadata, JPEG or PNG.

A photo that needs no turning keeps its compressed pixels: only metadata is taken out of the file.
"""

import io
import re
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from detector.image_headers import png_content, sniff_format
from detector.images import ImageLimits, LoadedImage, load_image
from jobs.train.data.jpeg import encode_jpeg
from jobs.train.data.loading import PHOTO_LIMITS

QUALITY = 95
LIMITS = ImageLimits(max_bytes=PHOTO_LIMITS.max_bytes, max_pixels=2**31, max_decode_bytes=8_000_000_000)
"""The photos passed the limits of reading before, where large JPEGs are decoded at a reduced scale. Here one is decoded
at full size, alone: every photo that reading takes stays below this memory."""

_START, _END, _START_OF_SCAN, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_APPLICATION = range(0xE0, 0xF0)
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_NEEDED = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
"""Application segments that say how the pixels are to be read: they stay."""

Change = Literal["none", "metadata", "encoded"]


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A file to write: `suffix` with its dot, size of the upright photo, and what was changed of the original."""

    content: bytes
    suffix: str
    width: int
    height: int
    change: Change


def upright_file(data: bytes) -> PhotoFile:
    """The photo for other tools; see the module. Raises as `load_image` does.

    JPEG stays JPEG and PNG stays PNG; WebP and HEIC become JPEG of quality 95, as does a JPEG that has to be turned.
    """
    image_format = sniff_format(data)
    if image_format == "jpeg":
        # One pixel: the size and the orientation are all that is needed of most.
        image = load_image(data, limits=LIMITS, at_least=1)
        if _is_upright(image) and (stripped := strip_jpeg(data)) is not None:
            return _kept(image, ".jpg", data, stripped)
    image = load_image(data, limits=LIMITS)
    if image_format == "png":
        if _is_upright(image):
            return _kept(image, ".png", data, png_content(data).data)
        return PhotoFile(_encode_png(image), ".png", image.width, image.height, "encoded")
    content = encode_jpeg(Image.fromarray(image.pixels), quality=QUALITY)
    return PhotoFile(content, ".jpg", image.width, image.height, "encoded")


def strip_jpeg(data: bytes) -> bytes | None:
    """The JPEG without EXIF, XMP, comments, previews and whatever follows its end; None where it is not well-formed."""
    kept = [data[:2]]
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if data[at : at + 1] != b"\xff" or at + 1 >= len(data):
            return None
        marker = data[at + 1]
        if marker == _END:
            break
        length = 0 if marker in _WITHOUT_LENGTH else int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at : at + 2 + length]
        if marker == _START or len(segment) < 2 + length or (length < 2 and marker not in _WITHOUT_LENGTH):
            return None
        if not _is_metadata(marker, segment):
            kept.append(segment)
        at += len(segment)
        if marker == _START_OF_SCAN:
            following = _NEXT_MARKER.search(data, at)
            end = following.start() if following else len(data)
            kept.append(data[at:end])
            at = end
            if following is None:
                break
    return b"".join([*kept, b"\xff\xd9"])


def _is_metadata(marker: int, segment: bytes) -> bool:
    if marker in _APPLICATION:
        needed = _NEEDED.get(marker)
        return needed is None or not segment[4:].startswith(needed)
    return marker == _COMMENT


def _is_upright(image: LoadedImage) -> bool:
    return not image.quarter_turns and not image.mirrored


def _kept(image: LoadedImage, suffix: str, data: bytes, stripped: bytes) -> PhotoFile:
    change: Change = "none" if stripped == data else "metadata"
    return PhotoFile(stripped, suffix, image.width, image.height, change)


def _encode_png(image: LoadedImage) -> bytes:
    encoded = io.BytesIO()
    Image.fromarray(image.pixels).save(encoded, "PNG")
    return encoded.getvalue()
