"""Runs a command that says nothing, and reports every few seconds that it is still at work.

`python -m requirements.progress "Building the page" COMMAND...`: only the standard library is needed. The command's own
output is shown when it fails. A terminal gets one line that is rewritten, a log a line every few seconds.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TextIO

LOG_INTERVAL_S = 5.0
TERMINAL_INTERVAL_S = 1.0
ERASE_LINE = "\r\033[K"

Detail = Callable[[str], str]


def no_detail(output: str) -> str:
    """Say nothing but the time."""
    return ""


def run_with_progress(
    text: str,
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    detail: Detail = no_detail,
    interval_s: float | None = None,
    stream: TextIO | None = None,
) -> int:
    """Run `command` to its end and return its exit code; print `text`, then how long it has taken.

    Args:
        detail: says how far the command is, from what it has printed so far.
        interval_s: seconds between two reports.
        stream: where the reports go; standard output by default.
    """
    stream = stream or sys.stdout
    terminal = stream.isatty()
    interval_s = interval_s or (TERMINAL_INTERVAL_S if terminal else LOG_INTERVAL_S)
    started = time.monotonic()
    _show(stream, text, end="" if terminal else "\n")
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            while (code := _wait(process, interval_s)) is None:
                report = _report(time.monotonic() - started, detail(_read(output.fileno())))
                if terminal:
                    _show(stream, f"{ERASE_LINE}{text}: {report}", end="")
                else:
                    _show(stream, f"  {report}")
        except BaseException:
            process.terminate()
            process.wait()
            raise
        ended = "done" if code == 0 else f"failed with exit code {code}"
        erase = ERASE_LINE if terminal else ""
        _show(stream, f"{erase}{text}: {ended} after {time.monotonic() - started:.0f} s")
        if code:
            print(_read(output.fileno()), end="", file=sys.stderr, flush=True)
    return code


def _wait(process: subprocess.Popen[bytes], timeout_s: float) -> int | None:
    try:
        return process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return None


def _read(descriptor: int) -> str:
    # Not by seeking: the command writes at the same offset of the same open file.
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode("utf-8", "replace")


def _report(seconds: float, detail: str) -> str:
    return f"{seconds:.0f} s, {detail}" if detail else f"{seconds:.0f} s"


def _show(stream: TextIO, text: str, *, end: str = "\n") -> None:
    print(text, end=end, file=stream, flush=True)


def main() -> None:
    """Run what the command line says and end with its exit code."""
    text, *command = sys.argv[1:]
    try:
        sys.exit(run_with_progress(text, command))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
