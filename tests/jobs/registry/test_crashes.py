"""Processes killed with SIGKILL before each change they make to the disk: nothing half-done is ever seen."""

import os
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from detector.manifest import validate_manifest
from detector.store import Channels
from jobs.registry import Registry, StagedVersion
from services.serving.model_config import serving_config
from tests.detector.store.example import fill, publish
from tests.detector.store.processes import Outcome, kill_at_change, living_child, run_in_child, start_child

NAME = "detector"
Action = Callable[[Registry], object]


def killed_at(change: int, action: Action, store: Registry) -> bool:
    """Run `action` in a process that is killed at its `change`-th change; False if it ended before that."""

    def act() -> None:
        kill_at_change(change)
        action(store)

    outcome = run_in_child(act)
    assert outcome.message is None
    return outcome.killed


def kill_everywhere(root: Path, *, prepare: Action, action: Action, check: Action) -> int:
    """Run `action` on fresh stores, killed one change later each time, until it ends; returns the kills."""
    for kills in count():
        store = Registry(root / str(kills))
        prepare(store)
        killed = killed_at(kills + 1, action, store)
        check(store)
        if not killed:
            return kills
    raise AssertionError("count() does not end")


def assert_nothing_is_half_there(store: Registry) -> None:
    """What must hold at any time: each listed version is whole, each channel points to one of them."""
    versions = store.versions(NAME)
    for version in versions:
        assert_is_whole(store, version)
    assert {version for _, version in store.channels(NAME).items()} <= set(versions)
    folder = store.root / "models" / NAME
    visible = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    assert visible == {str(version) for version in versions}, "TensorFlow Serving could see a partial version"


def assert_is_whole(store: Registry, version: int) -> None:
    validate_manifest(
        store.manifest(NAME, version),
        artifacts=store.artifacts_dir(NAME, version),
        model=store.model_dir(NAME, version),
    )
    assert (store.eval_dir(NAME, version) / "photo.jpg").is_file()


def assert_is_tidy(store: Registry) -> None:
    """What must hold after the next run: no leftovers, channels and models.config complete."""
    assert_nothing_is_half_there(store)
    versions = {str(version) for version in store.versions(NAME)}
    for room in ("artifacts", "eval"):
        assert {path.name for path in (store.root / room / NAME).iterdir()} == versions
    left = [path.name for path in (store.root / ".staging" / NAME).iterdir()]
    assert [name for name in left if name != ".used_versions.json" and not name.endswith(".tmp")] == []
    expected = serving_config(store.served_models(), serving_root="/store")
    assert (store.root / "models.config").read_text() == expected


def nothing(store: Registry) -> None:
    pass


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: hundreds of stores are flushed to disk here."""
    memory = Path("/dev/shm")
    if not (memory.is_dir() and os.access(memory, os.W_OK)):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_killed_while_publishing_the_first_version(disk: Path) -> None:
    def check(store: Registry) -> None:
        assert_nothing_is_half_there(store)
        before = store.versions(NAME)
        assert store.channels(NAME) == Channels(stable=1 if before else None)
        new = publish(store)
        assert_is_tidy(store)
        assert store.versions(NAME) == (*before, new)
        assert store.channels(NAME).stable == store.versions(NAME)[0]

    kills = kill_everywhere(disk, prepare=nothing, action=publish, check=check)
    assert kills > 30


def test_killed_while_publishing_a_later_version(disk: Path) -> None:
    def check(store: Registry) -> None:
        assert_nothing_is_half_there(store)
        before = store.versions(NAME)
        assert before in ((1,), (1, 2))
        store.recover(NAME)
        assert_is_tidy(store)
        assert store.versions(NAME) == before
        assert store.channels(NAME) == Channels(stable=1, canary=2 if 2 in before else None)
        assert publish(store) > before[-1]
        assert_is_tidy(store)

    assert kill_everywhere(disk, prepare=publish, action=publish, check=check) > 30


def test_killed_while_removing_a_version(disk: Path) -> None:
    def prepare(store: Registry) -> None:
        for _ in range(3):
            publish(store)

    def check(store: Registry) -> None:
        assert_nothing_is_half_there(store)
        before = store.versions(NAME)
        assert before in ((1, 2), (1, 2, 3))
        store.recover(NAME)
        assert_is_tidy(store)
        # A removal that had begun is completed, one that had not is forgotten.
        assert store.versions(NAME) in ((1, 2), before)
        assert publish(store) == 4

    kills = kill_everywhere(disk, prepare=prepare, action=lambda store: store.remove(NAME, 3), check=check)
    assert kills > 10


def test_killed_while_moving_channels(disk: Path) -> None:
    def prepare(store: Registry) -> None:
        publish(store)
        publish(store)

    def promote(store: Registry) -> None:
        store.set_channels(NAME, Channels(stable=2), action="promote", actor="ada")

    def check(store: Registry) -> None:
        assert_nothing_is_half_there(store)
        assert store.channels(NAME) in (Channels(stable=1, canary=2), Channels(stable=2))
        promote(store)
        assert_is_tidy(store)
        assert store.channels(NAME) == Channels(stable=2)

    assert kill_everywhere(disk, prepare=prepare, action=promote, check=check) >= 4


@pytest.mark.parametrize("first_kill", range(20, 44, 3))
def test_killed_again_while_cleaning_up(disk: Path, first_kill: int) -> None:
    def prepare(store: Registry) -> None:
        publish(store)
        killed_at(first_kill, publish, store)

    def check(store: Registry) -> None:
        assert_nothing_is_half_there(store)
        store.recover(NAME)
        assert_is_tidy(store)

    kill_everywhere(disk, prepare=prepare, action=lambda store: store.recover(NAME), check=check)


def test_a_living_process_keeps_its_staged_version_and_a_killed_one_loses_it(disk: Path) -> None:
    store = Registry(disk)
    building = disk / ".staging" / NAME / "1"

    def build() -> StagedVersion:
        staged = store.stage(NAME)
        fill(staged)
        return staged

    with living_child(build), store.stage(NAME) as second:
        assert second.version == 2
        assert (building / "model/saved_model.pb").is_file()
    with store.stage(NAME) as third:
        assert third.version == 1
        assert not (building / "model/saved_model.pb").exists()


def test_processes_publish_at_once(disk: Path) -> None:
    store = Registry(disk)
    waiting, start = os.pipe()

    def publish_when_told() -> None:
        os.close(start)
        os.read(waiting, 1)
        for _ in range(12):
            publish(store)

    children = [start_child(publish_when_told) for _ in range(6)]
    os.close(waiting)
    os.close(start)
    outcomes = [child.wait() for child in children]
    assert outcomes == [Outcome(killed=False, message=None)] * 6
    assert len(store.versions(NAME)) == 72
    assert len(store.channels(NAME).items()) == 2
    assert_is_tidy(store)
