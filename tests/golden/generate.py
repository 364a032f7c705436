"""Golden vectors: what box and average precision maths must give, in Python and in JavaScript alike.

`python -m tests.golden.generate` writes the JSON files beside this one. Numbers are rounded to DECIMALS; hold
implementations to TOLERANCE. A number that is not measured is null. Boxes are `[ymin, xmin, ymax, xmax]`.
"""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from detector.boxes import Box, as_array, intersection_over_union
from detector.detections import Detection, GroundTruth
from detector.evaluation import Evaluation, choose_score_threshold, evaluate, photo_outcome
from detector.evaluation.results import ClassMetrics, ThresholdMetrics
from jobs.train.data.findings import advice
from tests.golden.pictures import overlay_vectors, resize_vectors

DECIMALS = 7
TOLERANCE = 1e-6
FOLDER = Path(__file__).parent
LABELS = ("raccoon", "kangaroo")

Json = dict[str, Any]
Scene = tuple[list[list[GroundTruth]], list[list[Detection]]]


def box_vectors() -> Json:
    """Conversions from datasets, turns, mirror image, clipping and pixels."""
    generator = random.Random(1)
    return {"cases": [_box_case(generator) for _ in range(24)]}


def _box_case(generator: random.Random) -> Json:
    width, height = generator.randrange(64, 4000), generator.randrange(64, 4000)
    ymin, ymax = sorted(round(generator.uniform(-0.2, 1.2), DECIMALS) for _ in range(2))
    xmin, xmax = sorted(round(generator.uniform(-0.2, 1.2), DECIMALS) for _ in range(2))
    box = Box(ymin, xmin, ymax, xmax)
    return {
        "box": _edges(box),
        "width": width,
        "height": height,
        "coco": _rounded([xmin * width, ymin * height, box.width * width, box.height * height]),
        "voc": _rounded([xmin * width, ymin * height, xmax * width, ymax * height]),
        "yolo": _rounded([(xmin + xmax) / 2, (ymin + ymax) / 2, box.width, box.height]),
        "pixels": _rounded(box.to_pixels(width=width, height=height)),
        "area": round(box.area, DECIMALS),
        "clipped": _edges(box.clipped()),
        "mirrored": _edges(box.mirrored()),
        "quarter_turns": [_edges(box.rotated(quarter_turns=turns)) for turns in range(4)],
    }


def intersection_over_union_vectors() -> Json:
    """Pairwise overlaps, `overlap[i][j]` of `a[i]` and `b[j]`; apart, touching, nested and flat ones too."""
    generator = random.Random(2)
    unit, half, flat = Box(0, 0, 1, 1), Box(0, 0, 0.5, 1), Box(0.5, 0.5, 0.5, 0.5)
    a = [unit, half, flat, *(_random_box(generator) for _ in range(9))]
    b = [
        half,
        Box(0.5, 0, 1, 1),
        flat,
        Box(0.25, 0.25, 0.75, 0.75),
        *(_random_box(generator) for _ in range(8)),
    ]
    overlap = intersection_over_union(as_array(a), as_array(b))
    return {
        "a": [_edges(box) for box in a],
        "b": [_edges(box) for box in b],
        "overlap": [_rounded(row) for row in overlap.tolist()],
    }


def average_precision_vectors() -> Json:
    """Photos with truth and detections, what evaluating them gives, and what is right and wrong on each.

    An outcome holds places in the photo's own lists of detections (right and wrong ones, best first) and of
    objects (missed ones).
    """
    generator = random.Random(3)
    scenes: list[tuple[str, Scene]] = [
        ("nothing at all", ([[]], [[]])),
        ("nothing found", ([[GroundTruth(0, Box(0, 0, 0.5, 0.5))]], [[]])),
        ("found where nothing is", ([[]], [[Detection(0, 0.9, Box(0, 0, 0.5, 0.5))]])),
        ("two boxes on one object", _duplicate_scene()),
        (
            "scores tie",
            _random_scene(generator, photos=6, score=lambda: generator.choice((0.25, 0.5, 0.75))),
        ),
        ("many photos", _random_scene(generator, photos=20, score=generator.random)),
        ("an overlap of exactly one half", _half_scene()),
        ("two objects overlapped alike", _tied_scene()),
        ("more boxes of a class than are matched", _crowded_scene()),
    ]
    return {"labels": list(LABELS), "cases": [_scene_case(name, scene) for name, scene in scenes]}


def _scene_case(name: str, scene: Scene) -> Json:
    truth, found = scene
    threshold = choose_score_threshold(truth, found)
    return {
        "name": name,
        "photos": [
            {
                "ground_truth": [{"class_id": item.class_id, "box": _edges(item.box)} for item in objects],
                "detections": [
                    {"class_id": item.class_id, "score": item.score, "box": _edges(item.box)}
                    for item in detections
                ],
            }
            for objects, detections in zip(truth, found, strict=True)
        ],
        "score_threshold": threshold,
        "expected": _expected(evaluate(truth, found, LABELS, score_threshold=threshold)),
        "outcomes": [
            _outcome(objects, detections, threshold) for objects, detections in zip(truth, found, strict=True)
        ],
    }


def _outcome(objects: list[GroundTruth], detections: list[Detection], threshold: float) -> Json:
    outcome = photo_outcome(objects, detections, score_threshold=threshold)
    return {
        "right": _places(outcome.right, detections),
        "wrong": _places(outcome.wrong, detections),
        "missed": _places(outcome.missed, objects),
    }


def _places(chosen: Sequence[Any], among: Sequence[Any]) -> list[int]:
    """By identity: equal boxes may be right once and wrong once."""
    places = {id(item): place for place, item in enumerate(among)}
    return [places[id(item)] for item in chosen]


def _expected(result: Evaluation) -> Json:
    return {
        "ap50": _measured(result.ap50),
        "ap75": _measured(result.ap75),
        "ap": _measured(result.ap),
        "per_class": [_expected_class(metrics) for metrics in result.per_class],
        "at_threshold": _counts(result.at_threshold),
        "false_positives_per_empty_photo": _measured(result.false_positives_per_empty_photo),
    }


def _expected_class(metrics: ClassMetrics) -> Json:
    return {
        "class_id": metrics.class_id,
        "ground_truth_boxes": metrics.ground_truth_boxes,
        "ap50": _measured(metrics.ap50),
        "ap75": _measured(metrics.ap75),
        "ap": _measured(metrics.ap),
        "precision_at_101_recalls": _rounded(metrics.curve.precision) if metrics.curve else None,
        "at_threshold": _counts(metrics.at_threshold),
    }


def _counts(counts: ThresholdMetrics | None) -> Json | None:
    if counts is None:
        return None
    return {
        "true_positives": counts.true_positives,
        "false_positives": counts.false_positives,
        "false_negatives": counts.false_negatives,
        "precision": _measured(counts.precision),
        "recall": _measured(counts.recall),
    }


def _duplicate_scene() -> Scene:
    box, near = Box(0.1, 0.1, 0.6, 0.6), Box(0.1, 0.1, 0.6, 0.55)
    return [[GroundTruth(1, box)]], [[Detection(1, 0.9, near), Detection(1, 0.8, box)]]


def _half_scene() -> Scene:
    """Half of the object, once from each side: both just reach the threshold, one comes too late."""
    return [[GroundTruth(0, Box(0, 0, 0.5, 1))]], [
        [Detection(0, 0.9, Box(0, 0, 0.5, 0.5)), Detection(0, 0.8, Box(0, 0.5, 0.5, 1))]
    ]


def _tied_scene() -> Scene:
    """A box over two objects covers both alike; COCO gives it the later one, and the next box finds the other."""
    objects = [GroundTruth(0, Box(0, 0, 0.25, 0.5)), GroundTruth(0, Box(0.25, 0, 0.5, 0.5))]
    over_both, over_second = Box(0, 0, 0.5, 0.5), Box(0.25, 0, 0.5, 0.5)
    return [objects], [[Detection(0, 0.9, over_both), Detection(0, 0.8, over_second)]]


def _crowded_scene() -> Scene:
    """Fifty boxes of one class take part; the object's own box is the fifty-first, the other class has room."""
    own, beside, other = Box(0, 0, 0.25, 0.25), Box(0.5, 0.5, 0.75, 0.75), Box(0.25, 0.25, 0.5, 0.5)
    boxes = [*[beside] * 50, own]
    found = [Detection(0, round(0.99 - place / 100, 2), box) for place, box in enumerate(boxes)]
    return [[GroundTruth(0, own), GroundTruth(1, other)]], [[*found, Detection(1, 0.5, other)]]


def advice_numbers() -> Json:
    """From which numbers on a dataset is enough: the phone's advice while labelling goes by them too."""
    names = ("FEW_PHOTOS", "SOME_PHOTOS", "FEW_BOXES", "SOME_BOXES", "IMBALANCE", "FEW_NEGATIVES")
    return {name: getattr(advice, name) for name in names}


def _random_scene(generator: random.Random, *, photos: int, score: Callable[[], float]) -> Scene:
    truth = [
        [
            GroundTruth(generator.randrange(2), _random_box(generator))
            for _ in range(generator.choice((0, 1, 3)))
        ]
        for _ in range(photos)
    ]
    return truth, [[_random_detection(generator, objects, score) for _ in range(4)] for objects in truth]


def _random_detection(
    generator: random.Random, objects: list[GroundTruth], score: Callable[[], float]
) -> Detection:
    if not objects or generator.random() < 0.4:
        return Detection(generator.randrange(2), round(score(), DECIMALS), _random_box(generator))
    target = generator.choice(objects)
    moved = Box(*(round(edge + generator.uniform(-0.04, 0.04), DECIMALS) for edge in _edges(target.box)))
    return Detection(target.class_id, round(score(), DECIMALS), moved)


def _random_box(generator: random.Random) -> Box:
    """A box whose edges are already rounded as they are written, so that no reader sees another one."""
    ymin, xmin = generator.uniform(0.0, 0.6), generator.uniform(0.0, 0.6)
    edges = (ymin, xmin, ymin + generator.uniform(0.1, 0.4), xmin + generator.uniform(0.1, 0.4))
    return Box(*(round(edge, DECIMALS) for edge in edges))


def _edges(box: Box) -> list[float]:
    return _rounded((box.ymin, box.xmin, box.ymax, box.xmax))


def _rounded(values: list[float] | tuple[float, ...]) -> list[float]:
    return [round(value, DECIMALS) for value in values]


def _measured(value: float | None) -> float | None:
    return None if value is None else round(value, DECIMALS)


VECTORS: dict[str, Callable[[], Json]] = {
    "boxes.json": box_vectors,
    "intersection_over_union.json": intersection_over_union_vectors,
    "average_precision.json": average_precision_vectors,
    "overlay.json": overlay_vectors,
    "resize.json": resize_vectors,
    "dataset_advice.json": advice_numbers,
}


def render(make: Callable[[], Json]) -> str:
    """The text of one file of vectors."""
    return json.dumps(make(), separators=(",", ":"), allow_nan=False) + "\n"


def main() -> None:
    """Write every file of vectors."""
    for name, make in VECTORS.items():
        (FOLDER / name).write_text(render(make), encoding="utf-8")


if __name__ == "__main__":
    main()
