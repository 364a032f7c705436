"""What a killed run needs to go on: written whole at the end of each epoch, or not at all."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.files import reading
from jobs.train.network.arrays_file import read_arrays, write_arrays

Arrays = list[npt.NDArray[Any]]
_FILE = "checkpoint.npz"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. `history` is every event so far; `phase` and `epochs_done` say what comes next."""

    phase: int = 1
    epochs_done: int = 0
    planned_epochs: int | None = None
    best_score: float = -1.0
    best_epoch: int = 0
    seconds: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Progress, with the arrays of the network, the optimizer, the averages, and the best epoch's weights."""

    progress: Progress
    arrays: dict[str, Arrays]

    def fits(self, weights: Sequence[npt.NDArray[Any]]) -> bool:
        """Whether it is of a network with weights of these shapes: the code may have changed since it was written."""
        stored = self.arrays.get("weights", [])
        return [array.shape for array in stored] == [weight.shape for weight in weights]


def save_checkpoint(directory: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint in `directory` in one step.

    Raises:
        StoreError: the disk is full or not writable; the checkpoint before stays.
    """
    flat = {
        f"{name}/{i:04d}": array for name, group in checkpoint.arrays.items() for i, array in enumerate(group)
    }
    progress = np.asarray(json.dumps(asdict(checkpoint.progress)))
    write_arrays(directory / _FILE, {"progress": progress, **flat})


def load_checkpoint(directory: Path) -> Checkpoint | None:
    """The checkpoint in `directory`, or None when there is none, it is damaged, or something else wrote it.

    Raises:
        StoreError: the disk refuses to have it read.
    """
    path = directory / _FILE
    with reading(path):
        try:
            stored = read_arrays(path)
            progress = Progress(**json.loads(str(stored.pop("progress"))))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
    arrays: dict[str, Arrays] = {}
    for name in sorted(stored):
        arrays.setdefault(name.split("/")[0], []).append(stored[name])
    return Checkpoint(progress, arrays)
