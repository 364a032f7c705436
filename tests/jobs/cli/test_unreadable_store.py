"""A store that this user may not read: every verb ends with the store's own exit code and message."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_origin, get_type_hints

import pytest
import typer
from typer.models import ParameterInfo

from detector.errors import StoreError
from jobs.cli import create_cli
from tests.unprivileged import obeying_permissions

DEADLINE_S = 120.0
ARGUMENTS = {
    "evaluate": ("photos",),
    "predict": ("photo.jpg",),
    "release export": ("1", "version.tar.gz"),
    "release import": ("version.tar.gz",),
    "release list": (),
    "release promote": ("1",),
    "release prune": ("--keep", "1"),
    "release recover": (),
    "release rollback": (),
    "train": ("--shapes", "20", "--base-weights", "random"),
}
"""By verb, what makes it go as far as the store."""

BEFORE_THE_STORE = {"release import"}
"""An archive that is not there is told first."""


@pytest.fixture
def unreadable(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "store"
    folder.mkdir()
    folder.chmod(0o000)
    yield folder
    folder.chmod(0o755)


def path_options(app: typer.Typer, *, prefix: str = "") -> dict[str, dict[str, ParameterInfo]]:
    """By verb, its options and arguments that are paths."""
    found: dict[str, dict[str, ParameterInfo]] = {}
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        hints = get_type_hints(command.callback, include_extras=True)
        found[prefix + name] = {
            parameter: hint.__metadata__[0]
            for parameter, hint in hints.items()
            if get_origin(hint) is Annotated and "Path" in str(hint.__origin__)
        }
    for group in app.registered_groups:
        assert group.typer_instance is not None
        found |= path_options(group.typer_instance, prefix=f"{prefix}{group.name} ")
    return found


def test_every_verb_with_a_store_is_tried_here() -> None:
    with_store = {verb for verb, options in path_options(create_cli()).items() if "store" in options}
    assert with_store == set(ARGUMENTS)


def test_no_path_is_refused_before_the_code_that_knows_what_it_is_for() -> None:
    checked = [
        f"{verb}: {name}"
        for verb, options in path_options(create_cli()).items()
        for name, option in options.items()
        if option.readable or option.exists
    ]
    assert checked == [], "say readable=False: else it ends with exit code 2 and without the right message"


def verbs(*names: str) -> list[Any]:
    """Those that import TensorFlow first are slow."""
    slow = {"evaluate", "predict", "train"}
    return [pytest.param(name, marks=[pytest.mark.slow] if name in slow else []) for name in names]


@pytest.mark.parametrize("verb", verbs(*sorted(ARGUMENTS.keys() - BEFORE_THE_STORE)))
def test_it_ends_with_the_message_of_the_store(verb: str, unreadable: Path) -> None:
    code, message = ended(unreadable.parent, verb, "--store", str(unreadable))
    assert code == StoreError.exit_code
    assert str(unreadable) in message
    assert "permission denied; make it accessible to this user" in message


@pytest.mark.parametrize("verb", verbs("release list", "release recover", "train"))
def test_so_does_one_in_a_folder_that_may_not_be_entered(verb: str, unreadable: Path) -> None:
    code, message = ended(unreadable.parent, verb, "--store", str(unreadable / "store"))
    assert code == StoreError.exit_code
    assert "permission denied" in message


def ended(folder: Path, verb: str, *options: str) -> tuple[int, str]:
    """Exit code and last line of a verb that was run in `folder`."""
    program = [sys.executable, "-c", "from jobs.cli import main; main()"]
    command = obeying_permissions([*program, *verb.split(), *ARGUMENTS[verb], *options])
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.splitlines()[-1]
