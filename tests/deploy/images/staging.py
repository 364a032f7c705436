"""Stages of a Dockerfile without containers: an empty folder gets the files of the COPY lines, commands run there.

A stage's own commands are the parts of its RUN lines that run Python and need no network. They see the packages of this
environment, and nothing of this project but what was copied.
"""

import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from tests.deploy.images.dockerfile import Copy, Dockerfile, Stage, read_copy

ROOT = Path(__file__).parents[3]
TIMEOUT_S = 240.0
_OWN_COMMAND = re.compile(r"\S+\.py\b|-m compileall\b|--no-index\b")
_NETWORK_COMMAND = re.compile(r"--require-hashes\b|npm-cli\.js\b")
_ABSOLUTE = re.compile(r"(?<![\w./-])/(?=(?:app|cache|metadata|page|requirements|source|store|venv)\b)")


def own_commands(stage: Stage) -> list[str]:
    """What the stage runs of this project, as it stands in the file."""
    parts = [part.strip() for command in stage.values("RUN") for part in command.split("&&")]
    return [part for part in parts if _OWN_COMMAND.search(part) and not _NETWORK_COMMAND.search(part)]


class StagedFiles:
    """The folder `root` as the file system of one stage."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.workdir = root
        self._variables: dict[str, str] = {}
        self._write_program("usr/bin/python", "")
        self._write_program("usr/bin/pip", "-m pip")
        self._write_program("venv/bin/python", "")

    def lay_out(self, stage: Stage, *, built: dict[str, Path] | None = None) -> None:
        """Do what WORKDIR, ENV and COPY say; `--from=NAME` comes out of `built[NAME]`, or is left out."""
        for instruction, value in stage.instructions:
            if instruction == "WORKDIR":
                self.workdir = self._inside(value)
                self.workdir.mkdir(parents=True, exist_ok=True)
            elif instruction == "ENV":
                self._variables |= dict(pair.split("=", 1) for pair in shlex.split(value))
            elif instruction == "COPY":
                self._copy(read_copy(value), built or {})

    def run(self, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`command` by a shell in the working folder; the image's folders are this one's."""
        own = {name: self._moved(value) for name, value in self._variables.items()}
        packages = sysconfig.get_path("purelib")
        environment = own | variables
        environment |= {
            "PATH": own.get("PATH", "$PATH").replace("$PATH", f"{self.root}/usr/bin:/usr/bin:/bin"),
            # Here and not by `site`, which would find this work tree as the installed project.
            "PYTHONPATH": ":".join(filter(None, [own.get("PYTHONPATH"), packages])),
            "HOME": str(self.root),
            # Nothing listens there: what is not among the files is not fetched instead.
            "https_proxy": "http://127.0.0.1:9",
        }
        return subprocess.run(
            ["sh", "-c", self._moved(command)],
            cwd=self.workdir,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    def _copy(self, copy: Copy, built: dict[str, Path]) -> None:
        if copy.stage is not None and copy.stage not in built:
            return
        origin = ROOT if copy.stage is None else built[copy.stage]
        target = self._inside(copy.target)
        for name in copy.sources:
            source = origin / name.lstrip("/")
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True, ignore=_ignored_names())
            else:
                file = target / source.name if copy.target.endswith("/") else target
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, file)

    def _inside(self, path: str) -> Path:
        return self.root / path.lstrip("/") if path.startswith("/") else self.workdir / path

    def _moved(self, text: str) -> str:
        return _ABSOLUTE.sub(f"{self.root}/", text)

    def _write_program(self, path: str, arguments: str) -> None:
        program = self.root / path
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -S {arguments} "$@"\n')
        program.chmod(0o755)


def build_stage(file: Dockerfile, name: str, root: Path) -> StagedFiles:
    """The stage `name` laid out in `root`, its own commands run. Fails with what a command said."""
    stage = file.stage(name)
    files = StagedFiles(root)
    files.lay_out(stage)
    for command in own_commands(stage):
        done = files.run(command)
        assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return files


def _ignored_names() -> Callable[[str, list[str]], set[str]]:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    return shutil.ignore_patterns(*(line.removeprefix("**/") for line in lines if line.startswith("**/")))
