from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from detector.images import load_image
from jobs.train.data.photos import Pixels
from jobs.train.data.split.disjoint_sets import Partition
from jobs.train.data.split.look_alikes import (
    ORIENTATIONS,
    join_look_alikes,
    make_thumbnail,
    same_scene,
    turned,
    turned_back,
)
from tests.detector.pictures import encode, noise


def groups(*pictures: Pixels) -> tuple[tuple[int, ...], ...]:
    partition = Partition(len(pictures))
    thumbnails = [make_thumbnail(pixels) for pixels in pictures]
    join_look_alikes(np.array(thumbnails, np.uint8).reshape(-1, 32, 32, 3), partition)
    return partition.groups()


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
    for x in (20, 110, 170):
        pixels = np.full((240, 320, 3), 240, np.uint8)
        pixels[80:160, x : x + 80] = (200, 30, 30)
        pictures.append(pixels)
    assert len(groups(*pictures)) == 3


def test_twins_are_transitive_and_groups_keep_the_order() -> None:
    first, second = scene(1), scene(2)
    assert groups(first, second, saved_again(first), half_the_size(saved_again(first))) == ((0, 2, 3), (1,))


def test_no_photo_is_no_group() -> None:
    assert groups() == ()


@given(st.integers(0, 10_000), st.integers(0, ORIENTATIONS - 1), st.integers(0, ORIENTATIONS - 1))
def test_mirrored_and_turned_photos_are_twins(seed: int, first: int, second: int) -> None:
    pixels = scene(seed)
    assert groups(turned(pixels, first), scene(seed + 20_000), turned(pixels, second)) == ((0, 2), (1,))


@pytest.mark.parametrize("orientation", range(ORIENTATIONS))
def test_a_mirrored_or_turned_photo_that_was_saved_again_is_a_twin(orientation: int) -> None:
    found = [
        groups(scene(seed), saved_again(half_the_size(turned(scene(seed), orientation))))
        for seed in range(20)
    ]
    assert sum(group == ((0, 1),) for group in found) >= 19


@given(st.integers(0, ORIENTATIONS - 1))
def test_turning_back_undoes_turning(orientation: int) -> None:
    pixels = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3)
    np.testing.assert_array_equal(turned_back(turned(pixels, orientation), orientation), pixels)


def test_the_eight_orientations_are_different() -> None:
    pixels = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3)
    assert len({turned(pixels, k).tobytes() for k in range(ORIENTATIONS)}) == ORIENTATIONS


def test_many_photos_of_one_picture_are_one_group() -> None:
    assert len(groups(*[scene(1)] * 3000)) == 1


def panned(step: int) -> Pixels:
    """A view of 320 × 240 that moves over a wide scene by a twentieth of its width a step."""
    return (0.7 * noise(1280, 240, seed=5, grain=60) + 0.3 * noise(1280, 240, seed=6, grain=8)).astype(
        np.uint8
    )[:, 16 * step : 16 * step + 320]


def test_neighbouring_frames_show_the_same_scene_and_distant_ones_do_not() -> None:
    frames = [make_thumbnail(panned(step)) for step in range(50)]
    assert all(same_scene(a, b) for a, b in pairwise(frames))
    assert not any(same_scene(a, b) for a, b in zip(frames, frames[20:], strict=False))


def test_strangers_do_not_show_the_same_scene() -> None:
    thumbnails = [make_thumbnail(scene(seed)) for seed in range(200)]
    assert not any(same_scene(a, b) for a, b in pairwise(thumbnails))
