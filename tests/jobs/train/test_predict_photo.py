from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detector.errors import (
    ImageTooManyPixelsError,
    InvalidRequestError,
    StoreError,
    UnsupportedMediaTypeError,
)
from jobs.train.data.loading import PHOTO_LIMITS
from jobs.train.predict_photo import Prediction, drawn_files, predict_photos
from tests.conftest import Trained


def write_photo(path: Path, *, width: int = 80, height: int = 60) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((height, width, 3), 90, np.uint8)).save(path)
    return path


def predict(
    trained: Trained, photos: list[Path], out: Path, *, min_score: float | None = 0.0
) -> list[Prediction]:
    return list(
        predict_photos(
            photos,
            store=trained.store.root,
            name="detector",
            version=None,
            kind="tflite_f32",
            min_score=min_score,
            out=out,
        )
    )


def test_photos_of_one_name_are_drawn_into_files_of_their_own(tmp_path: Path) -> None:
    photos = [tmp_path / name for name in ("a/x.jpg", "b/x.jpg", "b/X.png", "b/x-2.jpg", "b/y.jpg")]
    files = drawn_files(photos, tmp_path / "out")
    assert [file.name for file in files] == ["x.png", "x-2.png", "X-3.png", "x-2-2.png", "y.png"]


def test_a_photo_is_never_drawn_over_itself(tmp_path: Path) -> None:
    photos = [tmp_path / "x.png", tmp_path / "x-2.png"]
    assert [file.name for file in drawn_files(photos, tmp_path)] == ["x-3.png", "x-2-2.png"]


def test_each_photo_is_answered_in_its_own_pixels_and_drawn(trained: Trained, tmp_path: Path) -> None:
    photos = [write_photo(tmp_path / "a" / "x.png"), write_photo(tmp_path / "b" / "x.png", width=200)]
    results = predict(trained, photos, tmp_path / "out")
    assert [result.image.width for result in results] == [80, 200]
    for result in results:
        with Image.open(result.drawn) as drawn:
            assert drawn.size == (result.image.width, result.image.height)
        for detection in result.to_json()["detections"]:
            assert detection["label"] in ("rectangle", "triangle")
            assert 0 <= detection["box_px"]["xmin"] <= detection["box_px"]["xmax"] <= result.image.width


def test_a_file_that_is_no_photo_is_named(trained: Trained, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a photo")
    with pytest.raises(UnsupportedMediaTypeError, match=r"notes\.txt: "):
        predict(trained, [text], tmp_path / "out")
    with pytest.raises(InvalidRequestError, match=r"Cannot open .*missing\.jpg"):
        predict(trained, [tmp_path / "missing.jpg"], tmp_path / "out")


def test_a_folder_is_told_from_a_photo(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"is a folder: name the photos in it"):
        predict(trained, [tmp_path], tmp_path / "out")


def test_a_file_in_the_place_of_the_folder_to_draw_into_is_told(trained: Trained, tmp_path: Path) -> None:
    taken = write_photo(tmp_path / "taken.png")
    with pytest.raises(StoreError, match=r"taken\.png: a file is where a folder is needed"):
        predict(trained, [write_photo(tmp_path / "x.png")], taken)


def test_photos_may_be_as_large_as_those_that_are_trained_on(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PHOTO_LIMITS.max_pixels >= 108_000_000
    monkeypatch.setattr("jobs.train.predict_photo.PHOTO_LIMITS", replace(PHOTO_LIMITS, max_pixels=80 * 60))
    assert len(predict(trained, [write_photo(tmp_path / "x.png")], tmp_path / "out")) == 1
    with pytest.raises(ImageTooManyPixelsError, match=r"larger\.png: "):
        predict(trained, [write_photo(tmp_path / "larger.png", width=81)], tmp_path / "out")


@pytest.mark.parametrize("score", [-0.1, 1.5, float("nan")])
def test_a_score_that_is_none_is_refused(trained: Trained, tmp_path: Path, score: float) -> None:
    with pytest.raises(InvalidRequestError, match="--min-score"):
        predict(trained, [], tmp_path, min_score=score)
