"""What a detector answers, and what a labelled photo says: the two values every room exchanges."""

from dataclasses import dataclass

from detector.boxes import Box, FloatArray

OUTPUT_NAMES = ("detection_boxes", "detection_classes", "detection_scores", "num_detections")
"""The four outputs of every exported model, in this order (all float32)."""

MAX_DETECTIONS = 50
"""K: rows of every exported model's outputs; rows past num_detections are zeros."""

SCORE_FLOOR = 0.01
"""Detections below this score never leave the graph."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One object found: 0-based class, score in 0..1, box on the upright photo."""

    class_id: int
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """One object labelled by a person: 0-based class, box on the upright photo."""

    class_id: int
    box: Box


@dataclass(frozen=True, slots=True)
class DetectionArrays:
    """The four outputs of a batch as any runtime returns them, float32.

    `boxes` `[B, K, 4]`, `classes` `[B, K]`, `scores` `[B, K]`, `counts` `[B]`: the rows that are detections.
    """

    boxes: FloatArray
    classes: FloatArray
    scores: FloatArray
    counts: FloatArray

    def per_photo(self) -> list[tuple[Detection, ...]]:
        """The valid rows of each photo, best first."""
        return [
            tuple(
                Detection(
                    int(self.classes[photo, row]),
                    float(self.scores[photo, row]),
                    _box(self.boxes[photo, row]),
                )
                for row in range(int(count))
            )
            for photo, count in enumerate(self.counts)
        ]


def _box(edges: FloatArray) -> Box:
    ymin, xmin, ymax, xmax = (float(edge) for edge in edges)
    return Box(ymin, xmin, ymax, xmax)
