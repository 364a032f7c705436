import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.train.data.names import fold, is_photo
from jobs.train.data.photos import LabelledPhoto
from jobs.train.data.split.look_alikes import make_thumbnail
from jobs.train.data.writers.names import MAX_BYTES, safe_stem, unique_stems


def photo(name: str, sha256: str) -> LabelledPhoto:
    pixels = np.zeros((1, 1, 3), np.uint8)
    return LabelledPhoto(name, sha256, make_thumbnail(pixels), pixels, ())


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("train/images/IMG_0001.jpg", "IMG_0001"),
        ("a/Käfer 1.JPEG", "Käfer_1"),
        ("a/e\u0301.png", "é"),
        ("photo.jpg.png", "photo_jpg"),
        ("photo.txt.png", "photo_txt"),
        ("IMG_jpg.rf.0a1b.jpg", "IMG_jpg.rf.0a1b"),
        ("records.tfrecord#3", "records.tfrecord_3"),
        ("-rf.jpg", "rf"),
        ("...jpg", "photo_"),
        ("CON.jpg", "photo_CON"),
        ('<a href="x">\\:*?.jpg', "_a_href__x______"),
    ],
)
def test_names_are_kept_as_far_as_every_system_takes_them(name: str, stem: str) -> None:
    assert safe_stem(name) == stem


@given(st.text(min_size=1, max_size=300))
def test_any_name_becomes_a_safe_one(name: str) -> None:
    stem = safe_stem(name)
    assert stem
    assert len(stem.encode()) <= MAX_BYTES + len("photo_")
    assert not set(stem) & set(string.whitespace + "/\\:*?\"<>|%+,;'#&\x00")
    assert stem[0] not in ".-"
    assert not is_photo(stem)


def test_one_name_in_two_folders_becomes_two_whatever_the_order() -> None:
    photos = [photo("a/x.jpg", "a" * 64), photo("b/X.png", "b" * 64), photo("b/y.jpg", "c" * 64)]
    stems = unique_stems(photos)
    assert stems == {"a" * 64: "x-aaaaaaaa", "b" * 64: "X-bbbbbbbb", "c" * 64: "y"}
    assert unique_stems(photos[::-1]) == stems


def test_a_name_that_is_like_a_made_one_stays_apart() -> None:
    photos = [photo("a/x.jpg", "a" * 64), photo("b/x.jpg", "b" * 64), photo("x-aaaaaaaa.jpg", "c" * 64)]
    assert len({fold(stem) for stem in unique_stems(photos).values()}) == 3
