"""Photos take no more memory at once than is set, and as much as is reserved for each."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from detector.decode_memory import DecodeMemory
from detector.errors import DeadlineExceededError, ImageTooManyPixelsError
from detector.images import DEFAULT_LIMITS, ImageLimits, load_image
from tests.detector.decoding import decode_in_a_process
from tests.detector.pictures import encode, noise

BESIDE_BYTES = 25_000_000
"""What decoding takes whatever the photo's size: bands, the file's copies, the allocator."""


def _transparent(picture: Image.Image) -> Image.Image:
    picture.putalpha(128)
    return picture


WRITERS: dict[str, Callable[[Image.Image], bytes]] = {
    "jpeg": encode,
    "jpeg-without-its-end": lambda picture: encode(picture)[:-2],
    "jpeg-progressive": lambda picture: encode(picture, progressive=True),
    "jpeg-all-colours": lambda picture: encode(picture, progressive=True, subsampling=0),
    "jpeg-cmyk": lambda picture: encode(picture.convert("CMYK"), progressive=True),
    "png": lambda picture: encode(picture, "PNG", compress_level=1),
    "png-transparent": lambda picture: encode(_transparent(picture), "PNG", compress_level=1),
    "png-palette": lambda picture: encode(picture.quantize(16), "PNG", compress_level=1),
    "webp": lambda picture: encode(picture, "WEBP", method=0),
    "webp-transparent": lambda picture: encode(_transparent(picture), "WEBP", method=0),
}


@pytest.mark.slow
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS.keys())
def test_what_is_reserved_is_enough_and_not_much_more(
    write: Callable[[Image.Image], bytes], tmp_path: Path
) -> None:
    file = tmp_path / "photo"
    file.write_bytes(write(Image.fromarray(noise(5000, 4000, grain=64))))
    seen = decode_in_a_process(file)
    assert seen.peak_bytes <= seen.reserved_bytes + BESIDE_BYTES
    assert seen.reserved_bytes <= 1.6 * seen.peak_bytes + BESIDE_BYTES


def test_every_format_of_the_most_pixels_fits_what_the_gateway_sets() -> None:
    dearest_bytes_per_pixel = 16
    assert DEFAULT_LIMITS.max_pixels * dearest_bytes_per_pixel <= DEFAULT_LIMITS.max_decode_bytes


def test_a_photo_that_needs_more_memory_than_there_is_is_refused_before_it_is_decoded() -> None:
    limits = ImageLimits(max_decode_bytes=2_000_000)
    big = noise(1000, 800)
    assert load_image(encode(big), limits=limits, at_least=100).width == 1000
    for options in ({"image_format": "PNG"}, {"image_format": "WEBP"}, {"progressive": True}):
        with pytest.raises(ImageTooManyPixelsError, match=r"at most 2 MB.*JPEG that is not progressive"):
            load_image(encode(big, **options), limits=limits, at_least=100)


def test_who_finds_too_little_left_waits_and_comes_in_order() -> None:
    memory, order = DecodeMemory(100), list[str]()
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with memory.reserved(80):
            entered.set()
            leave.wait(10)
            order.append("first")

    def take(name: str, size: int) -> None:
        with memory.reserved(size):
            order.append(name)

    threads = [threading.Thread(target=hold)]
    threads[0].start()
    assert entered.wait(10)
    with pytest.raises(DeadlineExceededError), memory.reserved(30, timeout_s=0.01):
        raise AssertionError("it was given more than there is")
    for name, size in (("large", 90), ("small", 20)):
        threads.append(threading.Thread(target=take, args=(name, size)))
        threads[-1].start()
        while memory.waiting < len(threads) - 1:
            assert threads[-1].is_alive()
    leave.set()
    for thread in threads:
        thread.join(10)
    assert order == ["first", "large", "small"]
    with memory.reserved(100, timeout_s=0):
        assert memory.waiting == 0


def test_an_error_gives_the_memory_back() -> None:
    memory = DecodeMemory(100)
    with pytest.raises(KeyError), memory.reserved(100):
        raise KeyError
    with memory.reserved(100, timeout_s=0):
        pass


def test_more_than_there_ever_is_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="more than the limit"), DecodeMemory(100).reserved(101):
        raise AssertionError("it was given more than there is")
