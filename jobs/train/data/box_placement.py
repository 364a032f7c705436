"""From a box as an annotation states it to a box on the upright photo, or to the reason why there is none."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from detector.boxes import Box
from detector.detections import GroundTruth
from detector.images import LoadedImage
from jobs.train.data.photos import AnnotatedBox, AnnotatedPhoto
from jobs.train.data.problems import Problem, ProblemKind
from jobs.train.data.text import clean_label

HALF_PIXEL = 0.5
"""Less than this over the edge is rounding, not a box outside the photo; thinner than this is no box."""

FAR_OUTSIDE = 2.0
"""A normalised coordinate so large is one in pixels: clipped to the photo, it would make a box of all of it."""


class Frame(Enum):
    """Which frame the annotation's coordinates are in."""

    UPRIGHT = "upright"
    RAW = "raw"
    UNKNOWN = "unknown"


def frame_of(stated_size: tuple[int, int] | None, image: LoadedImage) -> Frame:
    """The frame that a stated size tells: upright if equal to that size, raw if equal only to the raw one.

    Without a stated size the boxes are on the photo as people see it.
    """
    if stated_size is None or stated_size == (image.width, image.height):
        return Frame.UPRIGHT
    if stated_size == (image.raw_width, image.raw_height):
        return Frame.RAW
    return Frame.UNKNOWN


@dataclass(frozen=True, slots=True)
class Placed:
    """The usable boxes of one photo, and what was wrong with the others."""

    ground_truth: tuple[GroundTruth, ...]
    problems: tuple[Problem, ...]
    left_out: int


def place_boxes(photo: AnnotatedPhoto, image: LoadedImage, class_ids: Mapping[str, int]) -> Placed:
    """The photo's boxes, normalised to the upright photo and clipped to it.

    `class_ids` maps cleaned labels to ids. The frame of the annotation must not be UNKNOWN.
    """
    frame = frame_of(photo.stated_size, image)
    problems: list[Problem] = []
    placed: list[GroundTruth] = []
    left_out = photo.left_out
    if frame is Frame.RAW:
        problems.append(Problem(photo.name, ProblemKind.TURNED_BOXES, _turned_message(image)))
    for number, annotated in enumerate(photo.boxes, start=1):
        box, faults = _place(annotated, image, frame)
        problems.extend(
            Problem(photo.name, kind, f"box {number} ({clean_label(annotated.label)}) {message}")
            for kind, message in faults
        )
        class_id = class_ids.get(clean_label(annotated.label))
        if box is None or class_id is None:
            left_out += 1
            if class_id is None:
                problems.append(
                    Problem(photo.name, ProblemKind.UNKNOWN_CLASS, f"box {number} has no class; left out.")
                )
            continue
        truth = GroundTruth(class_id, box)
        if truth in placed:
            message = f"box {number} ({clean_label(annotated.label)}) is there twice; kept once."
            problems.append(Problem(photo.name, ProblemKind.DUPLICATE_BOX, message))
            continue
        placed.append(truth)
    return Placed(tuple(placed), tuple(problems), left_out)


def _turned_message(image: LoadedImage) -> str:
    return (
        f"labelled before EXIF turned it (stated size {image.raw_width}×{image.raw_height}, upright "
        f"{image.width}×{image.height}); the boxes were turned with the photo."
    )


Fault = tuple[ProblemKind, str]


def _place(annotated: AnnotatedBox, image: LoadedImage, frame: Frame) -> tuple[Box | None, list[Fault]]:
    edges = (annotated.ymin, annotated.xmin, annotated.ymax, annotated.xmax)
    if not all(math.isfinite(edge) for edge in edges):
        return None, [(ProblemKind.INVALID_BOX, "has coordinates that are no numbers; left out.")]
    if annotated.normalised and max(map(abs, edges)) >= FAR_OUTSIDE:
        return None, [(ProblemKind.INVALID_BOX, "has edges far over 1, which look like pixels; left out.")]
    faults: list[Fault] = []
    box = _normalised(annotated, image, frame)
    if box.ymin > box.ymax or box.xmin > box.xmax:
        swapped = _swapped(box)
        if _overshoot(swapped, image, frame) > HALF_PIXEL:
            return None, [(ProblemKind.INVERTED_BOX, "has its minimum above its maximum; left out.")]
        faults.append(
            (ProblemKind.INVERTED_BOX, "has its minimum above its maximum; the edges were swapped.")
        )
        box = swapped
    clipped = _upright(box, image, frame).clipped()
    width, height = image.width, image.height
    if clipped.width * width < HALF_PIXEL or clipped.height * height < HALF_PIXEL:
        return None, [*faults, (ProblemKind.DROPPED_BOX, "covers no part of the photo; left out.")]
    if _overshoot(box, image, frame) > HALF_PIXEL:
        faults.append((ProblemKind.CLIPPED_BOX, "reaches outside the photo; clipped."))
    return clipped, faults


def _normalised(annotated: AnnotatedBox, image: LoadedImage, frame: Frame) -> Box:
    edges = Box(annotated.ymin, annotated.xmin, annotated.ymax, annotated.xmax)
    if annotated.normalised:
        return edges
    width, height = _frame_size(image, frame)
    return Box.from_voc(
        xmin=edges.xmin, ymin=edges.ymin, xmax=edges.xmax, ymax=edges.ymax, width=width, height=height
    )


def _swapped(box: Box) -> Box:
    """The box between the same edges with each minimum first."""
    return Box(
        min(box.ymin, box.ymax), min(box.xmin, box.xmax), max(box.ymin, box.ymax), max(box.xmin, box.xmax)
    )


def _frame_size(image: LoadedImage, frame: Frame) -> tuple[int, int]:
    """`(width, height)` of the photo as the annotation sees it."""
    return (image.raw_width, image.raw_height) if frame is Frame.RAW else (image.width, image.height)


def _overshoot(box: Box, image: LoadedImage, frame: Frame) -> float:
    """How far the box reaches over the photo's edges, in pixels of the photo as taken."""
    width, height = _frame_size(image, frame)
    edges = box.to_pixels(width=width, height=height)
    inside = box.clipped().to_pixels(width=width, height=height)
    return max(abs(edge - clipped) for edge, clipped in zip(edges, inside, strict=True))


def _upright(box: Box, image: LoadedImage, frame: Frame) -> Box:
    if frame is not Frame.RAW:
        return box
    turned = box.rotated(quarter_turns=image.quarter_turns)
    return turned.mirrored() if image.mirrored else turned
