import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.train.data.split.copy_names import Origin, copy_name, series_position


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("train/images/IMG_0001_jpg.rf.0123456789abcdef.jpg", "IMG_0001"),
        ("IMG_0001.rf.x.jpg", "IMG_0001"),
        ("cats_original_IMG_0001.jpg_0b7cf0cd-77e6-4f0e-b5c5-5a4c3d2b1a09.jpg", "IMG_0001"),
        ("IMG_0001_aug_3.jpg", "IMG_0001"),
        ("IMG_0001-flip.png", "IMG_0001"),
        ("IMG_0001_rot90_flipped.jpg", "IMG_0001"),
        ("aug_3_IMG_0001.jpg", "IMG_0001"),
        *(
            (f"a003{end}.jpg", "a003")
            for end in (
                "_horizontal_flip",
                "_vertical_flip",
                "_flip_horizontal",
                "_flipped_vertically",
                "_darken",
                "_brighten",
                "_brightness_0.4",
                "_rot15deg",
                "_rot_-15",
                "_original",
                "_transformed",
                "_gaussian_noise",
                "_grayscale",
                "_flipped",
                "Flipped",
                "_Flipped",
                "_gaussian_blur_1.5_hflip",
            )
        ),
    ],
)
def test_names_of_copies_tell_the_photo(name: str, base: str) -> None:
    copy = copy_name(name)
    assert (copy.base, copy.origin) == (base, Origin.COPY)


@pytest.mark.parametrize(
    "name",
    [
        "IMG_0001.jpg",
        "17.jpg",
        "photo (2).jpg",
        "photo - Copy.jpg",
        "IMG_20240101_123000.jpg",
        "noise_12.jpg",
        "original_0001.jpg",
        "aug/0001.jpg",
        "a_horizontal.jpg",
        "v1.4.jpg",
        "unflipped.jpg",
    ],
)
def test_plain_names_tell_of_no_certain_copy(name: str) -> None:
    assert copy_name(name).origin is not Origin.COPY


@pytest.mark.parametrize("name", ["apple_rot_12.jpg", "blur_0001.jpg", "IMG_0001_0_4821.jpg"])
def test_words_that_may_mean_something_else_need_the_original(name: str) -> None:
    assert copy_name(name).origin is Origin.MAYBE


def test_case_and_folders_tell_photos_apart_and_sides_of_the_split_do_not() -> None:
    assert copy_name("a/X_1.rf.q.jpg").base != copy_name("a/x_1.rf.q.jpg").base
    assert copy_name("cats/1.rf.q.jpg").folder != copy_name("dogs/1.rf.q.jpg").folder
    assert copy_name("train/images/1.rf.q.jpg").folder == copy_name("valid/images/1.rf.q.jpg").folder


@pytest.mark.parametrize(
    ("name", "series", "number"),
    [
        ("video1_frame_0001.jpg", "video1_frame", 1),
        ("frame_000123.jpg", "frame", 123),
        ("clip-0007.png", "clip-", 7),
        ("BURST20240101123000_03.jpg", "BURST20240101123000", 3),
        ("00003IMG_00003_BURST20240101123000000_COVER.jpg", "BURST20240101123000000", 3),
        ("IMG_20240101_123000_BURST001.jpg", "IMG_20240101_123000_BURST", 1),
        ("20240101_123000_003.jpg", "20240101_123000_", 3),
        ("holiday_mp4-12_jpg.rf.0123abcd.jpg", "holiday_mp4", 12),
        ("0a1b2c3d-frame_0004.jpg", "frame", 4),
        ("video_frames/0012.jpg", "", 12),
        ("frame_0007_flip.jpg", "frame", 7),
    ],
)
def test_names_of_frames_tell_the_video_and_the_place_in_it(name: str, series: str, number: int) -> None:
    position = series_position(name)
    assert position
    assert (position.series, position.number, position.told) == (series, number, True)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("IMG_0001.jpg", 1),
        ("DSC01234.JPG", 1234),
        ("254.jpg", 254),
        ("photo (12).jpg", 12),
        ("paperclip_3.jpg", 3),
        ("PXL_20240101_123000.jpg", 20240101123000),
    ],
)
def test_plain_counters_order_photos_and_do_not_make_them_frames(name: str, number: int) -> None:
    position = series_position(name)
    assert position
    assert (position.number, position.told) == (number, False)


def test_a_name_without_a_counter_is_in_no_series() -> None:
    assert series_position("cat.jpg") is None


@given(st.text(st.sampled_from("aug_-. ()/0123456789frameBURST"), min_size=1, max_size=400))
def test_any_name_is_taken(name: str) -> None:
    copy_name(name)
    series_position(name)
