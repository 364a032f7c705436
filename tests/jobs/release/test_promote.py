"""Promotion without TensorFlow Serving: what moves, what is refused, what the log keeps, who finishes what."""

import json
from typing import Any

import pytest

from detector.errors import InvalidRequestError, NotFoundError, ReleaseBusyError, ReleaseRefusedError
from detector.store import Channels
from jobs.registry import Registry
from jobs.release.gate.gate import AP50
from jobs.release.journal import ReleaseJournal
from jobs.release.lock import releasing
from jobs.release.promote import Force, promote
from jobs.release.rollback import rollback
from tests.detector.store.processes import living_child
from tests.jobs.release.making import NAME, Making, publish


def logged(store: Registry) -> list[dict[str, Any]]:
    return [json.loads(line) for line in store.channel_log_path(NAME).read_text().splitlines()]


def test_the_canary_is_promoted_by_default_and_is_none_any_more(store: Registry) -> None:
    released = promote(store, NAME)
    assert (released.before, released.after) == (Channels(1, 2), Channels(2))
    assert store.channels(NAME) == Channels(2)


def test_without_a_canary_it_is_the_newest_above_stable(store: Registry) -> None:
    rollback(store, NAME, canary=True)
    assert store.channels(NAME) == Channels(1)
    publish(store)
    rollback(store, NAME, canary=True)
    assert promote(store, NAME).after == Channels(3)
    with pytest.raises(NotFoundError, match="Nothing to promote: version 3 of 'detector' is stable"):
        promote(store, NAME)


def test_what_was_taken_back_is_promoted_only_by_name(store: Registry) -> None:
    promote(store, NAME)
    newest = publish(store)
    promote(store, NAME)
    rollback(store, NAME)
    with pytest.raises(NotFoundError, match=f"taken back.*promote {newest}`"):
        promote(store, NAME)
    assert promote(store, NAME, newest).after.stable == newest


def test_a_version_can_be_named_and_a_newer_canary_stays(store: Registry) -> None:
    publish(store)
    promote(store, NAME, 3, canary=True)
    assert promote(store, NAME, 2).after == Channels(2, 3)
    assert promote(store, NAME, 1).after == Channels(1, 3)
    assert promote(store, NAME, 3).after == Channels(3)


def test_an_older_canary_goes_when_something_newer_becomes_stable(store: Registry) -> None:
    publish(store)
    assert promote(store, NAME, 3).after == Channels(3)


def test_what_is_stable_already_is_left_alone(store: Registry) -> None:
    released = promote(store, NAME, 1)
    assert released.before == released.after == Channels(1, 2)
    assert len(logged(store)) == 2


def test_a_version_that_fails_the_gate_moves_nothing(store: Registry) -> None:
    worse = publish(store, Making(score_scale=-1.0))
    with pytest.raises(
        ReleaseRefusedError, match=r"did not pass the gate \(AP50\); nothing was changed"
    ) as refusal:
        promote(store, NAME, worse)
    assert refusal.value.exit_code == 8
    assert store.channels(NAME) == Channels(1, 2)
    assert ReleaseJournal(store, NAME).in_progress() is None


def test_force_overrules_the_gate_and_the_log_keeps_it(store: Registry) -> None:
    worse = publish(store, Making(score_scale=-1.0))
    promote(store, NAME, worse, force=Force("the photos are labelled wrong"))
    move = logged(store)[-2]
    assert (move["action"], move["channel"], move["from"], move["to"]) == ("promote", "stable", 1, worse)
    assert (move["forced"], move["reason"]) == (True, "the photos are labelled wrong")
    assert move["gate"]["failed"] == [AP50]


def test_the_log_keeps_the_gates_numbers_and_force_that_was_not_needed_is_none(store: Registry) -> None:
    promote(store, NAME, force=Force(None))
    move = logged(store)[-1]
    assert (move["forced"], move["gate"]["passed"], move["gate"][AP50]["photos"]) == (False, True, 20)


def test_damage_cannot_be_forced(store: Registry) -> None:
    publish(store)
    (store.artifacts_dir(NAME, 3) / "tflite" / "f32.tflite").write_bytes(b"damage")
    with pytest.raises(ReleaseRefusedError, match="cannot be released, whatever the options"):
        promote(store, NAME, 3, force=Force("now"))
    with pytest.raises(ReleaseRefusedError, match="cannot be released, whatever the options"):
        promote(store, NAME, 3, canary=True)


def test_a_canary_may_be_worse_but_not_stable_itself(store: Registry) -> None:
    worse = publish(store, Making(score_scale=-1.0))
    assert promote(store, NAME, worse, canary=True).after == Channels(1, worse)
    assert logged(store)[-1]["gate"]["passed"] is False
    with pytest.raises(InvalidRequestError, match="Version 1 is stable"):
        promote(store, NAME, 1, canary=True)


def test_the_first_stable_version_has_nothing_to_be_compared_with(store: Registry) -> None:
    store.set_channels(NAME, Channels(), action="test")
    with pytest.raises(InvalidRequestError, match="no stable version"):
        promote(store, NAME, 1, canary=True)
    assert promote(store, NAME, 1).after == Channels(1)


def test_models_and_versions_that_are_not_there(store: Registry) -> None:
    with pytest.raises(NotFoundError, match="no version 9"):
        promote(store, NAME, 9)
    with pytest.raises(NotFoundError, match="There is no version of 'other'"):
        promote(store, "other")


def test_who_is_releasing_is_told_to_those_who_have_to_wait(store: Registry) -> None:
    def hold() -> object:
        lock = releasing(store, NAME, doing="promote 2")
        lock.__enter__()
        return lock

    with living_child(hold):
        with pytest.raises(ReleaseBusyError, match=r"promote 2, by \S+@\S+, process \d+, since 20") as busy:
            promote(store, NAME)
        assert busy.value.exit_code == 11
        with pytest.raises(ReleaseBusyError):
            rollback(store, NAME)
    assert promote(store, NAME).after == Channels(2)


def begun(store: Registry, after: Channels) -> None:
    """A release whose process was killed after it had begun."""
    ReleaseJournal(store, NAME).begin(after, action="promote", actor="ada@lab")


def test_the_same_command_finishes_what_was_begun(store: Registry) -> None:
    begun(store, Channels(2))
    said: list[str] = []
    released = promote(store, NAME, 2, say=said.append)
    assert (released.before, released.after, released.resumed) == (Channels(1, 2), Channels(2), True)
    assert said[0].startswith("Finishing the release that ada@lab began at ")
    assert ReleaseJournal(store, NAME).in_progress() is None


def test_another_command_is_told_of_what_was_begun(store: Registry) -> None:
    publish(store)
    begun(store, Channels(2))
    with pytest.raises(
        InvalidRequestError, match=r"begun by ada@lab .* unfinished \(promote: stable from 1 to 2"
    ):
        promote(store, NAME, 3)
    with pytest.raises(InvalidRequestError, match="is unfinished"):
        promote(store, NAME, 2, canary=True)
    assert rollback(store, NAME).after == Channels(1, 2)
    assert promote(store, NAME, 3).after == Channels(3)


def test_a_release_that_was_committed_is_finished_without_asking(store: Registry) -> None:
    begun(store, Channels(2))
    record = store.root / ".staging" / NAME / ".release.json"
    record.write_text(record.read_text().replace('"phase": "loading"', '"phase": "committed"'))
    released = promote(store, NAME)
    assert (released.after, released.resumed) == (Channels(2), True)
