"""Random photos with labelled boxes and detections, for property tests."""

import random

from hypothesis import strategies as st

from detector.boxes import Box
from detector.detections import Detection, GroundTruth

GRID = 16
"""Corners lie on sixteenths, so that overlaps are exact and often equal each other or a threshold."""

Scene = tuple[list[list[GroundTruth]], list[list[Detection]]]


@st.composite
def grid_boxes(draw: st.DrawFn) -> Box:
    top, bottom = sorted(draw(st.tuples(st.integers(0, GRID - 1), st.integers(0, GRID - 1))))
    left, right = sorted(draw(st.tuples(st.integers(0, GRID - 1), st.integers(0, GRID - 1))))
    return Box(top / GRID, left / GRID, (bottom + 1) / GRID, (right + 1) / GRID)


@st.composite
def grid_scenes(draw: st.DrawFn, classes: int = 3, photos: int = 5) -> Scene:
    """A few photos whose boxes and scores tie often; nothing at all is among them."""
    count = draw(st.integers(1, photos))
    class_ids = st.integers(0, classes - 1)
    scores = st.sampled_from((0.125, 0.25, 0.5, 0.75, 1.0))
    truth = st.lists(st.builds(GroundTruth, class_ids, grid_boxes()), max_size=5)
    found = st.lists(st.builds(Detection, class_ids, scores, grid_boxes()), max_size=8)
    return (
        draw(st.lists(truth, min_size=count, max_size=count)),
        draw(st.lists(found, min_size=count, max_size=count)),
    )


def random_scene(seed: int, *, photos: int, classes: int = 2, detections: int = 50) -> Scene:
    """Photos with up to five objects, one in four empty, and a detector that is right about half the time."""
    generator = random.Random(seed)
    ground_truth = [_random_truth(generator, classes) for _ in range(photos)]
    return ground_truth, [
        [_random_detection(generator, truth, classes) for _ in range(detections)] for truth in ground_truth
    ]


def _random_truth(generator: random.Random, classes: int) -> list[GroundTruth]:
    count = generator.choice((0, 1, 2, 5))
    return [GroundTruth(generator.randrange(classes), _random_box(generator)) for _ in range(count)]


def _random_detection(generator: random.Random, truth: list[GroundTruth], classes: int) -> Detection:
    if not truth or generator.random() < 0.7:
        return Detection(generator.randrange(classes), generator.random() * 0.7, _random_box(generator))
    target = generator.choice(truth)
    return Detection(target.class_id, generator.random(), _jittered(generator, target.box))


def _jittered(generator: random.Random, box: Box) -> Box:
    """The box with every edge moved by up to a fifth of its side, so that none is turned inside out."""
    up, left, down, right = (generator.uniform(-0.2, 0.2) for _ in range(4))
    return Box(
        box.ymin + up * box.height,
        box.xmin + left * box.width,
        box.ymax + down * box.height,
        box.xmax + right * box.width,
    )


def _random_box(generator: random.Random) -> Box:
    height, width = (0.02 + 0.7 * generator.random() ** 2 for _ in range(2))
    ymin, xmin = generator.random() * (1 - height), generator.random() * (1 - width)
    return Box(ymin, xmin, ymin + height, xmin + width)
