"""A moment by which an answer is due, passed down from the transport to the engine."""

import time
from dataclasses import dataclass
from typing import Self

from detector.errors import DeadlineExceededError


@dataclass(frozen=True, slots=True)
class Deadline:
    """`at` is on the monotonic clock, in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        return cls(time.monotonic() + seconds)

    @property
    def remaining_s(self) -> float:
        """Seconds left; 0 when it has passed."""
        return max(0.0, self.at - time.monotonic())

    def check(self) -> None:
        """Raise DeadlineExceededError when it has passed."""
        if self.remaining_s <= 0.0:
            raise DeadlineExceededError("The deadline passed before the answer was ready.")
