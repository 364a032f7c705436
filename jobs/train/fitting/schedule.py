"""How many epochs a phase runs and at what rate: warm-up, then a cosine down to a hundredth."""

import math
from dataclasses import dataclass, field

LAST_SHARE = 0.01


@dataclass(slots=True)
class Schedule:
    """The plan of one phase; `epochs` may shrink on the way when time is short, and grow back up to `planned`."""

    planned: int
    steps_per_epoch: int
    warm_up_epochs: float = 1.0
    epochs: int = field(init=False)

    def __post_init__(self) -> None:
        self.epochs = self.planned

    def rate_factor(self, step: int) -> float:
        """Share of the peak rate at `step` (0-based, counted over the phase)."""
        total = max(self.epochs * self.steps_per_epoch, 1)
        warm_up = max(self.warm_up_epochs * self.steps_per_epoch, 1.0)
        cosine = 0.5 * (1 + math.cos(math.pi * min(step / total, 1.0)))
        return min(1.0, (step + 1) / warm_up) * (LAST_SHARE + (1 - LAST_SHARE) * cosine)

    def fit_into(self, *, seconds_left: float, seconds_per_epoch: float, epochs_done: int) -> None:
        """Plan as many epochs as the time left allows; never fewer than are done, never more than were planned."""
        affordable = epochs_done + int(max(seconds_left, 0.0) / max(seconds_per_epoch, 1e-9))
        self.epochs = max(min(self.planned, affordable), epochs_done)
