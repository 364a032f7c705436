"""Photos in the report: small JPEGs inside the page, with boxes drawn over them as SVG."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from detector.boxes import Box
from detector.detections import Detection, GroundTruth
from detector.evaluation import PhotoOutcome
from jobs.train.data.jpeg import encode_jpeg
from jobs.train.data.photos import Pixels
from jobs.train.report.data import EvaluatedPhoto

LONGEST_SIDE = 480
QUALITY = 80
WORST = 12
TEXT_WIDTH = 0.58
"""Of a character in font sizes, about; captions are kept inside the photo by it."""

Fate = Literal["truth", "right", "wrong", "missed"]


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A rectangle in pixels of the picture, and what is written at it: `text_x`, `text_y` is its baseline."""

    fate: Fate
    x: float
    y: float
    width: float
    height: float
    caption: str
    text_x: float
    text_y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo ready for the page; `text` says what is to be seen, for those who do not see it."""

    name: str
    data_uri: str
    width: int
    height: int
    boxes: tuple[DrawnBox, ...]
    text: str
    font_size: float


def worst_pictures(
    photos: Sequence[EvaluatedPhoto], labels: Sequence[str], *, score_threshold: float, count: int = WORST
) -> tuple[Picture, ...]:
    """The photos with the most mistakes (missed objects and wrong boxes), worst first; none without mistakes.

    Among equals the one with the surest wrong box, then the order given.
    """
    judged = [(photo, photo.outcome(score_threshold)) for photo in photos]
    mistaken = [(photo, outcome) for photo, outcome in judged if outcome.mistakes]
    worst = sorted(mistaken, key=lambda pair: (-pair[1].mistakes, -_surest(pair[1].wrong)))[:count]
    return tuple(_picture(photo, outcome, labels) for photo, outcome in worst)


def _surest(wrong: Sequence[Detection]) -> float:
    return max((detection.score for detection in wrong), default=0.0)


def _picture(photo: EvaluatedPhoto, outcome: PhotoOutcome, labels: Sequence[str]) -> Picture:
    image = fitted(photo.pixels, LONGEST_SIDE)
    width, height = image.size
    found = [truth for truth in photo.ground_truth if truth not in outcome.missed]
    boxes = (
        *(_truth_box("truth", truth, labels, width, height) for truth in found),
        *(_truth_box("missed", truth, labels, width, height) for truth in outcome.missed),
        *(_detection_box("right", detection, labels, width, height) for detection in outcome.right),
        *(_detection_box("wrong", detection, labels, width, height) for detection in outcome.wrong),
    )
    return Picture(
        name=photo.name,
        data_uri="data:image/jpeg;base64," + base64.b64encode(encode_jpeg(image, quality=QUALITY)).decode(),
        width=width,
        height=height,
        boxes=boxes,
        text=_describe(outcome),
        font_size=_font_size(width, height),
    )


def _describe(outcome: PhotoOutcome) -> str:
    right, wrong, missed = len(outcome.right), len(outcome.wrong), len(outcome.missed)
    parts = [
        f"{right} right" if right else "",
        f"{wrong} wrong" if wrong else "",
        f"{missed} missed" if missed else "",
    ]
    return ", ".join(part for part in parts if part)


def _truth_box(
    fate: Literal["truth", "missed"], truth: GroundTruth, labels: Sequence[str], width: int, height: int
) -> DrawnBox:
    caption = labels[truth.class_id] if fate == "missed" else ""
    return _drawn(fate, truth.box, caption, width, height)


def _detection_box(
    fate: Literal["right", "wrong"], detection: Detection, labels: Sequence[str], width: int, height: int
) -> DrawnBox:
    caption = f"{labels[detection.class_id]} {detection.score:.2f}"
    return _drawn(fate, detection.box, caption, width, height)


def _drawn(fate: Fate, box: Box, caption: str, width: int, height: int) -> DrawnBox:
    ymin, xmin, ymax, xmax = box.clipped().to_pixels(width=width, height=height)
    font_size = _font_size(width, height)
    gap = 0.2 * font_size
    return DrawnBox(
        fate=fate,
        x=round(xmin, 1),
        y=round(ymin, 1),
        width=round(max(xmax - xmin, 0.0), 1),
        height=round(max(ymax - ymin, 0.0), 1),
        caption=caption,
        text_x=round(max(min(xmin + gap, width - TEXT_WIDTH * font_size * len(caption)), gap), 1),
        # Missed objects are named at the bottom, since a wrong box often lies on one.
        text_y=round(ymax - 1.5 * gap if fate == "missed" else ymin + font_size, 1),
    )


def _font_size(width: int, height: int) -> float:
    """In pixels of the picture, such that it is the same on the page, which fits all photos into 4:3."""
    return round(max(width, height * 4 / 3) / 24, 1)


def fitted(pixels: Pixels, longest_side: int) -> Image.Image:
    """The photo at most `longest_side` pixels wide and high, its shape kept; a smaller one as it is."""
    image = Image.fromarray(pixels)
    image.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    return image
