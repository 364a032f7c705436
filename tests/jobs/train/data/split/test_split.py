import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from detector.boxes import Box
from detector.detections import GroundTruth
from detector.errors import DatasetError, InvalidRequestError
from jobs.train.data.photos import Dataset, LabelledPhoto, Side, Split
from jobs.train.data.split.look_alikes import make_thumbnail
from jobs.train.data.split.split import split_dataset
from tests.detector.pictures import noise


def photo(number: int, *class_ids: int, side: Side | None = None, like: int | None = None) -> LabelledPhoto:
    """A photo that looks like no other, or, with `like`, nearly like that one."""
    pixels = noise(64, 48, seed=number if like is None else like, grain=8)
    if like is not None:
        pixels = np.clip(pixels.astype(int) + 1 + number % 3, 0, 255).astype(np.uint8)
    return LabelledPhoto(
        name=f"{number}.jpg",
        sha256=hashlib.sha256(f"{number}".encode()).hexdigest(),
        thumbnail=make_thumbnail(pixels),
        pixels=pixels,
        ground_truth=tuple(GroundTruth(class_id, Box(0.1, 0.1, 0.5, 0.5)) for class_id in class_ids),
        side=side,
    )


def dataset(photos: Sequence[LabelledPhoto]) -> Dataset:
    return Dataset(("cat", "dog"), tuple(photos))


def many(count: int, start: int = 0) -> list[LabelledPhoto]:
    """Cats, half as many dogs, a tenth negatives."""
    return [
        photo(i) if i % 10 == 0 else photo(i, 1) if i % 3 == 0 else photo(i, 0)
        for i in range(start, start + count)
    ]


def names(photos: Sequence[LabelledPhoto]) -> set[str]:
    return {photo.name for photo in photos}


def class_ids(photos: Sequence[LabelledPhoto]) -> set[int]:
    return {truth.class_id for photo in photos for truth in photo.ground_truth}


def assert_divides(split: Split, photos: Sequence[LabelledPhoto]) -> None:
    parts = [names(split.train), names(split.val), names(split.test)]
    assert set().union(*parts) == names(photos)
    assert sum(map(len, parts)) == len(photos)


def test_about_the_wanted_share_is_held_back_and_both_parts_have_everything() -> None:
    photos = many(100)
    split, _ = split_dataset(dataset(photos), seed=0)
    assert_divides(split, photos)
    assert 13 <= len(split.val) <= 19
    for part in (split.train, split.val):
        assert class_ids(part) == {0, 1}
        assert any(not photo.ground_truth for photo in part)
    assert split.notes == ()


def test_a_rare_class_has_validation_boxes() -> None:
    photos = [*(photo(i, 0) for i in range(60)), photo(60, 1), photo(61, 1)]
    for seed in range(5):
        split, _ = split_dataset(dataset(photos), seed=seed)
        assert class_ids(split.val) == class_ids(split.train) == {0, 1}


def test_the_split_depends_on_the_seed_and_not_on_the_order() -> None:
    photos = many(40)
    first, _ = split_dataset(dataset(photos), seed=1)
    shuffled, _ = split_dataset(dataset(photos[::-1]), seed=1)
    other, _ = split_dataset(dataset(photos), seed=2)
    assert names(first.val) == names(shuffled.val)
    assert names(first.val) != names(other.val)


def test_adding_photos_leaves_the_old_ones_where_they_were() -> None:
    old = many(30)
    before, record = split_dataset(dataset(old), seed=0)
    new = many(60, start=30)
    after, new_record = split_dataset(dataset([*new, *old]), seed=0, recorded=record)
    assert names(before.val) <= names(after.val)
    assert names(before.train) <= names(after.train)
    assert 10 <= len(after.val) <= 18
    assert record.items() <= new_record.items()
    assert len(new_record) == 90


def test_photos_that_were_taken_out_keep_their_side_for_when_they_come_back() -> None:
    photos = many(30)
    before, record = split_dataset(dataset(photos), seed=0)
    _, record = split_dataset(dataset(photos[:10]), seed=0, recorded=record)
    again, _ = split_dataset(dataset(photos), seed=9, recorded=record)
    assert names(again.val) == names(before.val)


def test_a_new_class_gets_validation_boxes_among_its_new_photos() -> None:
    old = [photo(i, 0) for i in range(30)]
    _, record = split_dataset(dataset(old), seed=0)
    split, _ = split_dataset(dataset([*old, *(photo(i, 1) for i in range(30, 36))]), seed=0, recorded=record)
    assert class_ids(split.val) == class_ids(split.train) == {0, 1}


@pytest.mark.parametrize("seed", range(6))
def test_near_duplicates_are_on_one_side(seed: int) -> None:
    photos = [photo(i, i % 2) for i in range(10)]
    photos += [photo(100 + i, i % 2, like=i) for i in range(10)] + [
        photo(200 + i, i % 2, like=i) for i in range(10)
    ]
    split, _ = split_dataset(dataset(photos), seed=seed)
    for part in (split.train, split.val):
        sources = [int(photo.name.removesuffix(".jpg")) % 100 for photo in part]
        assert all(sources.count(source) == 3 for source in sources)


def test_a_near_duplicate_joins_its_recorded_twin() -> None:
    old = many(30)
    before, record = split_dataset(dataset(old), seed=0)
    twins = [photo(100 + i, 0, like=i) for i in range(30)]
    after, _ = split_dataset(dataset([*twins, *old]), seed=0, recorded=record)
    for part, old_part in ((after.train, before.train), (after.val, before.val)):
        numbers = {int(photo.name.removesuffix(".jpg")) for photo in part}
        assert {number - 100 for number in numbers if number >= 100} == {n for n in numbers if n < 100}
        assert names(old_part) <= names(part)


def test_twins_recorded_on_two_sides_stay_there() -> None:
    photos = [*many(12), photo(100, 0, like=1)]
    record = {photos[1].sha256: "train", photos[12].sha256: "val"}
    split, _ = split_dataset(dataset(photos), seed=0, recorded=record)
    assert "1.jpg" in names(split.train)
    assert "100.jpg" in names(split.val)


@pytest.mark.parametrize("count", range(2, 11))
def test_a_tiny_dataset_has_photos_on_both_sides(count: int) -> None:
    photos = [photo(i, 0) for i in range(count)]
    split, _ = split_dataset(Dataset(("cat",), tuple(photos)), seed=0)
    assert_divides(split, photos)
    assert len(split.val) in (1, 2)
    assert split.notes == ()


def test_two_classes_in_three_photos_are_on_both_sides_as_far_as_can_be() -> None:
    photos = [photo(0, 0), photo(1, 0), photo(2, 1)]
    split, _ = split_dataset(dataset(photos), seed=0)
    assert class_ids(split.train) == class_ids(split.val) == {0, 1}
    assert "2.jpg" in names(split.train) & names(split.val)
    assert "'dog' has no validation photo of its own: 2.jpg is on both sides" in split.notes[0]


def test_one_photo_is_trained_on_and_validated_with_and_that_is_said() -> None:
    split, record = split_dataset(Dataset(("cat",), (photo(0, 0),)), seed=0)
    assert names(split.train) == names(split.val) == {"0.jpg"}
    assert "validation is on the photos trained on" in split.notes[0]
    assert list(record.values()) == ["train"]


def test_photos_that_all_look_alike_are_on_both_sides() -> None:
    photos = [photo(0, 0), *(photo(100 + i, 0, like=0) for i in range(5))]
    split, _ = split_dataset(Dataset(("cat",), tuple(photos)), seed=0)
    assert names(split.train) == names(split.val) == names(photos)


def test_the_datasets_own_split_is_kept() -> None:
    counts: dict[Side | None, int] = {"train": 10, "val": 4, "test": 4, None: 2}
    own = [side for side, count in counts.items() for _ in range(count)]
    photos = [photo(i, i % 2, side=side) for i, side in enumerate(own)]
    split, record = split_dataset(dataset(photos), seed=0)
    assert [p.side for p in split.val] == ["val"] * 4
    assert [p.side for p in split.test] == ["test"] * 4
    assert [p.side for p in split.train] == ["train"] * 10 + [None] * 2
    assert sorted(record.values()) == ["test"] * 4 + ["train"] * 12 + ["val"] * 4


@pytest.mark.parametrize("tests", [0, 5])
def test_without_a_val_of_its_own_it_is_made_out_of_train(tests: int) -> None:
    photos = [photo(i, i % 2, side="train") for i in range(20)]
    photos += [photo(i, i % 2, side="test") for i in range(20, 20 + tests)]
    split, _ = split_dataset(dataset(photos), seed=0)
    assert_divides(split, photos)
    assert {p.side for p in split.val} == {"train"}
    assert len(split.test) == tests
    assert 2 <= len(split.val) <= 4


@pytest.mark.parametrize("side", ["val", "test"])
def test_a_dataset_all_on_one_side_is_divided(side: Side) -> None:
    photos = [photo(i, i % 2, side=side) for i in range(20)]
    split, _ = split_dataset(dataset(photos), seed=0)
    assert_divides(split, photos)
    assert split.train
    assert split.val
    assert split.test == ()


def test_a_share_that_makes_no_sense_is_refused() -> None:
    for share in (0.0, 1.0, float("nan")):
        with pytest.raises(InvalidRequestError, match="val-fraction"):
            split_dataset(dataset(many(10)), seed=0, val_fraction=share)


def test_a_larger_share_holds_more_back() -> None:
    split, _ = split_dataset(dataset(many(60)), seed=0, val_fraction=0.5)
    assert 26 <= len(split.val) <= 34


def test_a_class_missing_in_the_datasets_own_validation_part_is_said_and_nothing_moved() -> None:
    photos = [photo(i, i % 2, side="train") for i in range(6)] + [
        photo(i, 0, side="val") for i in range(6, 9)
    ]
    split, _ = split_dataset(dataset(photos), seed=0)
    assert_divides(split, photos)
    assert split.notes == (
        "The dataset's own validation part has no 'dog': its accuracy cannot be measured.",
    )


def test_a_class_missing_in_the_datasets_own_training_part_is_refused_by_name() -> None:
    photos = [photo(i, 0, side="train") for i in range(6)] + [
        photo(i, i % 2, side="val") for i in range(6, 10)
    ]
    with pytest.raises(DatasetError, match="training part has no 'dog'"):
        split_dataset(dataset(photos), seed=0)


def test_thousands_of_photos_are_divided_without_comparing_all_with_all() -> None:
    photos = many(40)
    thumbnails = np.random.default_rng(0).integers(0, 256, (8_000, 32, 32, 3), np.uint8)
    crowd = [
        replace(photos[i % 40], name=f"{i:x}-.jpg", sha256=f"{i:064}", thumbnail=thumbnail)
        for i, thumbnail in enumerate(thumbnails)
    ]
    split, _ = split_dataset(dataset(crowd), seed=0)
    assert len(split.val) == pytest.approx(1200, rel=0.1)
