import re
import time

from jobs.cli.heartbeat import Heartbeat


def wait_for(lines: list[str], count: int) -> None:
    deadline = time.monotonic() + 30
    while len(lines) < count and time.monotonic() < deadline:
        time.sleep(0.01)


def test_what_takes_long_is_told_again_and_again() -> None:
    lines: list[str] = []
    with Heartbeat(lambda: "Reading", lines.append, interval_s=0.01):
        wait_for(lines, 2)
    assert len(lines) >= 2
    assert all(re.fullmatch(r"  Reading: \d+ s", line) for line in lines)


def test_nothing_is_told_while_nothing_goes_on() -> None:
    asked: list[str] = []
    lines: list[str] = []
    # `append` answers None.
    with Heartbeat(lambda: asked.append("What?"), lines.append, interval_s=0.01):
        wait_for(asked, 3)
    assert lines == []


def test_it_counts_from_the_last_line_of_another() -> None:
    lines: list[str] = []
    with Heartbeat(lambda: "Reading", lines.append, interval_s=0.3) as heartbeat:
        wait_for(lines, 8)
        reset = time.monotonic()
        heartbeat.reset()
        told = len(lines)
        wait_for(lines, told + 1)
    assert int(lines[told].split()[1]) <= time.monotonic() - reset + 0.5
