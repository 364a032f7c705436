"""The four tensors that every exported model answers for one photo, checked and read as detections."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.boxes import Box
from detector.detections import MAX_DETECTIONS, Detection
from detector.errors import ModelUnavailableError

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RawDetections:
    """The graph's outputs for one photo: `boxes` `[K, 4]`, `classes` `[K]`, `scores` `[K]`, all float32."""

    boxes: Floats
    classes: Floats
    scores: Floats
    count: int


def raw_detections(boxes: Floats, classes: Floats, scores: Floats, count: Floats) -> RawDetections:
    """Outputs of a batch of one, as one photo's. ModelUnavailableError where the contract is broken."""
    if boxes.shape != (1, MAX_DETECTIONS, 4) or classes.shape != (1, MAX_DETECTIONS):
        raise ModelUnavailableError(f"The model answers boxes of shape {boxes.shape}.")
    if scores.shape != (1, MAX_DETECTIONS) or count.size != 1:
        raise ModelUnavailableError(f"The model answers scores of shape {scores.shape}.")
    if not all(bool(np.isfinite(values).all()) for values in (boxes, classes, scores, count)):
        raise ModelUnavailableError("The model answers numbers that are not finite.")
    valid = min(max(int(count.reshape(())), 0), MAX_DETECTIONS)
    return RawDetections(boxes[0], classes[0], scores[0], valid)


def detections(raw: RawDetections, *, classes: int, min_score: float, limit: int) -> tuple[Detection, ...]:
    """The valid rows at `min_score` or above, at most `limit`; boxes clipped to the photo."""
    found: list[Detection] = []
    rows = zip(
        raw.boxes[: raw.count].tolist(),
        raw.classes[: raw.count].tolist(),
        raw.scores[: raw.count].tolist(),
        strict=True,
    )
    for edges, class_id, score in rows:
        if len(found) == limit:
            break
        if score < min_score:
            continue
        if not 0 <= int(class_id) < classes:
            raise ModelUnavailableError(f"The model answers class {class_id:g} of {classes}.")
        found.append(Detection(int(class_id), min(score, 1.0), Box(*edges).clipped()))
    return tuple(found)
