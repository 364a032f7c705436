"""Channels as values and as files."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.store.channels import Channels, current_actor, log_moves, read_channels, write_channels

VERSIONS = st.none() | st.integers(1, 2**31 - 1)


@given(stable=VERSIONS, canary=VERSIONS, version=st.integers(1, 9))
def test_publishing_fills_at_most_one_channel_and_moves_none(
    stable: int | None, canary: int | None, version: int
) -> None:
    before = Channels(stable, canary)
    after = before.with_published(version)
    assert all(after.version(name) == old for name, old in before.items())
    assert len(after.items()) - len(before.items()) in (0, 1)
    assert {new for _, new in after.items()} - {old for _, old in before.items()} <= {version}


@pytest.mark.parametrize("channels", [Channels(), Channels(stable=3), Channels(3, 4), Channels(canary=4)])
def test_channels_read_as_they_were_written(tmp_path: Path, channels: Channels) -> None:
    write_channels(tmp_path / "detector.json", channels)
    assert read_channels(tmp_path / "detector.json") == channels


def test_a_torn_last_line_of_the_log_does_not_swallow_the_next(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"time": "2024-0')
    log_moves(log, Channels(), Channels(stable=1), action="publish", actor="ada")
    assert json.loads(log.read_text().splitlines()[1])["to"] == 1


def test_the_actor_is_who_it_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETECTOR_ACTOR", "ada")
    assert current_actor() == "ada"


@pytest.mark.parametrize("said", [None, ""])
def test_the_actor_is_a_user_at_a_host(monkeypatch: pytest.MonkeyPatch, said: str | None) -> None:
    monkeypatch.delenv("DETECTOR_ACTOR", raising=False)
    if said is not None:
        monkeypatch.setenv("DETECTOR_ACTOR", said)
    user, host = current_actor().split("@")
    assert user
    assert host
