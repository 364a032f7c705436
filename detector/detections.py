"""What a detector answers, and what a labelled photo says: the two values every room exchanges."""

from dataclasses import dataclass

from detector.boxes import Box

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
