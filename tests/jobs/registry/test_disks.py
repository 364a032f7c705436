"""Disks that refuse (full, limited, not permitted): each time a message, and nothing half-published."""

import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from detector.errors import StoreError
from detector.store import Channels
from jobs.registry import Registry
from tests.detector.store.example import fill, publish
from tests.detector.store.processes import run_in_child

NOBODY = 65534


@pytest.fixture
def store(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "store")


@pytest.fixture
def readable_by_all() -> Iterator[Path]:
    """A folder that another user may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


def make_full(path: Path) -> None:
    """Let the next write to `path` hit a real full disk: the kernel answers ENOSPC to writes to /dev/full."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("/dev/full")


def test_disk_full_before_anything_is_visible(store: Registry) -> None:
    make_full(store.root / ".staging/detector/..used_versions.json.tmp")
    with store.stage("detector") as staged:
        fill(staged)
        with pytest.raises(StoreError, match="the disk is full; free some space"):
            staged.publish()
    assert store.versions("detector") == ()
    assert not (store.root / "artifacts/detector/1").exists()
    assert publish(store) == 1


@pytest.mark.parametrize("path", [".models.config.tmp", "channels/.detector.json.tmp"])
def test_disk_full_while_the_channel_is_set(store: Registry, path: str) -> None:
    make_full(store.root / path)
    staged = store.stage("detector")
    fill(staged)
    with pytest.raises(
        StoreError, match=r"is in the store, but its channel could not be set: .* disk is full"
    ):
        staged.publish()
    assert store.versions("detector") == (1,)
    assert not store.channel_log_path("detector").with_name("detector.json").exists()
    # Space was freed meanwhile: the refused temporary file is gone.
    staged.discard()
    assert store.channels("detector") == Channels(stable=1)
    assert publish(store) == 2


def test_disk_full_while_the_move_is_logged(store: Registry) -> None:
    log = store.channel_log_path("detector")
    make_full(log)
    with store.stage("detector") as staged:
        fill(staged)
        with pytest.raises(StoreError, match="disk is full"):
            staged.publish()
        log.unlink()
    assert store.channels("detector") == Channels(stable=1)
    assert len(log.read_text().splitlines()) == 1


def test_an_error_that_lasts_does_not_hide_the_first_one(store: Registry) -> None:
    def train() -> None:
        with store.stage("detector") as staged:
            fill(staged)
            (store.root / "models").write_text("a file")
            raise ValueError("training failed")

    with pytest.raises(ValueError, match="training failed"):
        train()


def test_a_limit_on_file_sizes(store: Registry) -> None:
    staged = store.stage("detector")
    fill(staged)

    def publish_with_limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
        staged.publish()

    outcome = run_in_child(publish_with_limit)
    assert outcome.message is not None
    assert "larger than this disk or user may have" in outcome.message
    staged.discard()
    assert store.channels("detector") == Channels(stable=1)


def test_a_store_without_write_permission_is_read_but_not_written(readable_by_all: Path) -> None:
    store = Registry(readable_by_all / "store")
    publish(store)
    for path in (store.root, *store.root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)

    def use_as_another_user(action: str) -> str | None:
        def act() -> None:
            # Permissions do not stop root.
            if os.geteuid() == 0:
                os.setuid(NOBODY)
            assert store.versions("detector") == (1,)
            assert store.channels("detector") == Channels(stable=1)
            assert store.manifest("detector", 1).version == 1
            if action == "stage":
                store.stage("detector")
            else:
                store.remove("detector", 1)

        return run_in_child(act).message

    for action in ("stage", "remove"):
        message = use_as_another_user(action)
        assert message is not None
        assert "permission denied" in message
        assert str(store.root) in message


def test_folders_that_cannot_be_read_say_so(readable_by_all: Path) -> None:
    store = Registry(readable_by_all / "store")
    publish(store)
    (store.root / "models/detector").chmod(0o000)

    def list_as_another_user() -> None:
        if os.geteuid() == 0:
            os.setuid(NOBODY)
        store.versions("detector")

    outcome = run_in_child(list_as_another_user)
    assert outcome.message is not None
    assert outcome.message.startswith("Cannot read ")
    assert "permission denied" in outcome.message
