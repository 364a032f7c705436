import numpy as np
import pytest
from PIL import Image, ImageEnhance

from detector.images import load_image
from jobs.train.datasets.hashing import near_duplicate_groups, perceptual_hash
from jobs.train.datasets.photos import LabelledPhoto, Pixels
from tests.detector.pictures import encode, noise


def labelled(pixels: Pixels) -> LabelledPhoto:
    return LabelledPhoto("photo.jpg", str(id(pixels)), perceptual_hash(pixels), pixels, ())


def groups(*pictures: Pixels) -> tuple[tuple[int, ...], ...]:
    return near_duplicate_groups(tuple(labelled(pixels) for pixels in pictures))


def scene(seed: int) -> Pixels:
    """Large and small structure, as a photo has."""
    coarse, fine = noise(320, 240, seed=seed, grain=60), noise(320, 240, seed=seed + 1000, grain=8)
    return (0.7 * coarse + 0.3 * fine).astype(np.uint8)


def saved_again(pixels: Pixels) -> Pixels:
    return load_image(encode(pixels, quality=30)).pixels


def half_the_size(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(pixels).resize((160, 120), Image.Resampling.BILINEAR))


def brighter(pixels: Pixels) -> Pixels:
    return np.asarray(ImageEnhance.Brightness(Image.fromarray(pixels)).enhance(1.05))


def next_of_a_burst(pixels: Pixels) -> Pixels:
    """Moved by a hundredth of the width."""
    return np.roll(pixels, 3, axis=1)


@pytest.mark.parametrize("change", [saved_again, half_the_size, brighter, next_of_a_burst])
def test_twins_are_found(change: object) -> None:
    assert callable(change)
    found = [groups(scene(seed), change(scene(seed))) for seed in range(20)]
    assert sum(group == ((0, 1),) for group in found) >= 19


def test_other_photos_are_no_twins() -> None:
    assert len(groups(*(scene(seed) for seed in range(150)))) == 150


def test_small_different_objects_on_one_plain_background_are_no_twins_unless_nearly_the_same() -> None:
    pictures = []
    for x in (20, 120, 220):
        pixels = np.full((240, 320, 3), 240, np.uint8)
        pixels[80:160, x : x + 80] = (200, 30, 30)
        pictures.append(pixels)
    assert len(groups(*pictures)) == 3


def test_twins_are_transitive_and_groups_keep_the_order() -> None:
    first, second = scene(1), scene(2)
    assert groups(first, second, saved_again(first), half_the_size(saved_again(first))) == ((0, 2, 3), (1,))


def test_no_photo_is_no_group() -> None:
    assert groups() == ()
