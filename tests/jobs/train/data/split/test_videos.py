from itertools import pairwise

import pytest

from jobs.train.data.photos import Dataset, LabelledPhoto
from jobs.train.data.split.copy_names import series_position
from jobs.train.data.split.groups import group_photos
from jobs.train.data.split.split import split_dataset
from jobs.train.data.split.videos import MIN_FRAMES, frames_in_order
from tests.jobs.train.data.making_photos import labelled, panned_view, stranger

LABELS = ("cat", "dog")


def number(photo: LabelledPhoto) -> int:
    position = series_position(photo.name)
    assert position
    return position.number


def video(name: str, count: int, class_id: int = 0) -> list[LabelledPhoto]:
    """Frames that do not look alike: only their names join them."""
    return [
        stranger(f"{name}_frame_{i:04}.jpg", class_id, seed=hash_of(name) + i, orientation=i % 8)
        for i in range(count)
    ]


def hash_of(name: str) -> int:
    return int.from_bytes(name.encode(), "big") % 1_000_000


def val_names(photos: list[LabelledPhoto], *, seed: int = 0, share: float = 0.15) -> set[str]:
    split, _ = split_dataset(Dataset(LABELS, tuple(photos)), seed=seed, val_fraction=share)
    return {photo.name for photo in split.val}


@pytest.mark.parametrize("share", [0.1, 0.15, 0.3, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_no_group_is_on_two_sides_and_each_class_has_its_share(seed: int, share: float) -> None:
    photos = [photo for v in range(16) for photo in video(f"video{v}", 6, class_id=v % 2)]
    photos += [
        stranger(f"IMG_{i:04}_jpg.rf.{copy}.jpg", i % 2, seed=10_000_000 + i, orientation=copy * 3)
        for i in range(40)
        for copy in range(3)
    ]
    held_back = val_names(photos, seed=seed, share=share)
    for group in group_photos(photos).together:
        assert len({photos[i].name in held_back for i in group}) == 1
    for class_id in range(2):
        of_class = [photo for photo in photos if photo.ground_truth[0].class_id == class_id]
        held = sum(photo.name in held_back for photo in of_class)
        assert held == pytest.approx(share * len(of_class), abs=6)


@pytest.mark.parametrize("orientation", range(8))
def test_a_turned_copy_with_a_name_of_its_own_is_on_the_side_of_its_original(orientation: int) -> None:
    originals = [stranger(f"a{i}x.jpg", 0, seed=i) for i in range(20)]
    turned = [stranger(f"b{i}y.jpg", 0, seed=i, orientation=orientation) for i in range(20)]
    held_back = val_names(originals + turned)
    assert {name[1:-5] for name in held_back if name.startswith("a")} == {
        name[1:-5] for name in held_back if name.startswith("b")
    }


@pytest.mark.parametrize("seed", range(5))
def test_two_videos_are_not_cut_and_the_smaller_one_is_held_back(seed: int) -> None:
    photos = video("long", 30) + video("short", 20)
    split, _ = split_dataset(Dataset(("cat",), tuple(photos)), seed=seed)
    assert {photo.name for photo in split.val} == {photo.name for photo in photos[30:]}
    assert "20 of 50 photos are held back" in split.notes[0]


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_a_dataset_that_is_one_video_is_cut_in_few_stretches(seed: int, told: bool) -> None:
    name = "frame_{:04}.jpg" if told else "{}.jpg"
    photos = [labelled(name.format(i), panned_view(i), 0) for i in range(100)]
    split, _ = split_dataset(Dataset(("cat",), tuple(photos)), seed=seed)
    assert 10 <= len(split.val) <= 16
    assert not {photo.name for photo in split.train} & {photo.name for photo in split.val}
    held_back = {number(photo) for photo in split.val}
    assert sum((a in held_back) != (b in held_back) for a, b in pairwise(range(100))) <= 4
    assert "one video" in split.notes[0]
    assert "'cat'" in split.notes[0]


def test_a_camera_that_stands_still_is_cut_too() -> None:
    photos = [labelled(f"{i}.jpg", panned_view(0, seed=3), 0) for i in range(40)]
    split, _ = split_dataset(Dataset(("cat",), tuple(photos)), seed=0)
    assert 4 <= len(split.val) <= 8
    assert len(split.train) + len(split.val) == 40


def test_a_video_is_cut_for_a_class_that_has_no_other_photos_in_one_stretch_too() -> None:
    frames = [stranger(f"frame_{i:04}.jpg", *((0, 1) if 40 <= i < 52 else (0,)), seed=i) for i in range(200)]
    split, _ = split_dataset(Dataset(LABELS, tuple(frames)), seed=0)
    for part in (split.train, split.val):
        assert any(truth.class_id == 1 for photo in part for truth in photo.ground_truth)
    assert not {photo.name for photo in split.train} & {photo.name for photo in split.val}


def test_copies_of_a_frame_stay_with_it_when_the_video_is_cut() -> None:
    photos = [
        stranger(f"frame_{i:04}_jpg.rf.{copy}.jpg", 0, seed=i, orientation=copy)
        for i in range(30)
        for copy in range(3)
    ]
    photos += [stranger(f"turned{chr(97 + i)}.jpg", 0, seed=i, orientation=5) for i in range(20)]
    split, _ = split_dataset(Dataset(("cat",), tuple(photos)), seed=0)
    assert split.val
    held_back = {photo.name for photo in split.val}
    for alike in group_photos(photos).copies:
        assert len({photos[i].name in held_back for i in alike}) == 1


def test_what_was_recorded_stays_where_it_is_when_a_video_grows() -> None:
    before, record = split_dataset(Dataset(("cat",), tuple(video("v", 40))), seed=0)
    after, later = split_dataset(Dataset(("cat",), tuple(video("v", 60))), seed=1, recorded=record)
    assert {photo.name for photo in before.val} <= {photo.name for photo in after.val}
    assert {photo.name for photo in before.train} <= {photo.name for photo in after.train}
    assert record.items() <= later.items()


def test_few_frames_are_no_video() -> None:
    photos = video("v", MIN_FRAMES - 1)
    groups = group_photos(photos)
    assert frames_in_order(photos, groups.together[0], groups.copies) == ()


def test_frames_are_in_the_order_of_their_numbers() -> None:
    photos = video("v", 12)[::-1]
    groups = group_photos(photos)
    frames = frames_in_order(photos, groups.together[0], groups.copies)
    assert [number(photos[i]) for frame in frames for i in frame] == list(range(12))
