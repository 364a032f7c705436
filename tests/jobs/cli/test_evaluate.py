"""What `detector evaluate` prints."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from detector.errors import DatasetError
from jobs.cli import create_cli
from tests.conftest import Trained
from tests.jobs.train.test_evaluate_version import held_out


def printed(trained: Trained, data: Path, *options: str) -> str:
    arguments = ["evaluate", str(data), "--store", str(trained.store.root), "--kind", "tflite_f32", *options]
    return CliRunner().invoke(create_cli(), arguments, catch_exceptions=False).stdout


def test_the_numbers_are_told_class_by_class_with_their_spread(trained: Trained, tmp_path: Path) -> None:
    first, *rest = printed(trained, held_out(trained, tmp_path / "data")).splitlines()
    photos = trained.store.manifest("detector", 1).metrics.photos
    assert first.startswith(f"detector version 1, tflite_f32, on {photos} photos of ")
    assert first.endswith("(0 problems):")
    assert rest[0].startswith("  AP50 0.")
    assert "95% interval" in rest[0]
    assert any(line.startswith("  rectangle: AP50 0.") for line in rest)
    assert rest[-2].startswith("  at score 0.")
    assert rest[-1].endswith(" ms a photo (median, this machine)")


def test_empty_scenes_have_no_precision_but_false_positives(trained: Trained, tmp_path: Path) -> None:
    lines = printed(trained, held_out(trained, tmp_path / "data", annotations=[])).splitlines()
    assert lines[1] == "  AP50 not measured, AP not measured, AP75 not measured"
    assert "recall not measured, false positives per empty photo 0.000" in lines[-2]


def test_the_format_is_read_as_it_is_stated(trained: Trained, tmp_path: Path) -> None:
    data = held_out(trained, tmp_path / "data")
    assert printed(trained, data, "--format=coco").startswith("detector version 1")
    with pytest.raises(DatasetError, match="Pascal VOC"):
        printed(trained, data, "--format=voc")
