from pathlib import Path

from bench.folds import write_folds
from jobs.train.data.open import open_dataset
from jobs.train.data.split.groups import group_photos
from tests.detector.pictures import encode, noise
from tests.jobs.train.data.writing import HEIGHT, WIDTH, put, voc_xml

PICTURES = 6


def test_every_photo_is_unseen_once_and_twins_are_on_one_side(tmp_path: Path) -> None:
    for number in range(PICTURES):
        for name, quality in ((f"a{number}", 95), (f"b{number}", 40)):
            picture = noise(WIDTH, HEIGHT, seed=number)
            put(tmp_path / "data" / f"{name}.jpg", encode(picture, quality=quality))
            put(tmp_path / "data" / f"{name}.xml", voc_xml(f"{name}.jpg", [("cat", 10, 10, 60, 60)]))
    unseen_photos = 0
    for fold in write_folds(tmp_path / "data", tmp_path / "scratch", folds=3, size=96):
        known, unseen = (open_dataset(path, size=96)[0].photos for path in (fold.known, fold.unseen))
        assert len(known) + len(unseen) == 2 * PICTURES
        unseen_photos += len(unseen)
        groups = group_photos((*known, *unseen)).together
        assert len(groups) == PICTURES
        assert not any(min(group) < len(known) <= max(group) for group in groups)
    assert unseen_photos == 2 * PICTURES
