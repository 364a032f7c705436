"""The trained weights as training needs them again: what `--from-version` starts from.

The SavedModel holds the folded network, in which the head's BatchNorm no longer exists; training on needs both.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from detector.errors import InvalidRequestError
from jobs.train.arrays_file import read_arrays, write_arrays
from jobs.train.network.network import Network

FILE = "training/weights.npz"


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
