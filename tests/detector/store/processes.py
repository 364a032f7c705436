"""Real child processes that run a piece of code, and can be killed at its k-th change to the disk."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from detector.errors import DetectorError

_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate"}
_WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_DETECTOR_ERROR, _OTHER_ERROR = 6, 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended: `killed`, or with the `message` of a DetectorError, or well."""

    killed: bool
    message: str | None


@dataclass(frozen=True, slots=True)
class Child:
    """A running process; what it has to say at its end comes through `pipe`."""

    process: int
    pipe: int

    def wait(self) -> Outcome:
        """Any error that is no DetectorError fails the test, with its trace."""
        with os.fdopen(self.pipe) as pipe:
            said = pipe.read()
        _, status = os.waitpid(self.process, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            return Outcome(killed=True, message=None)
        assert os.WEXITSTATUS(status) in (0, _DETECTOR_ERROR), said
        return Outcome(killed=False, message=said or None)


def start_child(action: Callable[[], object]) -> Child:
    """Run `action` in a forked process."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reader)
        _run_and_exit(action, writer)
    os.close(writer)
    return Child(process, reader)


def run_in_child(action: Callable[[], object]) -> Outcome:
    """Run `action` in a forked process and wait for its end."""
    return start_child(action).wait()


@contextmanager
def living_child(action: Callable[[], object]) -> Iterator[None]:
    """A process that has run `action` and lives on, until SIGKILL ends it after the block."""
    ready, done = os.pipe()

    def act_and_stay() -> None:
        # Held until the process ends: what a dropped value would close stays open.
        result = action()
        os.write(done, b"!")
        signal.pause()
        del result

    child = start_child(act_and_stay)
    os.close(done)
    try:
        assert os.read(ready, 1) == b"!", child.wait()
        yield
    finally:
        os.close(ready)
        os.kill(child.process, signal.SIGKILL)
        assert child.wait().killed


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


def _run_and_exit(action: Callable[[], object], writer: int) -> None:
    code, said = _OTHER_ERROR, ""
    try:
        action()
        code = 0
    except DetectorError as error:
        code, said = _DETECTOR_ERROR, error.message
    finally:
        # The child must end here, whatever was raised, and not go on as a second test runner.
        os.write(writer, (traceback.format_exc() if code == _OTHER_ERROR else said).encode())
        os._exit(code)
