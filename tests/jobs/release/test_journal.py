"""The journal of a release: what TensorFlow Serving is told at each one, and that none can be lost half-way."""

import json
from pathlib import Path
from typing import Any

import pytest

from detector.errors import NotFoundError, StoreError
from detector.store import Channels
from jobs.registry import Registry
from jobs.release.journal import ReleaseJournal
from services.serving.model_config import ServedModel
from tests.detector.store.example import publish
from tests.jobs.registry.test_crashes import NAME, assert_nothing_is_half_there, disk, kill_everywhere
from tests.jobs.registry.test_disks import make_full

__all__ = ["disk"]

AFTER = Channels(stable=2)


@pytest.fixture
def store(tmp_path: Path) -> Registry:
    store = Registry(tmp_path / "store")
    prepare(store)
    return store


def prepare(store: Registry) -> None:
    """Version 1 is stable, 2 is canary, 3 is nothing."""
    for _ in range(3):
        publish(store)


def served(store: Registry) -> ServedModel:
    """What models.config says, which must be what it would be rewritten to."""
    models = store.configured_models()
    assert models == store.served_models()
    return models[NAME]


def logged(store: Registry) -> list[dict[str, Any]]:
    return [json.loads(line) for line in store.channel_log_path(NAME).read_text().splitlines()]


def test_versions_are_loaded_before_labels_move_and_labels_before_channels(store: Registry) -> None:
    journal = ReleaseJournal(store, NAME)
    journal.begin(Channels(stable=3, canary=2), action="promote")
    assert served(store) == ServedModel((1, 2, 3), {"stable": 1, "canary": 2})
    journal.switch_labels()
    assert served(store) == ServedModel((1, 2, 3), {"stable": 3, "canary": 2})
    assert store.channels(NAME) == Channels(1, 2)
    journal.commit()
    assert store.channels(NAME) == Channels(3, 2)
    assert journal.in_progress() is None


def test_what_a_channel_pointed_to_before_stays_loaded_until_it_moves_again(store: Registry) -> None:
    ReleaseJournal(store, NAME).begin(AFTER, action="promote")
    ReleaseJournal(store, NAME).commit()
    assert served(store) == ServedModel((1, 2), {"stable": 2})
    publish(store)
    assert served(store) == ServedModel((1, 2, 4), {"stable": 2, "canary": 4})
    ReleaseJournal(store, NAME).begin(Channels(stable=4), action="promote")
    ReleaseJournal(store, NAME).commit()
    assert served(store) == ServedModel((2, 4), {"stable": 4})


def test_what_a_channel_pointed_to_before_can_be_let_go(store: Registry) -> None:
    ReleaseJournal(store, NAME).begin(AFTER, action="promote")
    ReleaseJournal(store, NAME).unload_previous()
    assert served(store) == ServedModel((1, 2), {"stable": 1, "canary": 2})
    ReleaseJournal(store, NAME).commit()
    ReleaseJournal(store, NAME).unload_previous()
    assert served(store) == ServedModel((2,), {"stable": 2})
    store.remove(NAME, 1)


def test_what_is_stable_stays_also_where_nobody_could_load_it(store: Registry) -> None:
    broken = frozenset({1, 2, 3})
    journal = ReleaseJournal(store, NAME)
    journal.begin(Channels(3, 2), action="promote", broken=broken)
    assert served(store) == ServedModel((1, 3), {"stable": 1})
    journal.switch_labels(broken=broken)
    assert served(store) == ServedModel((1, 3), {"stable": 3})


def test_a_release_taken_back_leaves_everything_as_it_was(store: Registry) -> None:
    before = served(store)
    journal = ReleaseJournal(store, NAME)
    journal.begin(Channels(stable=3), action="promote")
    journal.switch_labels()
    journal.abort(reason="it did not load")
    assert (served(store), store.channels(NAME), journal.in_progress()) == (before, Channels(1, 2), None)
    stable = logged(store)[-2]
    assert (stable["action"], stable["from"], stable["to"], stable["wanted"], stable["reason"]) == (
        "promote taken back", 1, 1, 3, "it did not load",
    )  # fmt: skip
    journal.begin(Channels(stable=3), action="promote")


def test_the_log_holds_what_the_release_has_to_say(store: Registry) -> None:
    record = ReleaseJournal(store, NAME).begin(
        AFTER, action="promote", actor="ada@lab", details={"forced": True}
    )
    ReleaseJournal(store, NAME).commit()
    moves = logged(store)[-2:]
    assert [(move["channel"], move["from"], move["to"]) for move in moves] == [
        ("stable", 1, 2),
        ("canary", 2, None),
    ]
    for move in moves:
        assert (move["by"], move["forced"], move["release"]) == ("ada@lab", True, record.release)


def test_a_release_that_was_all_but_taken_back_and_is_finished_is_logged(store: Registry) -> None:
    journal = ReleaseJournal(store, NAME)
    journal.begin(AFTER, action="promote")
    record = store.root / ".staging" / NAME / ".release.json"
    begun = record.read_bytes()
    journal.abort(reason="test")
    # Killed before the record went, after the log was written.
    record.write_bytes(begun)
    journal.commit()
    moves = [(move["channel"], move["from"], move["to"]) for move in logged(store)[-2:]]
    assert moves == [("stable", 1, 2), ("canary", 2, None)]


def test_a_training_that_publishes_meanwhile_disturbs_nothing(store: Registry) -> None:
    journal = ReleaseJournal(store, NAME)
    journal.begin(AFTER, action="promote")
    journal.switch_labels()
    publish(store)
    assert served(store).labels["stable"] == 2
    store.set_channels(NAME, Channels(1, 4), action="test")
    journal.commit()
    # The canary has moved under the release's feet; what the release says holds for the channels it moves.
    assert store.channels(NAME) == AFTER


def test_a_release_begins_only_where_it_can_end(store: Registry) -> None:
    journal = ReleaseJournal(store, NAME)
    with pytest.raises(NotFoundError, match="no version 9"):
        journal.begin(Channels(stable=9), action="promote")
    with pytest.raises(StoreError, match="that way already"):
        journal.begin(Channels(1, 2), action="promote")
    with pytest.raises(StoreError, match="No release of 'detector' is under way"):
        journal.commit()
    journal.begin(AFTER, action="promote", actor="ada@lab")
    with pytest.raises(StoreError, match="is under way, begun by ada@lab"):
        journal.begin(Channels(stable=3), action="promote")


def test_what_is_loaded_is_not_removed(store: Registry) -> None:
    ReleaseJournal(store, NAME).begin(AFTER, action="promote")
    ReleaseJournal(store, NAME).commit()
    with pytest.raises(StoreError, match=r"Version 1 of 'detector' is in models\.config"):
        store.remove(NAME, 1)
    store.remove(NAME, 3)
    config = store.root / "models.config"
    config.write_text(config.read_text().replace("versions: 1\n", ""))
    with pytest.raises(StoreError, match=r"models\.config"):
        store.remove(NAME, 1)


def test_versions_that_somebody_wrote_into_the_configuration_are_not_removed(store: Registry) -> None:
    config = store.root / "models.config"
    config.write_text(
        f"model_config_list: {{config: {{name: '{NAME}', model_version_policy: {{specific: "
        "{versions: [1, 3]}}, logging_config {}}}"
    )
    with pytest.raises(StoreError, match=r"models\.config"):
        store.remove(NAME, 3)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"phase": "x"}', "[" * 100_000])
def test_a_record_that_cannot_be_read_names_itself(store: Registry, content: str) -> None:
    (store.root / ".staging" / NAME / ".release.json").write_text(content)
    with pytest.raises(StoreError, match=r"\.release\.json is not the record of a release"):
        ReleaseJournal(store, NAME).in_progress()


@pytest.mark.parametrize(
    "path",
    [
        f".staging/{NAME}/..release.json.tmp",
        ".models.config.tmp",
        f"channels/.{NAME}.json.tmp",
    ],
)
def test_a_disk_that_is_full_stops_a_release_where_it_can_go_on(store: Registry, path: str) -> None:
    ReleaseJournal(store, NAME).begin(AFTER, action="promote")
    make_full(store.root / path)
    with pytest.raises(StoreError, match="the disk is full"):
        release(store)
    assert store.channels(NAME) == Channels(1, 2)
    # The refused temporary file is gone, as when space was freed.
    release(store)
    assert (store.channels(NAME), served(store)) == (AFTER, ServedModel((1, 2), {"stable": 2}))


def release(store: Registry) -> None:
    """Do what a release does, from wherever an earlier one was killed."""
    journal = ReleaseJournal(store, NAME)
    store.recover(NAME)
    if store.channels(NAME) == AFTER:
        return
    if (record := journal.in_progress()) is None:
        record = journal.begin(AFTER, action="promote", actor="ada@lab")
    if record.phase == "loading":
        journal.switch_labels()
    journal.commit()


def test_killed_at_any_step_the_same_again_finishes(disk: Path) -> None:
    def check(store: Registry) -> None:
        assert_nothing_is_half_there(store)
        assert store.channels(NAME) in (Channels(1, 2), AFTER)
        model = store.configured_models()[NAME]
        assert set(model.labels.values()) <= set(model.versions) <= set(store.versions(NAME))
        release(store)
        assert store.channels(NAME) == AFTER
        assert served(store) == ServedModel((1, 2), {"stable": 2})
        moves = [(move["channel"], move["from"], move["to"]) for move in logged(store)[2:]]
        assert moves == [("stable", 1, 2), ("canary", 2, None)]

    assert kill_everywhere(disk, prepare=prepare, action=release, check=check) > 20


def test_killed_at_any_step_it_can_be_taken_back(disk: Path) -> None:
    def take_back(store: Registry) -> None:
        ReleaseJournal(store, NAME).abort(reason="test")

    def begun(store: Registry) -> None:
        prepare(store)
        ReleaseJournal(store, NAME).begin(AFTER, action="promote")
        ReleaseJournal(store, NAME).switch_labels()

    def check(store: Registry) -> None:
        if ReleaseJournal(store, NAME).in_progress() is not None:
            take_back(store)
        assert store.channels(NAME) == Channels(1, 2)
        assert served(store) == ServedModel((1, 2), {"stable": 1, "canary": 2})
        assert logged(store)[-1]["action"] == "promote taken back"

    assert kill_everywhere(disk, prepare=begun, action=take_back, check=check) > 4


def test_a_release_once_committed_is_finished_by_whoever_writes_next(disk: Path) -> None:
    def prepared(store: Registry) -> None:
        prepare(store)
        ReleaseJournal(store, NAME).begin(AFTER, action="promote")

    def commit(store: Registry) -> None:
        ReleaseJournal(store, NAME).commit()

    def check(store: Registry) -> None:
        under_way = ReleaseJournal(store, NAME).in_progress()
        store.recover(NAME)
        if under_way is None or under_way.phase == "committed":
            assert store.channels(NAME) == AFTER
            assert ReleaseJournal(store, NAME).in_progress() is None
        else:
            assert store.channels(NAME) == Channels(1, 2)

    assert kill_everywhere(disk, prepare=prepared, action=commit, check=check) > 8
