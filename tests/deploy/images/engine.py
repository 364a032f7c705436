"""Docker or podman, whichever is here, for the checks that run real containers."""

import json
import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
START_TIMEOUT_S = 60.0
HARDENED = ("--read-only", "--tmpfs", "/tmp", "--cap-drop=all", "--security-opt=no-new-privileges")
"""How compose and Kubernetes run every container of this project."""


@cache
def engine_name() -> str:
    """`CONTAINER_ENGINE`, or docker, or podman: the first that answers."""
    named = os.environ.get("CONTAINER_ENGINE")
    found = next((each for each in ([named] if named else ["docker", "podman"]) if _answers(each)), None)
    assert found is not None, (
        "These checks run containers: start Docker or install podman (docs/containers.md)."
    )
    return found


def _answers(name: str) -> bool:
    # Docker's client may be here without its daemon
    return (
        shutil.which(name) is not None
        and not subprocess.run([name, "info"], capture_output=True, check=False).returncode
    )


def engine(*arguments: str, timeout_s: float = 120.0) -> str:
    """What `docker ARGUMENTS` prints; fails with what it said on standard error."""
    done = try_engine(*arguments, timeout_s=timeout_s)
    assert done.returncode == 0, f"{' '.join(done.args)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout.strip()


def try_engine(*arguments: str, timeout_s: float = 120.0) -> subprocess.CompletedProcess[str]:
    """`docker ARGUMENTS`, whatever its exit code."""
    command = [engine_name(), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)


def build(name: str) -> str:
    """The tag of the image of deploy/NAME, built from this work tree; with `VERIFY_BUILT` set, the one that is here."""
    tag = f"pocket-detector/{name}"
    if os.environ.get("VERIFY_BUILT"):
        inspect(tag)
        return tag
    # podman's own format has no health checks
    docker_format = ("--format", "docker") if engine_name() == "podman" else ()
    file = str(ROOT / "deploy" / name / "Dockerfile")
    engine("build", *docker_format, "-q", "-t", tag, "-f", file, str(ROOT), timeout_s=1800)
    return tag


def inspect(image: str) -> dict[str, Any]:
    """What the engine knows of an image."""
    (known,) = json.loads(engine("image", "inspect", image))
    return dict(known)


def health_command(image: str) -> list[str]:
    """The program of the image's health check with its arguments."""
    known = inspect(image)
    # podman tells it beside Config, Docker within
    kind, *command = (known.get("Healthcheck") or known["Config"]["Healthcheck"])["Test"]
    assert kind == "CMD", "a shell in between is a process more, every few seconds"
    return list(command)


@dataclass(frozen=True, slots=True)
class Container:
    """A container that was started in the background."""

    name: str

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """`command` inside."""
        return try_engine("exec", self.name, *command)

    def port(self, inside: int) -> int:
        """The port of this machine behind which the container's port `inside` is."""
        return int(engine("port", self.name, f"{inside}/tcp").splitlines()[0].rpartition(":")[2])

    def logs(self) -> str:
        done = try_engine("logs", self.name)
        return done.stdout + done.stderr

    def exit_code(self) -> int:
        """Waits for its end."""
        return int(engine("wait", self.name))


@contextmanager
def running(image: str, *command: str, options: tuple[str, ...] = ()) -> Iterator[Container]:
    """`image` in the background, hardened; removed at the end."""
    name = f"verify-{uuid.uuid4().hex[:12]}"
    engine("run", "-d", "--name", name, *HARDENED, *options, image, *command)
    try:
        yield Container(name)
    finally:
        try_engine("rm", "-f", name)


@contextmanager
def volume() -> Iterator[str]:
    """A new, empty volume; removed at the end."""
    name = f"verify-{uuid.uuid4().hex[:12]}"
    engine("volume", "create", name)
    try:
        yield name
    finally:
        try_engine("volume", "rm", "-f", name)


def wait_until(holds: Callable[[], bool], what: str, timeout_s: float = START_TIMEOUT_S) -> None:
    """Return once `holds()`; fail naming `what` after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s:g} s"
        time.sleep(0.1)
