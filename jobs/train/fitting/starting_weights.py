"""The trained weights as training needs them again: what `--from-version` starts from.

The SavedModel holds the folded network, in which the head's BatchNorm no longer exists; training on needs both.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detector.errors import InvalidRequestError
from detector.store import Store
from jobs.train.network.arrays_file import read_arrays, write_arrays
from jobs.train.network.network import Network
from jobs.train.network.weights import ResolvedWeights

FILE = "training/weights.npz"


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """An earlier version to train on from: its folder of artifacts, its classes in the order of their ids, and
    where the base that it was trained from came from."""

    artifacts: Path
    labels: tuple[str, ...]
    base_weights: ResolvedWeights


def find_starting_point(store: Store, name: str, version: int) -> StartingPoint:
    """That version in the store. Raises NotFoundError, and StoreError when its manifest cannot be read."""
    manifest = store.manifest(name, version)
    origin = manifest.training.base_weights
    sha256 = origin.sha256 if origin.HasField("sha256") else None
    return StartingPoint(
        store.artifacts_dir(name, version),
        tuple(manifest.labels),
        # No values: the version's own weights are loaded over the whole network.
        ResolvedWeights(origin.name, sha256, None),
    )


def save_starting_weights(artifacts: Path, network: Network) -> None:
    """Write the network's weights in their order. Raises StoreError."""
    weights = enumerate(network.model.get_weights())
    write_arrays(artifacts / FILE, {f"{i:04d}": weight for i, weight in weights})


def load_starting_weights(artifacts: Path, network: Network) -> None:
    """Put the weights of a version into a network of the same shape.

    Raises:
        InvalidRequestError: the version has other classes, another alpha, head or size, or no such file.
    """
    weights = _read(artifacts / FILE)
    shapes = [tuple(weight.shape) for weight in network.model.weights]
    if [weight.shape for weight in weights] != shapes:
        raise InvalidRequestError(
            f"--from-version: the network in {artifacts} has other shapes than the one asked for. Use the same "
            "--head, --alpha and number of classes (and for the localizer --size) as that version did."
        )
    network.model.set_weights(weights)


def _read(path: Path) -> list[npt.NDArray[np.float32]]:
    try:
        stored = read_arrays(path)
    except (OSError, ValueError) as error:
        raise InvalidRequestError(
            f"--from-version: {path} cannot be read, so that version cannot be trained on ({error})."
        ) from error
    return [stored[name] for name in sorted(stored)]
