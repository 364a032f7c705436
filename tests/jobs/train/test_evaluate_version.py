import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from detector.errors import DatasetError, InvalidRequestError, NotFoundError
from jobs.train.evaluate_version import Assessment, assess_version
from tests.conftest import Trained


def assess(
    trained: Trained, data: Path, *, kind: str = "tflite_f32", version: int | None = None
) -> Assessment:
    return assess_version(
        data, store=trained.store.root, name="detector", version=version, kind=kind, format=None
    )


def held_out(trained: Trained, target: Path, **changes: Any) -> Path:
    """The version's held-out photos, with fields of their annotations changed."""
    shutil.copytree(trained.store.eval_dir("detector", 1), target)
    file = target / "annotations.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    return target


@pytest.mark.parametrize("kind", ["saved_model", "tflite_f32"])
def test_the_held_out_photos_give_the_numbers_of_the_manifest(
    trained: Trained, tmp_path: Path, kind: str
) -> None:
    manifest = trained.store.manifest("detector", 1)
    result = assess(trained, held_out(trained, tmp_path / "data"), kind=kind)
    # The stored photos are JPEGs of those that were measured.
    assert result.evaluation.ap50 == pytest.approx(manifest.metrics.ap50, abs=0.1)
    assert result.to_json()["kind"] == kind
    json.dumps(result.to_json(), allow_nan=False)
    assert any("rectangle: AP50" in line for line in result.lines())
    assert any("95% interval" in line for line in result.lines())
    low, high = result.to_json()["ap50_interval"]
    assert low <= high


def test_photos_of_empty_scenes_are_measured_too(trained: Trained, tmp_path: Path) -> None:
    result = assess(trained, held_out(trained, tmp_path / "data", annotations=[]))
    assert result.evaluation.ap50 is None
    assert result.evaluation.false_positives_per_empty_photo is not None
    assert "AP50 not measured" in "\n".join(result.lines())


def test_a_class_that_the_version_does_not_know_is_named(trained: Trained, tmp_path: Path) -> None:
    categories = [{"id": 1, "name": "rectangle"}, {"id": 2, "name": "hexagon"}]
    with pytest.raises(InvalidRequestError, match="does not know: hexagon"):
        assess(trained, held_out(trained, tmp_path / "data", categories=categories))


def test_what_is_not_there_is_named(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="--kind onnx is not one of saved_model"):
        assess(trained, tmp_path, kind="onnx")
    with pytest.raises(NotFoundError, match="no version 9"):
        assess(trained, tmp_path, version=9)
    with pytest.raises(DatasetError, match="no such file or folder"):
        assess(trained, tmp_path / "missing")
