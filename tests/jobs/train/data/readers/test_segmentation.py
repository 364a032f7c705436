import contextlib
import json
from typing import Any

import numpy as np
import pytest
from faster_coco_eval.core import mask as coco_mask
from hypothesis import given
from hypothesis import strategies as st

from jobs.train.data.readers.segmentation import extent_of


def bounds(segmentation: object) -> tuple[float, float, float, float]:
    edges = extent_of(segmentation).edges
    return edges.xmin, edges.ymin, edges.xmax, edges.ymax


def runs_of(pixels: np.ndarray[Any, Any]) -> list[int]:
    """The uncompressed run-length code, column by column, beginning with what is outside."""
    flat = pixels.flatten(order="F")
    changes = np.flatnonzero(np.diff(np.concatenate([[0], flat, [2]])))
    return [int(run) for run in np.diff(np.concatenate([[0], changes]))]


def test_several_polygons_have_the_bounds_of_all() -> None:
    assert bounds([[10, 20, 30, 20, 30, 40], [5, 25, 6, 25, 6, 50, 5, 50]]) == (5, 20, 30, 50)


def test_a_single_polygon_may_stand_without_its_list_and_numbers_may_be_text() -> None:
    assert bounds([10, 20, 30, 20, 30, 40]) == (10, 20, 30, 40)
    assert bounds([["10", "20", "30", "20", "30", "40.5"]]) == (10, 20, 30, 40.5)


@pytest.mark.parametrize("part", [[], [1, 2], [1, 2, 90, 90]])
def test_parts_without_area_beside_a_polygon_are_passed_over(part: list[int]) -> None:
    good = [10, 20, 30, 20, 30, 40, 10, 40]
    assert bounds([good, part]) == bounds([part, good]) == (10, 20, 30, 40)


def test_a_mask_has_the_bounds_of_its_pixels() -> None:
    assert bounds({"size": [4, 3], "counts": [5, 2, 5]}) == (1, 1, 2, 3)
    assert extent_of({"size": [4, 3], "counts": [5, 2, 5]}).size == (3, 4)


def test_a_run_over_two_columns_touches_both_edges() -> None:
    assert bounds({"size": [4, 3], "counts": [3, 2, 7]}) == (0, 0, 2, 4)


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_masks_have_the_bounds_that_the_reference_code_gives(
    width: int, height: int, data: st.DataObject
) -> None:
    cells = data.draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    pixels = np.asarray(cells, np.uint8).reshape(height, width)
    packed = coco_mask.encode(np.asfortranarray(pixels))
    compressed = {"size": [height, width], "counts": packed["counts"].decode("ascii")}
    plain = {"size": [height, width], "counts": runs_of(pixels)}
    if not pixels.any():
        for mask in (compressed, plain):
            with pytest.raises(ValueError, match="empty mask"):
                extent_of(mask)
        return
    x, y, w, h = (float(value) for value in coco_mask.toBbox(packed))
    ys, xs = np.nonzero(pixels)
    assert bounds(compressed) == bounds(plain) == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    assert (x, y, x + w, y + h) == bounds(plain)


def test_a_large_mask_is_read_as_the_reference_code_writes_it() -> None:
    pixels = np.zeros((3000, 4000), np.uint8)
    pixels[100:2900, 1000:3001] = 1
    packed = coco_mask.encode(np.asfortranarray(pixels))
    assert bounds({"size": [3000, 4000], "counts": packed["counts"].decode()}) == (1000, 100, 3001, 2900)


@pytest.mark.parametrize(
    ("segmentation", "message"),
    [
        ([], "neither polygons nor a mask"),
        (None, "neither polygons nor a mask"),
        ("[[1, 2, 3, 4, 5, 6]]", "neither polygons nor a mask"),
        ([[]], "a polygon of 0 numbers"),
        ([[1, 2, 3, 4]], "a polygon of 4 numbers"),
        ([[1, 2, 3, 4, 5, 6, 7]], "a polygon of 7 numbers"),
        ([[1, 2, 3, 4], []], "a polygon of 4 numbers"),
        ([[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7]], "a polygon of 7 numbers"),
        ([[1, 2, 3, 4, 5, "x"]], "no numbers"),
        ([[1, 2, 3, 4, 5, None]], "no numbers"),
        ([{"x": 1}], "a polygon of 1 numbers"),
        ([[1, 2, 3, 4, 5, 6], 7], "a polygon of 0 numbers"),
        ({}, "without a size"),
        ({"size": [0, 5], "counts": [0]}, "without a size"),
        ({"size": [4, 3]}, "a damaged mask"),
        ({"size": [4, 3], "counts": [5, 2, 4]}, "do not fill"),
        ({"size": [4, 3], "counts": [5, 2, 6]}, "do not fit"),
        ({"size": [4, 3], "counts": [5, 2.5, 4.5]}, "a damaged mask"),
        ({"size": [4, 3], "counts": [12]}, "empty mask"),
        ({"size": [4, 3], "counts": "P"}, "cut short"),
        ({"size": [10**9, 10**9], "counts": [1, 10**18 - 1]}, "a damaged mask"),
    ],
)
def test_a_segmentation_that_is_damaged_says_so(segmentation: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        extent_of(segmentation)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["size", "counts", "x"]), inner),
)


@given(JSON)
def test_any_json_is_a_segmentation_or_refused(value: object) -> None:
    with contextlib.suppress(ValueError):
        assert extent_of(json.loads(json.dumps(value)))
