"""JPEG files for the report, the held-out photos and other tools."""

import io

from PIL import Image


def encode_jpeg(image: Image.Image, *, quality: int) -> bytes:
    """JPEG without any metadata, at full colour resolution: decoders differ in how they stretch colour."""
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=quality, subsampling=0, optimize=True)
    return encoded.getvalue()
