"""Going back: by the log, once for each time it is asked, and out of what is half done."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import NotFoundError, StoreError
from detector.store import Channels
from jobs.registry import Registry
from jobs.registry.history import LoggedMove, earlier_stables
from jobs.registry.record import ROLLBACK
from jobs.release.journal import ReleaseJournal
from jobs.release.promote import promote
from jobs.release.rollback import rollback
from services.serving.model_config import ServedModel
from tests.detector.store.example import publish as publish_example
from tests.jobs.registry.test_crashes import disk, kill_everywhere
from tests.jobs.release.making import NAME, publish

__all__ = ["disk"]


def moves(*journal: tuple[str, int | None, int | None]) -> list[LoggedMove]:
    return [LoggedMove("", "ada", action, "stable", old, new, {}) for action, old, new in journal]


def test_the_version_before_is_the_one_that_the_log_names() -> None:
    history = moves(("publish", None, 1), ("promote", 1, 2), ("promote", 2, 5))
    assert earlier_stables(history, 5) == [1, 2]
    assert earlier_stables(history[:1], 1) == []
    assert earlier_stables([], 3) == []


def test_twice_goes_back_twice() -> None:
    history = moves(("publish", None, 1), ("promote", 1, 2), ("promote", 2, 3), (ROLLBACK, 3, 2))
    assert earlier_stables(history, 2) == [1]
    again = [*history, *moves((ROLLBACK, 2, 1))]
    assert earlier_stables(again, 1) == []
    promoted = [*again, *moves(("promote", 1, 4))]
    assert earlier_stables(promoted, 4) == [1]


def test_lines_that_are_there_twice_or_move_nothing_change_nothing() -> None:
    history = moves(
        ("publish", None, 1),
        ("promote", 1, 2),
        ("promote", 1, 2),
        ("promote taken back", 2, 2),
        ("x", 2, None),
    )
    assert earlier_stables(history, 2) == [1]


def test_a_stable_version_that_the_log_does_not_know_has_all_of_it_behind_it() -> None:
    assert earlier_stables(moves(("publish", None, 1), ("promote", 1, 2)), 7) == [1, 2]


@given(st.lists(st.tuples(st.sampled_from(["promote", ROLLBACK]), st.integers(1, 4)), max_size=12))
def test_it_never_leads_to_where_one_is(journal: list[tuple[str, int]]) -> None:
    history, current = [], None
    for action, new in journal:
        history += moves((action, current, new))
        current = new
    assert current not in earlier_stables(history, current)


def test_stable_goes_back_and_the_canary_stays(store: Registry) -> None:
    promote(store, NAME)
    publish(store)
    assert store.channels(NAME) == Channels(2, 3)
    assert rollback(store, NAME).after == Channels(1, 3)
    with pytest.raises(NotFoundError, match="no earlier stable version"):
        rollback(store, NAME)


def test_a_canary_that_becomes_stable_again_is_no_canary(store: Registry) -> None:
    promote(store, NAME, 2)
    promote(store, NAME, 1, canary=True)
    assert rollback(store, NAME).after == Channels(1)


def test_versions_that_are_gone_are_passed_over(store: Registry) -> None:
    publish(store)
    promote(store, NAME, 2)
    promote(store, NAME, 3)
    ReleaseJournal(store, NAME).unload_previous()
    store.remove(NAME, 2)
    assert rollback(store, NAME).after == Channels(1)


def test_a_damaged_version_is_not_gone_back_to(store: Registry) -> None:
    promote(store, NAME)
    (store.artifacts_dir(NAME, 1) / "tflite" / "f32.tflite").write_bytes(b"damage")
    with pytest.raises(StoreError, match="has 6 bytes"):
        rollback(store, NAME)
    assert store.channels(NAME) == Channels(2)


def test_the_canary_is_taken_away(store: Registry) -> None:
    assert rollback(store, NAME, canary=True).after == Channels(1)
    with pytest.raises(NotFoundError, match="has no canary"):
        rollback(store, NAME, canary=True)


def test_what_was_begun_is_taken_back(store: Registry) -> None:
    ReleaseJournal(store, NAME).begin(Channels(2), action="promote", actor="ada@lab")
    ReleaseJournal(store, NAME).switch_labels()
    said: list[str] = []
    released = rollback(store, NAME, say=said.append)
    assert (released.before, released.after) == (Channels(2), Channels(1, 2))
    assert said[0].startswith("Taking back the release that ada@lab began")
    assert store.configured_models()[NAME] == ServedModel((1, 2), {"stable": 1, "canary": 2})


def test_a_rollback_that_was_killed_is_finished(store: Registry) -> None:
    promote(store, NAME)
    ReleaseJournal(store, NAME).begin(Channels(1), action=ROLLBACK)
    released = rollback(store, NAME)
    assert (released.after, released.resumed) == (Channels(1), True)


def test_killed_at_any_step_the_same_again_goes_back_once(disk: Path) -> None:
    ended = []

    def prepare(store: Registry) -> None:
        for version in range(1, 4):
            publish_example(store)
            store.set_channels(NAME, Channels(version), action="promote")

    def check(store: Registry) -> None:
        ended.append(
            store.channels(NAME) == Channels(2) and ReleaseJournal(store, NAME).in_progress() is None
        )
        if not ended[-1]:
            rollback(store, NAME)
        assert store.channels(NAME) == Channels(2)

    kills = kill_everywhere(disk, prepare=prepare, action=lambda store: rollback(store, NAME), check=check)
    assert kills > 20
    assert ended == [False] * kills + [True], "killed where the same again goes back twice"


def test_with_tensorflow_serving_down_it_is_told_to_let_go_at_once(store: Registry) -> None:
    promote(store, NAME)
    assert rollback(store, NAME, serving_is_down=True).after == Channels(1)
    assert store.configured_models()[NAME] == ServedModel((1,), {"stable": 1})


@pytest.mark.parametrize("phase", ["loading", "committed"])
def test_it_is_told_so_as_well_where_the_rollback_was_killed(store: Registry, phase: str) -> None:
    promote(store, NAME)
    ReleaseJournal(store, NAME).begin(Channels(1), action=ROLLBACK, serving=("127.0.0.1:1",))
    record = store.root / ".staging" / NAME / ".release.json"
    record.write_text(record.read_text().replace('"phase": "loading"', f'"phase": "{phase}"'))
    released = rollback(store, NAME, serving_is_down=True)
    assert (released.before, released.after, released.resumed) == (Channels(2), Channels(1), True)
    assert store.configured_models()[NAME] == ServedModel((1,), {"stable": 1})


def test_a_slip_in_the_models_name_is_told_and_leaves_nothing_behind(store: Registry) -> None:
    with pytest.raises(NotFoundError, match=f"no version of 'typo' in .*; models there: {NAME}"):
        rollback(store, "typo")
    assert not (store.root / ".staging" / "typo").exists()
