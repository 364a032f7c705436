"""Real child processes that run a piece of code, and can be killed at its k-th change to the disk."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from detector.errors import DetectorError

_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate"}
_WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended: `killed`, or with the `message` of a DetectorError, or well."""

    killed: bool
    message: str | None


def run_in_child(action: Callable[[], Any]) -> Outcome:
    """Run `action` in a forked process. An error that is no DetectorError fails the test, with its trace."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _run_and_exit(action, writer)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return Outcome(killed=True, message=None)
    assert os.WEXITSTATUS(status) in (0, 6), said
    return Outcome(killed=False, message=said or None)


def kill_at_change(number: int) -> None:
    """From now on, count this process's changes to the disk; before that one kill it, as `kill -9` does."""
    changes = 0

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal changes
        if event in _CHANGES or (event == "open" and arguments[2] & _WRITING_FLAGS):
            changes += 1
            if changes == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def _run_and_exit(action: Callable[[], Any], writer: int) -> None:
    code, said = 1, ""
    try:
        action()
        code = 0
    except DetectorError as error:
        code, said = 6, error.message
    finally:
        # The child must end here, whatever was raised, and not go on as a second test runner.
        os.write(writer, (traceback.format_exc() if code == 1 else said).encode())
        os._exit(code)
