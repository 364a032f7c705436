"""What several trainings on one store record together."""

from pathlib import Path
from threading import Thread

import numpy as np

from detector.store import Store, locked
from jobs.train.data.split.look_alikes import turned
from jobs.train.data.split.record import read_record, write_record
from jobs.train.prepare import PreparedData, prepare_data, summary_lines
from tests.detector.pictures import encode, noise
from tests.jobs.train.data.writing import put, write_voc
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


def test_the_summary_counts_copies_in_one_line_and_lists_other_remarks_first(tmp_path: Path) -> None:
    put(
        tmp_path / "data" / "data.yaml",
        "train: ../train/images\nval: ../valid/images\nnames: [cat, dog]\nnc: 2\n",
    )
    for i in range(20):
        for copy, orientation in enumerate((0, 4, 3)):
            name = f"IMG_{i:04}_jpg.rf.{i:02}{copy}"
            pixels = turned(noise(64, 64, seed=i, grain=8), orientation)
            put(tmp_path / "data" / "train" / "images" / f"{name}.jpg", encode(np.ascontiguousarray(pixels)))
            put(tmp_path / "data" / "train" / "labels" / f"{name}.txt", f"{i % 2} 0.5 0.5 0.4 0.4\n")
    data = prepare_data(tiny_config(tmp_path / "store", data=tmp_path / "data"), Store(tmp_path / "store"))
    sources = [{photo.name.split(".rf.")[0] for photo in part} for part in (data.split.train, data.split.val)]
    assert sources[0].isdisjoint(sources[1])
    assert len(sources[1]) == 2
    lines = summary_lines(data)
    assert (
        "  60 photos are in 20 groups of look-alikes, augmented copies or frames of one video; each group is kept on "
        "one side of the split unless a note says that it was cut."
    ) in lines
    assert len(lines) < 30
    remarks = lines.index("  41 remarks:")
    assert "valid/images" in lines[remarks + 1]
    assert data.report.to_json()["grouped"]["groups"] == 20


def test_each_photo_that_is_read_is_counted(tmp_path: Path) -> None:
    write_voc(tmp_path / "photos")
    store = Store(tmp_path / "store")
    calls: list[tuple[int, int]] = []
    config = tiny_config(store.root, data=tmp_path / "photos")
    prepare_data(config, store, on_progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]
