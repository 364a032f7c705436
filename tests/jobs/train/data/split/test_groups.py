from collections.abc import Sequence

import pytest

from jobs.train.data.photos import LabelledPhoto
from jobs.train.data.split.groups import MAX_NAMED_COPIES, group_photos, named_copies
from tests.jobs.train.data.making_photos import labelled, panned_view, stranger


def strangers(*names: str) -> list[LabelledPhoto]:
    return [stranger(name, 0, seed=i) for i, name in enumerate(names)]


def together(photos: Sequence[LabelledPhoto]) -> list[set[str]]:
    """The groups of more than one photo."""
    return [{photos[i].name for i in group} for group in group_photos(photos).together if len(group) > 1]


def copies(*names: str) -> list[set[str]]:
    return [{names[i] for i in group} for group in named_copies(names)]


def test_copies_of_one_roboflow_photo_are_one_group_whatever_they_look_like() -> None:
    photos = strangers(
        "train/images/1_jpg.rf.a.jpg", "valid/images/1_jpg.rf.b.jpg", "train/images/2_jpg.rf.c.jpg"
    )
    assert together(photos) == [{photos[0].name, photos[1].name}]


def test_one_base_name_in_two_folders_is_two_photos() -> None:
    assert copies("cats/1.rf.a.jpg", "cats/1.rf.b.jpg", "dogs/1.rf.a.jpg", "dogs/1.rf.b.jpg") == [
        {"cats/1.rf.a.jpg", "cats/1.rf.b.jpg"},
        {"dogs/1.rf.a.jpg", "dogs/1.rf.b.jpg"},
    ]


def test_copies_join_their_original_and_the_sides_photos_of_one_name_stay_apart() -> None:
    assert copies("a/1.jpg", "a/1_flip.jpg", "a/2.jpg") == [{"a/1.jpg", "a/1_flip.jpg"}]
    assert copies("train/1.jpg", "train/1_flip.jpg", "val/1.jpg", "val/1_rot90.jpg") == [
        {"train/1.jpg", "train/1_flip.jpg"},
        {"val/1.jpg", "val/1_rot90.jpg"},
    ]
    assert copies("train/1.jpg", "val/1.jpg") == []


def test_uncertain_names_are_copies_only_beside_their_original() -> None:
    assert copies("apple_rot_1.jpg", "apple_rot_2.jpg") == []
    assert copies("IMG_1.jpg", "IMG_1_0_4821.jpg") == [{"IMG_1.jpg", "IMG_1_0_4821.jpg"}]
    assert copies("cam_1_0001.jpg", "cam_1_0002.jpg") == []


def test_a_name_that_a_tool_gives_to_everything_joins_nothing() -> None:
    assert copies(*(f"image_jpg.rf.{i}.jpg" for i in range(MAX_NAMED_COPIES + 1))) == []


@pytest.mark.parametrize(
    "pattern", ["IMG_{:04}.jpg", "DSC{:05}.jpg", "{}.jpg", "photo ({}).jpg", "kangaroo-{:05}.jpg"]
)
def test_plain_counters_join_nothing(pattern: str) -> None:
    assert together(strangers(*(pattern.format(i) for i in range(60)))) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "video{v}_frame_{i:04}.jpg",
        "clip{v}-{i:04}.png",
        "BURST2024010112300{v}_{i:02}.jpg",
        "video{v}/{i}.jpg",
    ],
)
def test_telling_names_join_the_frames_of_each_video(pattern: str) -> None:
    names = [[pattern.format(v=v, i=i) for i in range(5)] for v in range(3)]
    assert together(strangers(*(name for video in names for name in video))) == [
        set(video) for video in names
    ]


def test_neighbours_in_a_plain_series_that_show_one_scene_are_frames() -> None:
    video = [labelled(f"{i:05}.jpg", panned_view(i), 0) for i in range(30)]
    others = [stranger(f"{i:05}.jpg", 0, seed=i) for i in range(100, 130)]
    assert together([*others, *video]) == [{photo.name for photo in video}]
    assert all(len(group) < 10 for group in group_photos(video).copies)


def test_frames_without_a_number_are_only_joined_when_they_look_alike() -> None:
    letters = "abcdefghijkl"
    photos = [labelled(f"{letter}.jpg", panned_view(5 * i), 0) for i, letter in enumerate(letters)]
    assert together(photos) == []


@pytest.mark.parametrize(
    ("original", "copy"),
    [
        ("a003.jpg", "augmented/a003.jpg"),
        ("images/a003.jpg", "augmented/a003.jpg"),
        ("images/a003.jpg", "images/augmented/a003.png"),
        ("images/a003.jpg", "Augmented_Images/a003_rot15deg.jpg"),
        ("train/images/a003.jpg", "train/aug/a003.jpg"),
        ("a003_original.jpg", "a003_transformed.jpg"),
    ],
)
def test_copies_beside_their_original_are_one_group(original: str, copy: str) -> None:
    assert copies(original, copy, "images/a004.jpg", "augmented/a005.jpg") == [{original, copy}]


def test_a_copy_in_a_folder_of_augmented_ones_is_of_no_photo_where_two_are_called_so() -> None:
    assert copies("cats/1.jpg", "dogs/1.jpg", "augmented/1.jpg") == []
