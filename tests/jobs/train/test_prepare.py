"""What several trainings on one store record together."""

from pathlib import Path
from threading import Thread

from detector.store import Store, locked
from jobs.train.datasets.split_record import read_record, write_record
from jobs.train.prepare import PreparedData, prepare_data
from tests.jobs.train.datasets.writing import write_voc
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
