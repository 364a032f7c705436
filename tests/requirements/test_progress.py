import io
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from requirements.progress import run_with_progress

ROOT = Path(__file__).resolve().parents[2]
WAIT_FOR_FILE = """
import pathlib, sys, time
print("begun", flush=True)
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.01)
"""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def watch_until(path: Path, stream: io.StringIO, wanted: str) -> str:
    """What is reported of a command that ends once `wanted` has been reported."""

    def end_it() -> None:
        deadline = time.monotonic() + 30
        while wanted not in stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
        path.touch()

    ending = threading.Thread(target=end_it)
    ending.start()
    command = python(WAIT_FOR_FILE, str(path))
    code = run_with_progress(
        "Working", command, detail=lambda output: f"it says {output.strip()}", interval_s=0.05, stream=stream
    )
    ending.join()
    assert code == 0
    return stream.getvalue()


def test_a_log_is_told_at_once_then_every_few_seconds_how_far_it_is(tmp_path: Path) -> None:
    lines = watch_until(tmp_path / "end", io.StringIO(), "it says begun").splitlines()
    assert lines[0] == "Working"
    assert "  0 s, it says begun" in lines[1:-1]
    assert lines[-1].startswith("Working: done after ")


def test_a_terminal_gets_one_line_that_is_rewritten(tmp_path: Path) -> None:
    shown = watch_until(tmp_path / "end", Terminal(), "it says begun")
    assert shown.count("\n") == 1
    assert shown.endswith(" s\n")
    assert "\r\033[KWorking: 0 s, it says begun" in shown


def test_what_a_command_prints_is_shown_only_if_it_fails(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_with_progress("Working", python("print('chatter')")) == 0
    assert "chatter" not in "".join(capfd.readouterr())
    assert run_with_progress("Working", python("print('the reason'); raise SystemExit(3)")) == 3
    shown = capfd.readouterr()
    assert "failed with exit code 3" in shown.out
    assert shown.err == "the reason\n"


def test_the_command_line_ends_with_the_exit_code_of_the_command() -> None:
    command = [sys.executable, "-m", "requirements.progress", "Working", *python("raise SystemExit(7)")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 7
    assert result.stdout.startswith("Working\n")
