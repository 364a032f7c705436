"""Pruning: the oldest go, what anything points to stays, numbers are not used again."""

import pytest

from detector.errors import InvalidRequestError
from detector.store import Channels
from jobs.registry import Registry
from jobs.release.journal import ReleaseJournal
from jobs.release.promote import promote
from jobs.release.prune import disk_bytes, prune
from tests.jobs.release.making import NAME, publish


def test_the_oldest_go_and_what_is_pointed_to_stays(store: Registry) -> None:
    for _ in range(4):
        publish(store)
    promote(store, NAME, 3)
    promote(store, NAME, 4)
    pruned = prune(store, NAME, keep=1)
    assert pruned.deleted == (1, 2, 5)
    assert pruned.kept == {3: "in models.config", 4: "stable", 6: "one of the newest 1"}
    assert store.versions(NAME) == (3, 4, 6)
    for room in ("models", "artifacts", "eval"):
        assert not (store.root / room / NAME / "2").exists()


def test_what_it_frees_is_said_before_and_after(store: Registry) -> None:
    third = publish(store)
    publish(store)
    size_bytes = disk_bytes(store, NAME, third)
    assert size_bytes > 10_000
    would = prune(store, NAME, keep=1, dry_run=True)
    assert (would.deleted, would.freed_bytes) == ((3,), size_bytes)
    assert store.versions(NAME) == (1, 2, 3, 4)
    assert prune(store, NAME, keep=1).freed_bytes == size_bytes
    assert prune(store, NAME, keep=1).deleted == ()


def test_the_highest_number_is_not_used_again(store: Registry) -> None:
    publish(store)
    assert prune(store, NAME, keep=0).deleted == (3,)
    assert publish(store) == 4


def test_versions_of_an_unfinished_release_stay(store: Registry) -> None:
    publish(store)
    ReleaseJournal(store, NAME).begin(Channels(3), action="promote")
    assert prune(store, NAME, keep=0).deleted == ()


def test_a_version_that_somebody_wrote_into_models_config_stays(store: Registry) -> None:
    publish(store)
    config = store.root / "models.config"
    config.write_text(config.read_text().replace("versions: 2", "versions: 2 versions: 3"))
    pruned = prune(store, NAME, keep=0)
    assert (pruned.deleted, pruned.kept[3]) == ((), "in models.config")


def test_more_than_there_are_and_less_than_none(store: Registry) -> None:
    assert prune(store, NAME, keep=100).deleted == ()
    assert prune(store, "other", keep=1).deleted == ()
    with pytest.raises(InvalidRequestError, match="keep at least 0"):
        prune(store, NAME, keep=-1)
