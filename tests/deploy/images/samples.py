"""A photo out of a store that only containers see."""

import subprocess

from tests.deploy.images.engine import engine_name

_FIRST_SAMPLE = (
    "import pathlib, sys; "
    "photo = min(pathlib.Path('/store/artifacts/detector/1/report/samples').glob('*.jpg')); "
    "sys.stdout.buffer.write(photo.read_bytes())"
)


def sample_photo(store: str, image: str) -> bytes:
    """The first sample of version 1 in the volume `store`, read with `image`'s Python."""
    mount = ("-v", f"{store}:/store:ro")
    command = [engine_name(), "run", "--rm", *mount, "--entrypoint", "python", image, "-c", _FIRST_SAMPLE]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
