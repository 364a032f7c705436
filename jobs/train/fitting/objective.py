"""What each head is trained on: the targets of a view, and the loss of raw outputs against them."""

from dataclasses import dataclass
from typing import Protocol

import tensorflow as tf

from detector.boxes import FloatArray
from jobs.train.fitting.augment import View
from jobs.train.network.assignment import assign_cells
from jobs.train.network.grid import Grid
from jobs.train.network.localizer import localizer_loss, localizer_target
from jobs.train.network.losses import grid_loss
from jobs.train.network.network import Network


class Objective(Protocol):
    """Targets are made on the input threads, once a view; the loss runs in the graph."""

    @property
    def part_names(self) -> tuple[str, ...]: ...

    def targets(self, view: View) -> FloatArray: ...

    def loss(self, raw: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """The scalar to minimise, then its parts in the order of `part_names`."""


@dataclass(frozen=True, slots=True)
class GridObjective:
    """Quality focal loss and generalised IoU over the assigned cells."""

    grid: Grid
    classes: int
    part_names: tuple[str, ...] = ("score", "box")

    def targets(self, view: View) -> FloatArray:
        return assign_cells(view.boxes, view.class_ids, self.grid)

    def loss(self, raw: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, ...]:
        return tuple(grid_loss(raw, targets, self.grid, classes=self.classes))


@dataclass(frozen=True, slots=True)
class LocalizerObjective:
    """The origin's mean squared error. Views without an object weigh nothing: this head cannot say "none"."""

    size: int
    part_names: tuple[str, ...] = ()

    def targets(self, view: View) -> FloatArray:
        return localizer_target(view.boxes, view.class_ids, size=self.size)

    def loss(self, raw: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, ...]:
        return (localizer_loss(raw, targets),)


def objective_of(network: Network) -> Objective:
    """The objective that fits the network's head."""
    if network.head == "grid":
        return GridObjective(network.grid, len(network.labels))
    return LocalizerObjective(network.size)
