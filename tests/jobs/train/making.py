"""Small runs for tests: real code on pictures drawn here, at the smallest size, from random base weights."""

from pathlib import Path
from typing import Any

from jobs.train.config import TrainConfig

TINY: dict[str, Any] = {
    "size": 96,
    "alpha": 0.25,
    "base_weights": "random",
    "shapes": 60,
    "phase1_epochs": 2,
    "phase2_epochs": 3,
    "samples": 3,
}


def tiny_config(store: Path, **options: Any) -> TrainConfig:
    """A run of some seconds that publishes into `store`."""
    return TrainConfig(store=store, **(TINY | options))


def tiny_arguments(store: Path, *extra: str) -> list[str]:
    """The same run as arguments of `detector train`."""
    named = [f"--{name.replace('_', '-')}={value}" for name, value in TINY.items()]
    return ["train", "--store", str(store), *named, *extra]


def competent_config(store: Path, **options: Any) -> TrainConfig:
    """A run of about a minute from ImageNet's weights, whose version finds most shapes and is sure of many."""
    settings = {"size": 96, "shapes": 200, "phase1_epochs": 12, "phase2_epochs": 6, "samples": 8}
    return TrainConfig(store=store, **(settings | options))
