"""What several trainings on one store record together."""

from pathlib import Path
from threading import Thread

from detector.store import Store, locked
from jobs.train.data.split.record import read_record, write_record
from jobs.train.prepare import PreparedData, prepare_data
from tests.jobs.train.data.writing import write_voc
from tests.jobs.train.making import tiny_config


def test_what_another_training_recorded_meanwhile_is_kept_and_followed(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    write_voc(tmp_path / "photos")
    config = tiny_config(store.root, data=tmp_path / "photos")
    prepared: list[PreparedData] = []
    path = store.splits_path(config.name)
    first = prepare_data(config, store)
    turned = {
        **{photo.sha256: "val" for photo in first.split.train},
        **{photo.sha256: "train" for photo in first.split.val},
    }
    with locked(store.splits_lock_path(config.name)):
        waiting = Thread(target=lambda: prepared.append(prepare_data(config, store)))
        waiting.start()
        waiting.join(timeout=1.0)
        assert waiting.is_alive()
        write_record(path, {**turned, "f" * 64: "test"})
    waiting.join(timeout=30.0)
    sides = {photo.sha256: "val" for photo in prepared[0].split.val}
    assert {content for content, side in turned.items() if side == "val"} <= sides.keys()
    assert read_record(path)["f" * 64] == "test"


def test_each_photo_that_is_read_is_counted(tmp_path: Path) -> None:
    write_voc(tmp_path / "photos")
    store = Store(tmp_path / "store")
    calls: list[tuple[int, int]] = []
    config = tiny_config(store.root, data=tmp_path / "photos")
    prepare_data(config, store, on_progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]
