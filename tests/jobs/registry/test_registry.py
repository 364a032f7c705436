"""The store as its users see it: versions, channels, publishing, removing."""

import json
import stat
import threading
from pathlib import Path

import pytest
from google.protobuf import json_format

from detector.errors import InvalidRequestError, NotFoundError, StoreError
from detector.manifest import read_manifest, write_manifest
from detector.store import Channels
from jobs.registry import Registry
from services.serving.model_config import ServedModel
from tests.detector.store.example import fill, publish


@pytest.fixture
def store(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "store")


def staging_folders(store: Registry, name: str = "detector") -> list[str]:
    folder = store.root / ".staging" / name
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []


def test_a_store_that_is_not_there_is_empty_and_stays_away(store: Registry) -> None:
    assert store.versions("detector") == ()
    assert store.names() == ()
    assert store.channels("detector") == Channels()
    assert store.served_models() == {}
    assert not store.root.exists()


def test_a_published_version_lies_where_the_design_says(store: Registry) -> None:
    assert publish(store) == 1
    assert store.versions("detector") == (1,)
    assert store.names() == ("detector",)
    for path in (
        "models/detector/1/saved_model.pb",
        "models/detector/1/variables/variables.index",
        "artifacts/detector/1/manifest.json",
        "artifacts/detector/1/labels.txt",
        "artifacts/detector/1/tflite/f32.tflite",
        "eval/detector/1/photo.jpg",
        "channels/detector.json",
        "channels/detector.log.jsonl",
        "models.config",
    ):
        assert (store.root / path).is_file(), path
    assert store.manifest("detector", 1).version == 1
    assert store.splits_path("detector") == store.root / "splits" / "detector.json"
    assert staging_folders(store) == []


def test_a_version_being_built_is_not_visible(store: Registry) -> None:
    with store.stage("detector") as staged:
        fill(staged)
        assert store.versions("detector") == ()
        assert not (store.root / "models").exists()
        staged.publish()
    assert store.versions("detector") == (1,)


def test_the_first_version_becomes_stable_the_second_canary_and_the_third_nothing(store: Registry) -> None:
    publish(store)
    assert store.channels("detector") == Channels(stable=1)
    publish(store)
    publish(store)
    assert store.channels("detector") == Channels(stable=1, canary=2)
    assert store.versions("detector") == (1, 2, 3)
    assert json.loads((store.root / "channels/detector.json").read_text()) == {"stable": 1, "canary": 2}


def test_an_only_version_is_stable_until_a_channel_file_says_otherwise(store: Registry) -> None:
    publish(store)
    (store.root / "channels/detector.json").unlink()
    assert store.channels("detector") == Channels(stable=1)
    publish(store)
    (store.root / "channels/detector.json").unlink()
    assert store.channels("detector") == Channels()
    store.set_channels("detector", Channels(), action="stop")
    store.remove("detector", 2)
    assert store.channels("detector") == Channels()


def test_every_move_of_a_channel_is_logged(store: Registry) -> None:
    publish(store)
    publish(store)
    store.set_channels("detector", Channels(stable=2), action="promote", actor="ada@lab")
    lines = [json.loads(line) for line in store.channel_log_path("detector").read_text().splitlines()]
    assert [(line["action"], line["channel"], line["from"], line["to"]) for line in lines] == [
        ("publish", "stable", None, 1),
        ("publish", "canary", None, 2),
        ("promote", "stable", 1, 2),
        ("promote", "canary", 2, None),
    ]
    assert lines[-1]["by"] == "ada@lab"
    assert "@" in lines[0]["by"]
    assert lines[0]["time"].endswith("+00:00")


def test_an_error_while_building_leaves_nothing(store: Registry) -> None:
    def fail() -> None:
        with store.stage("detector") as staged:
            fill(staged)
            raise ValueError("training failed")

    with pytest.raises(ValueError, match="training failed"):
        fail()
    assert staging_folders(store) == []
    assert publish(store) == 1


def test_discarding_and_publishing_twice(store: Registry) -> None:
    staged = store.stage("detector")
    fill(staged)
    staged.publish()
    staged.discard()
    with pytest.raises(StoreError, match="published or discarded before"):
        staged.publish()
    assert store.versions("detector") == (1,)


def test_versions_staged_at_once_get_different_numbers(store: Registry) -> None:
    with store.stage("detector") as first, store.stage("detector") as second:
        assert (first.version, second.version) == (1, 2)
        fill(second)
        second.publish()
        fill(first)
        first.publish()
    assert store.versions("detector") == (1, 2)
    assert store.channels("detector") == Channels(stable=2, canary=1)


def test_threads_stage_and_publish_at_once(store: Registry) -> None:
    published: list[int] = []
    threads = [threading.Thread(target=lambda: published.append(publish(store))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(published) == list(store.versions("detector"))
    assert len(published) == 6


def test_a_number_is_not_used_again_after_its_version_was_removed(store: Registry) -> None:
    publish(store)
    publish(store)
    publish(store)
    store.remove("detector", 3)
    assert store.versions("detector") == (1, 2)
    assert not (store.root / "artifacts/detector/3").exists()
    assert not (store.root / "eval/detector/3").exists()
    assert publish(store) == 4
    with pytest.raises(StoreError, match="Version 3 of 'detector' was used before"):
        store.stage("detector", 3)


def test_a_version_can_be_asked_for_when_it_is_free(store: Registry) -> None:
    with store.stage("detector", 7) as staged:
        fill(staged)
        assert staged.publish() == 7
    assert publish(store) == 8


@pytest.mark.parametrize("version", [0, -1, 2**31])
def test_a_version_that_cannot_be_a_version_is_refused(store: Registry, version: int) -> None:
    with pytest.raises(StoreError, match="take another number"):
        store.stage("detector", version)


def test_a_version_that_a_channel_points_to_is_not_removed(store: Registry) -> None:
    publish(store)
    with pytest.raises(StoreError, match="is stable: point stable elsewhere first"):
        store.remove("detector", 1)
    assert store.versions("detector") == (1,)


def test_versions_that_are_not_there(store: Registry) -> None:
    publish(store)
    with pytest.raises(NotFoundError, match=r"no version 9 of 'detector' in .*; versions there: 1"):
        store.manifest("detector", 9)
    with pytest.raises(NotFoundError):
        store.remove("detector", 9)
    with pytest.raises(NotFoundError):
        store.set_channels("detector", Channels(stable=9), action="promote")
    with pytest.raises(NotFoundError, match="no channel 'canary'; channels with a version: stable"):
        store.channels("detector").version("canary")
    assert store.channels("detector").version("stable") == 1


def test_junk_in_the_folders_is_ignored(store: Registry) -> None:
    publish(store)
    for junk in ("007", "tmp", ".DS_Store", "2", "-3", "1.5", "٣", "9" * 200, "99999999999"):
        (store.root / "models/detector" / junk).mkdir()
    (store.root / "models/detector/4").write_text("a file")
    (store.root / "artifacts/detector/3").mkdir()
    (store.root / "models/.DS_Store").mkdir()
    assert store.versions("detector") == (1,)
    assert store.names() == ("detector",)
    assert publish(store) == 5


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", ".staging", "-a", "a b", "a\n", "ä", "x" * 64, "a\0"]
)
def test_names_that_are_no_model_names_are_refused(store: Registry, name: str) -> None:
    with pytest.raises(InvalidRequestError, match="is not a model name"):
        store.versions(name)
    with pytest.raises(InvalidRequestError, match="is not a model name"):
        store.stage(name)


def test_models_do_not_mix(store: Registry) -> None:
    publish(store, "a-1")
    publish(store, "a")
    publish(store, "a-1")
    assert store.names() == ("a", "a-1")
    assert store.versions("a-1") == (1, 2)
    assert store.served_models() == {
        "a": ServedModel((1,), {"stable": 1}),
        "a-1": ServedModel((1, 2), {"stable": 1, "canary": 2}),
    }


def test_publishing_checks_files_against_the_manifest(store: Registry) -> None:
    with store.stage("detector") as staged:
        fill(staged)
        (staged.artifacts / "tflite/f32.tflite").write_bytes(b"other")
        with pytest.raises(StoreError, match=r"tflite/f32\.tflite has 5 bytes instead of 6"):
            staged.publish()
    assert store.versions("detector") == ()


def test_publishing_needs_a_manifest_of_this_version(store: Registry) -> None:
    with store.stage("detector") as staged:
        with pytest.raises(StoreError, match=r"manifest\.json"):
            staged.publish()
        fill(staged)
        manifest = read_manifest(staged.artifacts / "manifest.json")
        manifest.version = 2
        write_manifest(staged.artifacts / "manifest.json", manifest)
        with pytest.raises(StoreError, match="version 2, the folder of 'detector' version 1"):
            staged.publish()


def test_a_version_holds_no_links(store: Registry, tmp_path: Path) -> None:
    with store.stage("detector") as staged:
        fill(staged)
        (staged.eval / "link").symlink_to(tmp_path)
        with pytest.raises(StoreError, match="link or a special file"):
            staged.publish()
    assert store.versions("detector") == ()


def test_an_existing_version_is_never_replaced(store: Registry) -> None:
    with store.stage("detector") as staged:
        fill(staged)
        foreign = store.root / "models/detector/1"
        foreign.mkdir(parents=True)
        with pytest.raises(StoreError, match="never changed once visible"):
            staged.publish()
    assert foreign.is_dir()
    assert publish(store) == 2


def test_other_users_can_read_what_was_published(store: Registry) -> None:
    publish(store)
    for path in store.root.rglob("*"):
        if ".staging" not in path.parts:
            assert path.stat().st_mode & stat.S_IRGRP, path


def test_a_broken_channel_file_names_itself(store: Registry) -> None:
    publish(store)
    for content in ("", "[]", '{"stable": "1"}', '{"stable": true}', '{"stable": 0}', "[" * 100_000):
        (store.root / "channels/detector.json").write_text(content)
        with pytest.raises(StoreError, match=r"channels/detector\.json"):
            store.channels("detector")
    with store.stage("detector") as staged:
        fill(staged)
        with pytest.raises(StoreError, match=r"channels/detector\.json"):
            staged.publish()
    assert store.versions("detector") == (1,)


def test_unknown_channels_in_the_file_are_ignored(store: Registry) -> None:
    publish(store)
    (store.root / "channels/detector.json").write_text('{"stable": 1, "canary": null, "beta": "x"}')
    assert store.channels("detector") == Channels(stable=1)


def test_a_store_that_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")
    store = Registry(tmp_path / "store")
    for use in (lambda: store.versions("detector"), lambda: store.channels("detector")):
        with pytest.raises(StoreError, match="a file is where a folder is needed"):
            use()
    with pytest.raises(StoreError, match="a file is where a folder is needed"):
        store.stage("detector")


def test_the_manifest_reads_the_same_after_publishing(store: Registry) -> None:
    publish(store)
    stored = json.loads((store.root / "artifacts/detector/1/manifest.json").read_text())
    assert stored == json_format.MessageToDict(
        store.manifest("detector", 1),
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )
