"""Programs of the system that the tests of deploy/ run: they are asked for by name, never skipped."""

import shutil

PACKAGES = {"promtool": "prometheus", "prometheus": "prometheus", "docker-compose": "docker-compose"}


def program(name: str) -> str:
    """The path of `name`; fails with the package that brings it."""
    path = shutil.which(name)
    assert path is not None, (
        f"These tests run {name}, which is not on this machine: apt-get install {PACKAGES[name]} "
        "(.ci/run does it by itself)."
    )
    return path
