import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.applications import Starlette

from detector.errors import InvalidRequestError
from services.gateway.http_server import http_server, listen
from services.gateway.metrics import Metrics
from services.gateway.observer import Observer
from services.gateway.settings import Settings
from tests.services.gateway.running import ROOT


def test_requests_in_work_have_at_least_the_time_that_is_set() -> None:
    """Uvicorn takes whole seconds: half a second must not become none."""
    observer = Observer(Metrics(), protocol="rest")
    server = http_server(Settings(shutdown_seconds=0.5), Starlette(), observer=observer, tls=None)
    assert server.config.timeout_graceful_shutdown == 1


def test_a_port_that_is_taken_and_an_address_of_others_are_different_mistakes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidRequestError) as error:
            listen("127.0.0.1", port, "DETECTOR_HTTP_PORT")
    assert error.value.message == (
        f"Cannot listen on 127.0.0.1 port {port} (Address already in use): set DETECTOR_HTTP_PORT to a free port."
    )
    with pytest.raises(InvalidRequestError, match="set DETECTOR_HOST to an address of this machine"):
        listen("192.0.2.1", 0, "DETECTOR_HTTP_PORT")


def test_a_gateway_whose_port_for_grpc_is_taken_ends_with_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = {
            "DETECTOR_STORE": str(tmp_path),
            "DETECTOR_HTTP_PORT": "0",
            "DETECTOR_GRPC_PORT": str(port),
        }
        ended = subprocess.run(
            [sys.executable, "-m", "services.gateway"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **settings},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 2
    assert ended.stderr == (
        f"error: Cannot listen on 127.0.0.1 port {port} (Address already in use): "
        "set DETECTOR_GRPC_PORT to a free port.\n"
    )
