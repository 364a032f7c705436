"""Makes an environment that holds exactly what a lock says: `python3.11 -m requirements.install .venv LOCK`.

pip, which comes with Python, installs uv; uv installs the lock, three times as fast. Both check every hash. Packages
that are not in the lock are removed. Only the standard library is needed to run this.
"""

import argparse
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from requirements.progress import Detail, no_detail, run_with_progress
from requirements.uv import uv_environment, uv_program

NEEDED_PYTHON = (3, 11)
UV_LOCK = Path(__file__).with_name("uv.lock")
SHOWN_DOWNLOADS = 3
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input")


class InstallError(Exception):
    """The environment could not be made; the message says what to do."""


def install(folder: Path, lock: Path) -> None:
    """Make or update the environment in `folder` by `lock`, with the project itself in editable form.

    Raises:
        InstallError: a step failed; what it printed has been shown.
    """
    python = _environment(folder)
    _install_uv(python)
    uv = str(uv_program(python))
    environment = uv_environment(os.environ, python=python)
    _uv(
        f"Installing {lock.name} into {folder}",
        [uv, "pip", "sync", "--python", python, "--require-hashes", *_compile(), str(lock)],
        environment,
        "The packages could not be installed. Is the package index reachable? uv uses what `pip config list` says, "
        "unless uv is configured itself.",
    )
    # Its build needs only what the lock has brought.
    local = ("--offline", "--no-deps", "--no-build-isolation")
    _uv(
        f"Installing the project into {folder}",
        [uv, "pip", "install", "--python", python, *local, "--editable", "."],
        environment,
        "The project itself could not be installed.",
    )


def how_far(output: str) -> str:
    """How far uv is, from what it has printed: the downloads it waits for, or else the last step it has done."""
    sizes = dict(re.findall(r"^\s*Downloading (\S+) \((.+)\)$", output, re.MULTILINE))
    here = re.findall(r"^\s*Downloaded (\S+)$", output, re.MULTILINE)
    missing = [f"{name} ({size})" for name, size in sizes.items() if name not in here]
    if not missing:
        steps = re.findall(r"^(?:Resolved|Prepared|Uninstalled|Installed) .*$", output, re.MULTILINE)
        return steps[-1].lower() if steps else ""
    others = " and others" if len(missing) > SHOWN_DOWNLOADS else ""
    shown = ", ".join(missing[:SHOWN_DOWNLOADS])
    return f"{len(here)} of {len(sizes)} large packages are here, still to come: {shown}{others}"


def _environment(folder: Path) -> str:
    """The path of the environment's Python, which is made if it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        _run(f"Making {folder}", [sys.executable, "-m", "venv", str(folder)], "It could not be made.")
    has_pip = subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    if not has_pip:
        _run("Adding pip", [str(python), "-m", "ensurepip"], f"Remove {folder} and try again.")
    return str(python.absolute())


def _install_uv(python: str) -> None:
    command = [python, *PIP, "install", "--require-hashes", "--requirement", str(UV_LOCK)]
    _run(
        "Installing uv",
        command,
        "uv could not be installed. pip fetches it from the package index that `pip config list` shows: make sure that "
        "this index is reachable, or point pip to one that is (PIP_INDEX_URL).",
    )


def _uv(text: str, command: Sequence[str], environment: dict[str, str], advice: str) -> None:
    if not sys.stderr.isatty():
        _run(text, command, advice, environment=environment, detail=how_far)
        return
    # On a terminal uv shows a bar for each download.
    print(text, flush=True)
    if subprocess.run(command, env=environment, check=False).returncode:
        raise InstallError(advice)


def _run(
    text: str,
    command: Sequence[str],
    advice: str,
    *,
    environment: dict[str, str] | None = None,
    detail: Detail = no_detail,
) -> None:
    if run_with_progress(text, command, environment=environment, detail=detail):
        raise InstallError(advice)


def _compile() -> tuple[str, ...]:
    # Python keeps what it compiles at the first import; where it is told not to, every start would compile again.
    return ("--compile-bytecode",) if os.environ.get("PYTHONDONTWRITEBYTECODE") else ()


def _check_python() -> None:
    if sys.version_info[:2] != NEEDED_PYTHON:
        raise InstallError(f"Python 3.11 is needed; {sys.executable} is {sys.version.split()[0]}.")
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise InstallError(
            f"{sys.executable} lacks {' and '.join(missing)} (Debian: apt-get install python3.11-venv)."
        )


def main() -> None:
    """Parse the command line; a failure ends in one message and exit code 2."""
    parser = argparse.ArgumentParser(description="Make an environment that holds exactly what a lock says.")
    parser.add_argument("environment", type=Path)
    parser.add_argument("lock", type=Path)
    arguments = parser.parse_args()
    try:
        _check_python()
        install(arguments.environment, arguments.lock)
    except InstallError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
