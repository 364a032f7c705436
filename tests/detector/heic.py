"""HEIC files for tests, written by hand: nothing with a usable licence writes them.

HEVC allows a block to hold its samples as they are (I_PCM). Each block of 16 × 16 is a slice of its own here,
so that the arithmetic coder starts afresh and codes the same few decisions every time (ITU-T H.265, 7.3, 9.3).
"""

import struct

import numpy as np
from PIL import Image

from detector.images import Pixels

BLOCK = 16
VPS, SPS, PPS, IDR = 32, 33, 34, 19
# Main profile, progressive frames, level 3.1
PROFILE = bytes([0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93])


class Bits:
    """Bits in order, with the Exp-Golomb codes of the standard."""

    def __init__(self) -> None:
        self._bits: list[int] = []

    def put(self, value: int, count: int) -> "Bits":
        self._bits += [value >> shift & 1 for shift in reversed(range(count))]
        return self

    def ue(self, *values: int) -> "Bits":
        for value in values:
            length = (value + 1).bit_length()
            self.put(0, length - 1).put(value + 1, length)
        return self

    def raw(self, content: bytes) -> "Bits":
        for byte in content:
            self.put(byte, 8)
        return self

    def align(self, fill: int = 0) -> "Bits":
        while len(self._bits) % 8:
            self._bits.append(fill)
        return self

    def stop(self) -> "Bits":
        return self.put(1, 1).align()

    def content(self) -> bytes:
        assert len(self._bits) % 8 == 0
        return np.packbits(np.array(self._bits, np.uint8)).tobytes()


class Coder:
    """The arithmetic encoder (9.3.4), as far as probabilities stay at their start."""

    START_LPS_RANGE = 240

    def __init__(self, bits: Bits) -> None:
        self._bits = bits
        self._low, self._range = 0, 510
        self._first, self._outstanding = True, 0

    def likely(self) -> None:
        """The more probable value of a context in its first state."""
        self._range -= self.START_LPS_RANGE
        self._renormalise()

    def terminate(self) -> None:
        """A terminating 1, and the flush after it."""
        self._range -= 2
        self._low += self._range
        self._range = 2
        self._renormalise()
        self._emit(self._low >> 9 & 1)
        self._bits.put(self._low >> 7 & 3 | 1, 2)

    def _renormalise(self) -> None:
        while self._range < 256:
            if self._low >= 512:
                self._low -= 512
                self._emit(1)
            elif self._low < 256:
                self._emit(0)
            else:
                self._low -= 256
                self._outstanding += 1
            self._range <<= 1
            self._low <<= 1

    def _emit(self, bit: int) -> None:
        if not self._first:
            self._bits.put(bit, 1)
        self._first = False
        while self._outstanding:
            self._bits.put(1 - bit, 1)
            self._outstanding -= 1


def encode_heic(
    pixels: Pixels, *, clockwise_turns: int = 0, exif_orientation: int | None = None, brand: bytes = b"heic"
) -> bytes:
    """A HEIC of uint8 `[h, w, 3]`, sides multiples of 16, that asks viewers for `clockwise_turns`.

    `exif_orientation` is written beside it, as phones do; by the standard it does not count.
    """
    height, width, _ = pixels.shape
    data = _picture(pixels)
    exif = b"" if exif_orientation is None else _exif(exif_orientation)
    properties = [_decoder_configuration(width, height), _full(b"ispe", struct.pack(">II", width, height))]
    properties.append(_box(b"colr", b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80)))
    if clockwise_turns:
        # irot counts anti-clockwise
        properties.append(_box(b"irot", bytes([-clockwise_turns % 4])))
    head = _box(b"ftyp", brand + bytes(4) + b"mif1" + brand)
    length = len(_meta(properties, [(0, len(data)), (0, len(exif))][: 2 if exif else 1]))
    start = len(head) + length + 8
    extents = [(start, len(data)), (start + len(data), len(exif))][: 2 if exif else 1]
    return head + _meta(properties, extents) + _box(b"mdat", data + exif)


def _picture(pixels: Pixels) -> bytes:
    """All slices, each with its length before it."""
    height, width, _ = pixels.shape
    planes = np.asarray(Image.fromarray(pixels).convert("YCbCr"))
    slices = []
    columns, rows = width // BLOCK, height // BLOCK
    for address in range(columns * rows):
        y, x = (address // columns) * BLOCK, (address % columns) * BLOCK
        block = planes[y : y + BLOCK, x : x + BLOCK]
        slices.append(_slice(block, address, columns * rows))
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in slices)


def _slice(block: Pixels, address: int, blocks: int) -> bytes:
    bits = Bits().put(address == 0, 1).put(0, 1).ue(0)
    if address:
        bits.put(address, (blocks - 1).bit_length())
    bits.ue(2, 0).stop()  # an I slice, its QP as it is
    coder = Coder(bits)
    coder.likely()  # one partition
    coder.terminate()  # raw samples follow
    bits.align()
    bits.raw(block[..., 0].tobytes())
    for plane in (1, 2):
        chroma = block[..., plane].reshape(BLOCK // 2, 2, BLOCK // 2, 2).mean(axis=(1, 3))
        bits.raw(np.rint(chroma).astype(np.uint8).tobytes())
    Coder(bits).terminate()  # end of the slice; the flush wrote the stop bit
    return _unit(IDR, bits.align().content())


def _parameter_sets(width: int, height: int) -> list[tuple[int, bytes]]:
    vps = Bits().put(0, 4).put(3, 2).put(0, 6).put(0, 3).put(1, 1).put(0xFFFF, 16).raw(PROFILE)
    vps.put(1, 1).ue(0, 0, 0).put(0, 6).ue(0).put(0, 2).stop()
    sps = Bits().put(0, 4).put(0, 3).put(1, 1).raw(PROFILE).ue(0, 1, width, height).put(0, 1)
    sps.ue(0, 0, 0).put(1, 1).ue(0, 0, 0)
    sps.ue(1, 0, 0, 2, 0, 0)  # blocks of 16, transforms of 4 to 16
    sps.put(0, 3).put(1, 1).put(7, 4).put(7, 4).ue(1, 0).put(1, 1)  # raw samples of 8 bits in blocks of 16
    sps.ue(0).put(0, 5).stop()
    pps = Bits().ue(0, 0).put(0, 7).ue(0, 0, 0).put(0, 3).ue(0, 0).put(0, 6)
    pps.put(0, 1).put(1, 1).put(0, 1).put(1, 1).put(0, 2).ue(0).put(0, 2).stop()
    return [(VPS, vps.content()), (SPS, sps.content()), (PPS, pps.content())]


def _unit(kind: int, content: bytes) -> bytes:
    """A NAL unit; a 3 is put between two zeros and what would look like a start code."""
    out, zeros = bytearray([kind << 1, 1]), 0
    for byte in content:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


def _decoder_configuration(width: int, height: int) -> bytes:
    fixed = b"\x01" + PROFILE + bytes([0xF0, 0, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0, 0x0F, 3])
    sets = b""
    for kind, content in _parameter_sets(width, height):
        unit = _unit(kind, content)
        sets += bytes([0x80 | kind]) + struct.pack(">HH", 1, len(unit)) + unit
    return _box(b"hvcC", fixed + sets)


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return struct.pack(">I", 0) + exif.tobytes().removeprefix(b"Exif\x00\x00")


def _meta(properties: list[bytes], extents: list[tuple[int, int]]) -> bytes:
    kinds = (b"hvc1", b"Exif")[: len(extents)]
    handler = _full(b"hdlr", bytes(4) + b"pict" + bytes(13))
    primary = _full(b"pitm", struct.pack(">H", 1))
    entries = b"".join(
        struct.pack(">HHHII", number, 0, 1, offset, length)
        for number, (offset, length) in enumerate(extents, start=1)
    )
    locations = _full(b"iloc", struct.pack(">HH", 0x4400, len(extents)) + entries)
    infos = b"".join(
        _full(b"infe", struct.pack(">HH", number, 0) + kind + b"\x00", version=2)
        for number, kind in enumerate(kinds, start=1)
    )
    items = _full(b"iinf", struct.pack(">H", len(extents)) + infos)
    references = _full(b"iref", _box(b"cdsc", struct.pack(">HHH", 2, 1, 1))) if len(extents) > 1 else b""
    associations = bytes([len(properties)]) + bytes(0x80 | number for number in range(1, len(properties) + 1))
    linked = _full(b"ipma", struct.pack(">IH", 1, 1) + associations)
    described = _box(b"iprp", _box(b"ipco", b"".join(properties)) + linked)
    return _full(b"meta", handler + primary + locations + items + references + described)


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def _full(name: bytes, content: bytes, *, version: int = 0) -> bytes:
    return _box(name, bytes([version, 0, 0, 0]) + content)
