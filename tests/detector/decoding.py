"""Decodes one photo in a process of its own and says what that took."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SCRIPT = """
import json, sys, time
from contextlib import nullcontext
from pathlib import Path
from detector.images import ImageLimits, load_image
from tests.detector.heic import encode_heic
from tests.detector.pictures import encode, noise

def status(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:"))

load_image(encode(noise(64, 48), "PNG"), at_least=40, square=20)
load_image(encode_heic(noise(64, 48)), at_least=40, square=20)
content, reserved = Path(sys.argv[1]).read_bytes(), []
limits = ImageLimits(max_bytes=10**9, max_pixels=10**9, max_decode_bytes=10**10)
before, started = status("VmRSS"), time.perf_counter()
photo = load_image(
    content, limits=limits, at_least=640, square=320, memory=lambda size: reserved.append(size) or nullcontext()
)
took = time.perf_counter() - started
print(json.dumps([photo.width * photo.height, status("VmHWM") - before, reserved[0], took]))
"""


@dataclass(frozen=True, slots=True)
class Decoding:
    """`peak_bytes`: above what the process had before, the file read."""

    pixels: int
    peak_bytes: int
    reserved_bytes: int
    seconds: float


def decode_in_a_process(file: Path) -> Decoding:
    """Decode as the gateway does, to a square of 320 pixels."""
    command = [sys.executable, "-c", SCRIPT, str(file)]
    return Decoding(*json.loads(subprocess.run(command, capture_output=True, check=True).stdout))
