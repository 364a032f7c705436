"""What `list` shows: versions whole and broken, channels, the log, what is unfinished."""

import json

from detector.store import Channels
from jobs.registry import Registry
from jobs.release.journal import ReleaseJournal
from jobs.release.listing import list_versions
from jobs.release.promote import promote
from tests.jobs.release.making import NAME, Making, publish


def test_versions_with_their_numbers_and_what_points_to_them(store: Registry) -> None:
    publish(store, Making(kinds=("tflite_f32", "tflite_int8")))
    promote(store, NAME)
    listing = list_versions(store, NAME)
    assert [(row.version, row.channels, row.is_configured) for row in listing.versions] == [
        (1, (), True),
        (2, ("stable",), True),
        (3, (), False),
    ]
    third = listing.versions[-1]
    assert (third.ap50, third.false_positives_per_empty_photo, third.problem) == (0.9, 0.0, None)
    assert set(third.kinds) == {"saved_model", "tflite_f32", "tflite_int8"}
    assert third.size_bytes > sum(third.kinds.values())
    assert third.created is not None
    assert third.created.startswith("2025-06-15T")


def test_what_is_broken_on_disk_is_named(store: Registry) -> None:
    for _ in range(4):
        publish(store)
    (store.artifacts_dir(NAME, 2) / "tflite" / "f32.tflite").unlink()
    (store.model_dir(NAME, 3) / "saved_model.pb").write_bytes(b"short")
    (store.artifacts_dir(NAME, 4) / "manifest.json").unlink()
    (store.artifacts_dir(NAME, 5) / "manifest.json").write_text("no manifest")
    (store.model_dir(NAME, 6)).rename(store.root / "models" / NAME / "elsewhere")
    problems = {row.version: row.problem for row in list_versions(store, NAME).versions}
    assert problems[1] is None
    assert problems[2] == "tflite/f32.tflite is missing"
    assert problems[3] == "saved_model.pb has another size than the manifest says"
    assert problems[4] == "its manifest is missing"
    assert problems[5] is not None
    assert "is not JSON" in problems[5]
    assert problems[6] == "its SavedModel is missing"


def test_the_latest_moves_and_an_unfinished_release(store: Registry) -> None:
    ReleaseJournal(store, NAME).begin(
        Channels(2), action="promote", actor="ada@lab", serving=("serving:8500",)
    )
    listing = list_versions(store, NAME, moves=1)
    assert [(move.action, move.channel, move.new) for move in listing.moves] == [("publish", "canary", 2)]
    fields = json.loads(json.dumps(listing.to_json(), allow_nan=False))
    assert fields["unfinished"]["by"] == "ada@lab"
    assert fields["unfinished"]["serving"] == ["serving:8500"]
    assert fields["unfinished"]["moves"][0] == {"channel": "stable", "from": 1, "to": 2}
    assert list_versions(store, NAME, moves=0).moves == ()


def test_a_damaged_log_is_read_as_far_as_it_can_be(store: Registry) -> None:
    log = store.channel_log_path(NAME)
    log.write_bytes(
        b'{"channel": 1}\n[]\n\xff\n{"channel": "stable", "from": "x", "to": 2}\n'
        + log.read_bytes()
        + b'{"torn'
    )
    assert len(list_versions(store, NAME).moves) == 2


def test_a_model_that_is_not_there_is_empty(store: Registry) -> None:
    listing = list_versions(store, "other")
    assert (listing.versions, listing.moves, listing.unfinished) == ((), (), None)
    assert not (store.root / ".staging" / "other").exists()
