"""What `detector predict` prints."""

import json
from pathlib import Path

from typer.testing import CliRunner

from jobs.cli import create_cli
from tests.conftest import Trained
from tests.jobs.train.test_predict_photo import write_photo


def printed(trained: Trained, photo: Path, out: Path, *options: str) -> str:
    arguments = ["predict", str(photo), "--store", str(trained.store.root), "--out", str(out), *options]
    return CliRunner().invoke(create_cli(), arguments, catch_exceptions=False).stdout


def test_each_detection_has_a_line_in_pixels(trained: Trained, tmp_path: Path) -> None:
    photo, out = write_photo(tmp_path / "x.png"), tmp_path / "out"
    answer = json.loads(printed(trained, photo, out, "--min-score=0", "--json"))
    first, *lines = printed(trained, photo, out, "--min-score=0").splitlines()
    assert first == f"{photo}: {len(lines)} found, drawn in {out / 'x.png'}"
    for line, found in zip(lines, answer["detections"], strict=True):
        box = found["box_px"]
        assert line == (
            f"  {found['label']} {found['score']:.2f}  x {box['xmin']:.0f} to {box['xmax']:.0f}, "
            f"y {box['ymin']:.0f} to {box['ymax']:.0f}"
        )


def test_a_photo_without_detections_says_so(trained: Trained, tmp_path: Path) -> None:
    photo, out = write_photo(tmp_path / "x.png"), tmp_path / "out"
    assert printed(trained, photo, out, "--min-score=1") == (
        f"{photo}: nothing found, drawn in {out / 'x.png'}\n"
    )
