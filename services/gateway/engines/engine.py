"""The interface of an engine: load a version, detect on a photo."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from detector.images import Pixels
from detector.outputs import RawDetections
from services.gateway.deadline import Deadline

OnUp = Callable[[bool], None]


@dataclass(frozen=True, slots=True)
class VersionFiles:
    """A version as engines see it: S is `size`, `artifacts` the folder of its files."""

    name: str
    version: int
    size: int
    artifacts: Path


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
