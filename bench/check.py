"""Seconds and peak memory of `detector check` on many photos: python -m bench.check [--photos 2000] [--html]

The photos, of 1 megapixel each, are made in a temporary folder first, which is not measured.
"""

import argparse
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from bench.machine import machine_line

WIDTH, HEIGHT = 1152, 864
GRAIN = 12
CLASSES = ("cat", "dog")
LIMIT_S = 60.0
COMMAND = "from jobs.cli import main; main()"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--html", action="store_true", help="write the page too")
    options = parser.parse_args()
    print(machine_line(), flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-check-") as folder:
        root = Path(folder)
        size_bytes = make_photos(root / "data", options.photos)
        print(f"{options.photos} photos of {WIDTH} × {HEIGHT}, {size_bytes / 1e6:.0f} MB", flush=True)
        page = root / "check.html"
        arguments = ["check", str(root / "data"), "--json", *(["--html", str(page)] if options.html else [])]
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments], stdout=subprocess.PIPE, check=True, text=True
        )
        seconds = time.perf_counter() - start
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor_s = usage.ru_utime + usage.ru_stime
        peak_gb = usage.ru_maxrss * 1024 / 1e9
        result = json.loads(done.stdout)
        print(f"read: {result['photos']} photos, {result['boxes']} boxes, {len(result['problems'])} problems")
        print(
            f"{seconds:.1f} s (at most {LIMIT_S:.0f} for 2,000 on two cores), {processor_s:.1f} s of "
            f"processor time, peak memory {peak_gb:.2f} GB"
        )
        if options.html:
            print(f"page: {page.stat().st_size / 1e6:.1f} MB")


def make_photos(root: Path, count: int) -> int:
    """YOLO photos of coloured noise, as heavy as a camera's of that size; the bytes of all of them."""
    for name in ("images", "labels"):
        (root / name).mkdir(parents=True)
    (root / "data.yaml").write_text(f"names: [{', '.join(CLASSES)}]\ntrain: images\n")
    with ThreadPoolExecutor() as pool:
        return sum(pool.map(lambda number: _make_photo(root, number), range(count)))


def _make_photo(root: Path, number: int) -> int:
    random = np.random.default_rng(number)
    coarse = random.integers(0, 256, (HEIGHT // GRAIN, WIDTH // GRAIN, 3), np.uint8)
    picture = Image.fromarray(coarse).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=90)
    (root / "images" / f"{number:05}.jpg").write_bytes(encoded.getvalue())
    x, y = random.uniform(0.3, 0.7, 2)
    (root / "labels" / f"{number:05}.txt").write_text(f"{number % len(CLASSES)} {x:.4f} {y:.4f} 0.3 0.3\n")
    return len(encoded.getvalue())


if __name__ == "__main__":
    main()
