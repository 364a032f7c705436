"""What a run has to show before it is published: the trained network, and each kind as it was measured."""

from dataclasses import dataclass
from typing import Literal

from detector.detections import Detection
from detector.evaluation import Evaluation
from jobs.train.config import TrainConfig
from jobs.train.data.photos import LabelledPhoto
from jobs.train.events import Event
from jobs.train.export.result import ExportedKind
from jobs.train.network.network import Network
from jobs.train.network.weights import ResolvedWeights
from jobs.train.prepare import PreparedData

Found = list[tuple[Detection, ...]]


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """All that publishing needs to know of the run. `history` are its events so far."""

    config: TrainConfig
    data: PreparedData
    network: Network
    base_weights: ResolvedWeights
    history: tuple[Event, ...]
    seconds: float

    @property
    def held_out(self) -> tuple[LabelledPhoto, ...]:
        """The photos that judge the version: the dataset's own test side, else the validation side."""
        return self.data.split.test or self.data.split.val

    @property
    def held_out_side(self) -> Literal["val", "test"]:
        return "test" if self.data.split.test else "val"

    @property
    def also_trained_on(self) -> int:
        """How many of the held-out photos were trained on too: where there were too few to hold back."""
        trained_on = {photo.sha256 for photo in self.data.split.train}
        return sum(photo.sha256 in trained_on for photo in self.held_out)


@dataclass(frozen=True, slots=True)
class MeasuredKind:
    """One kind after it ran over the held-out photos."""

    exported: ExportedKind
    found: Found
    evaluation: Evaluation
    milliseconds: float
