import subprocess
import sys


def run(code: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bench.child", sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_memory_of_the_command_is_printed_in_gigabytes_and_nothing_else() -> None:
    ended = run("print('noise'); held = bytearray(3 * 10**8)")
    assert ended.returncode == 0
    assert 0.3 < float(ended.stdout) < 0.4


def test_a_command_that_fails_ends_with_its_own_exit_code_and_words() -> None:
    ended = run("import sys; sys.exit('too bad')")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "too bad" in ended.stderr
