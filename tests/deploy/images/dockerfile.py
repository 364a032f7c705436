"""A Dockerfile as instructions, by stage: as much of the format as this project's files use."""

import re
from dataclasses import dataclass, field
from pathlib import Path

_CONTINUED = re.compile(r"\\\n\s*")


@dataclass(frozen=True, slots=True)
class Copy:
    """One COPY: `stage` is what `--from=` names, None for the build's own files."""

    stage: str | None
    sources: tuple[str, ...]
    target: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What follows one FROM."""

    base: str
    name: str | None
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def values(self, instruction: str) -> list[str]:
        """What each `instruction` of this stage says."""
        return [value for each, value in self.instructions if each == instruction]


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """`arguments` are the ARGs before the first FROM with their defaults."""

    arguments: dict[str, str]
    stages: list[Stage]

    @property
    def final(self) -> Stage:
        return self.stages[-1]

    def stage(self, name: str) -> Stage:
        """The stage that is called `name`."""
        (found,) = (stage for stage in self.stages if stage.name == name)
        return found


def read_copy(value: str) -> Copy:
    """What follows the word COPY."""
    *options, target = value.split()
    stages = [each.removeprefix("--from=") for each in options if each.startswith("--from=")]
    sources = tuple(each for each in options if not each.startswith("--"))
    return Copy(stages[0] if stages else None, sources, target)


def read_dockerfile(path: Path) -> Dockerfile:
    """The instructions of the file at `path`, comments left out and continued lines joined."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
    read = Dockerfile({}, [])
    for line in filter(None, _CONTINUED.sub(" ", "\n".join(lines)).splitlines()):
        instruction, _, value = line.partition(" ")
        if instruction == "FROM":
            base, _, name = value.partition(" AS ")
            read.stages.append(Stage(base, name or None))
        elif not read.stages:
            assert instruction == "ARG"
            name, _, default = value.partition("=")
            read.arguments[name] = default
        else:
            read.stages[-1].instructions.append((instruction, value))
    return read
