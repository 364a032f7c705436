"""Memory that one photo takes while it is decoded, by format, beside what the loader reserves for it.

    python -m bench.decoding [--width 9248] [--height 7232]

Each photo is decoded in a process of its own, as the gateway does it: to a square of 320 pixels. The HEIC has 3
megapixels, since it is written by the slow encoder of the tests.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

from bench.machine import machine_line
from tests.detector.decoding import Decoding, decode_in_a_process
from tests.detector.heic import encode_heic
from tests.detector.pictures import encode, noise


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--width", type=int, default=9248)
    parser.add_argument("--height", type=int, default=7232)
    options = parser.parse_args()
    print(machine_line(), flush=True)
    print(f"{'photo':24} {'megapixels':>10} {'measured MB':>12} {'reserved MB':>12} {'seconds':>8}")
    with tempfile.TemporaryDirectory(prefix="bench-decoding-") as folder:
        file = Path(folder) / "photo"
        for name, write in _photos(options.width, options.height):
            file.write_bytes(write())
            _print(name, decode_in_a_process(file))


def _print(name: str, seen: Decoding) -> None:
    measured, reserved = seen.peak_bytes / 1e6, seen.reserved_bytes / 1e6
    print(
        f"{name:24} {seen.pixels / 1e6:10.1f} {measured:12.0f} {reserved:12.0f} {seen.seconds:8.1f}",
        flush=True,
    )


def _photos(width: int, height: int) -> Iterator[tuple[str, Callable[[], bytes]]]:
    picture = Image.fromarray(noise(width, height, grain=64))
    see_through = picture.copy()
    see_through.putalpha(128)
    yield "JPEG", lambda: encode(picture)
    yield "JPEG, progressive", lambda: encode(picture, progressive=True)
    yield "JPEG, progressive, 4:4:4", lambda: encode(picture, progressive=True, subsampling=0)
    yield "JPEG, progressive, CMYK", lambda: encode(picture.convert("CMYK"), progressive=True)
    yield "PNG", lambda: encode(picture, "PNG", compress_level=1)
    yield "PNG, transparent", lambda: encode(see_through, "PNG", compress_level=1)
    yield "PNG, palette", lambda: encode(picture.quantize(16), "PNG", compress_level=1, transparency=3)
    yield "WebP", lambda: encode(picture, "WEBP", quality=60, method=0)
    yield "WebP, transparent", lambda: encode(see_through, "WEBP", quality=60, method=0)
    yield "WebP, lossless", lambda: encode(picture, "WEBP", lossless=True, quality=0, method=0)
    yield "HEIC", lambda: encode_heic(noise(2048, 1536))


if __name__ == "__main__":
    main()
