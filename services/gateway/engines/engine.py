"""The interface of an engine: load a version, detect on a photo."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from detector.boxes import Box
from detector.detections import MAX_DETECTIONS, Detection
from detector.errors import ModelUnavailableError
from detector.images import Pixels
from services.gateway.deadline import Deadline

Floats = npt.NDArray[np.float32]
OnUp = Callable[[bool], None]


@dataclass(frozen=True, slots=True)
class VersionFiles:
    """A version as engines see it: S is `size`, `artifacts` the folder of its files."""

    name: str
    version: int
    size: int
    artifacts: Path


@dataclass(frozen=True, slots=True)
class RawDetections:
    """The graph's outputs for one photo: `boxes` `[K, 4]`, `classes` `[K]`, `scores` `[K]`, all float32."""

    boxes: Floats
    classes: Floats
    scores: Floats
    count: int


@dataclass(frozen=True, slots=True)
class Inference:
    """`version` is the one that answered: a label may have moved since the call was addressed."""

    raw: RawDetections
    version: int


class Runner(Protocol):
    """One loaded version, freed with its last reference. `run` is called from several threads at once."""

    def run(self, pixels: Pixels, *, channel: str | None, deadline: Deadline) -> Inference:
        """Detect on uint8 `[S, S, 3]`. Returns when the work has really ended, even after the deadline.

        Raises an error of the tree.
        """


class Engine(Protocol):
    """A way to run versions."""

    @property
    def name(self) -> str:
        """As in metrics: "embedded" or "tfserving"."""

    def load(self, files: VersionFiles) -> Runner:
        """Load a version; blocks. Raises ModelUnavailableError."""

    @property
    def by_label(self) -> bool:
        """Whether calls name the channel's label, which may move before the gateway notices."""

    def watch(self, on_up: OnUp) -> None:
        """Call `on_up`, from any thread, when the connection to the engine is made or lost."""

    def close(self) -> None: ...


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
