"""docker-compose.yml as a running project of its own name, volumes and ports."""

import os
import signal
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.images.engine import ROOT, engine, engine_name, try_engine, wait_until
from tests.deploy.programs import program
from tests.serving_standin.running import free_port

FILES = ("-f", "docker-compose.yml", "-f", "tests/deploy/stack/trial.yml")
HEALTH_INTERVAL_S = 1.0
UP_TIMEOUT_S = 900.0


@dataclass(frozen=True, slots=True)
class Project:
    """A project and what its commands need in their environment."""

    name: str
    port: int
    environment: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def compose(self, *arguments: str) -> str:
        """What `docker compose ARGUMENTS` prints; fails with what it said."""
        done = subprocess.run(
            [*_compose_program(), *FILES, "--project-directory", ".", "-p", self.name, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=UP_TIMEOUT_S,
            check=False,
        )
        assert done.returncode == 0, (
            f"{' '.join(done.args)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        )
        return done.stdout

    def container(self, service: str) -> str:
        """The name of the container of `service`."""
        return engine("ps", "-a", "--format", "{{.Names}}", "--filter", f"name={self.name}[_-]{service}[_-]1")

    def crash(self, service: str) -> None:
        """Kill the first process as the kernel does when memory is short: nobody asked for an end."""
        os.kill(int(engine("inspect", "--format", "{{.State.Pid}}", self.container(service))), signal.SIGKILL)


@contextmanager
def project() -> Iterator[Project]:
    """A project that is not up yet; its containers and volumes are removed at the end."""
    name = f"verify{uuid.uuid4().hex[:8]}"
    port = free_port()
    environment = os.environ | {
        "DETECTOR_HTTP_PORT": str(port),
        "DETECTOR_GRPC_PORT": str(free_port()),
        "DOCKER_BUILDKIT": "0",
    }
    with _docker_api(environment), _health_checks(name):
        running = Project(name, port, environment)
        try:
            yield running
        finally:
            running.compose("--profile", "lite", "down", "-v", "--remove-orphans")


def _compose_program() -> list[str]:
    plugin = engine_name() == "docker" and try_engine("compose", "version").returncode == 0
    return ["docker", "compose"] if plugin else [program("docker-compose")]


@contextmanager
def _docker_api(environment: dict[str, str]) -> Iterator[None]:
    """podman answers Docker's API while a process is told to; Docker does always."""
    if engine_name() != "podman":
        yield
        return
    path = Path(f"/tmp/verify-{uuid.uuid4().hex[:8]}.sock")
    environment["DOCKER_HOST"] = f"unix://{path}"
    service = subprocess.Popen(
        ["podman", "system", "service", "--time=0", f"unix://{path}"], stderr=subprocess.DEVNULL
    )
    try:
        wait_until(path.exists, "podman's service")
        yield
    finally:
        service.terminate()
        service.wait()
        path.unlink(missing_ok=True)


@contextmanager
def _health_checks(name: str) -> Iterator[None]:
    """podman leaves the timing of health checks to systemd, which containers and small machines lack."""
    if engine_name() != "podman" or Path("/run/systemd/private").exists():
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_check_until, args=(name, done))
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _check_until(name: str, done: threading.Event) -> None:
    while not done.wait(HEALTH_INTERVAL_S):
        for container in engine("ps", "--format", "{{.Names}}", "--filter", f"name={name}").split():
            try_engine("healthcheck", "run", container)
