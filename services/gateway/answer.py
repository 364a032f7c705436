"""What the core is asked and what it answers: values that no transport is in."""

from dataclasses import dataclass

from detector.detections import MAX_DETECTIONS, Detection


@dataclass(frozen=True, slots=True)
class DetectOptions:
    """`channel` and `version` None: the gateway chooses; `min_score` None: the version's own threshold."""

    channel: str | None = None
    version: int | None = None
    min_score: float | None = None
    max_detections: int = MAX_DETECTIONS
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of each stage; `total` is from the end of the headers (or the call) to the answer."""

    decode_ms: float
    queue_ms: float
    inference_ms: float
    total_ms: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Detections by falling score, in boxes of the upright photo of `width` × `height` pixels as taken."""

    model: str
    version: int
    channel: str | None
    width: int
    height: int
    labels: tuple[str, ...]
    detections: tuple[Detection, ...]
    timing: Timing
