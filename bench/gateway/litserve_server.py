"""LitServe over the same .tflite, in an environment of its own under build/."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.gateway.servers import server
from bench.gateway.version import BUILD

REQUIREMENTS = (
    "litserve==0.2.19",
    "ai-edge-litert==2.3.0",
    "pillow>=11",
    "numpy>=2.1,<2.2",
    "python-multipart",
)
SERVICE = Path(__file__).with_name("litserve_service.py")
BOUNDARY = "photo-boundary"


@contextmanager
def litserve_server(tflite: Path) -> Iterator[int]:
    """Yields the port on which LitServe answers /predict."""
    with server([str(_environment()), str(SERVICE), str(tflite)], ready="/health") as port:
        yield port


def as_form(photo: bytes) -> tuple[bytes, str]:
    """The photo as LitServe takes files: a form's body, and its content type."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'
    return (
        head.encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode(),
        f"multipart/form-data; boundary={BOUNDARY}",
    )


def _environment() -> Path:
    """The Python of an environment that has LitServe; made on the first call."""
    folder = BUILD / "litserve"
    python = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        print("making an environment for LitServe (once)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS], check=True)
        (folder / ".ready").touch()
    return python
