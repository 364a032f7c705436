"""What a training says of its photos before it begins."""

from pathlib import Path

import numpy as np

from detector.store import Store
from jobs.cli.dataset_text import summary_lines
from jobs.train.data.split.look_alikes import turned
from jobs.train.prepare import prepare_data
from tests.detector.pictures import encode, noise
from tests.jobs.train.data.writing import put
from tests.jobs.train.making import tiny_config


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
