"""The deadline of a request, passed down from the transport to the engine."""

import time
from dataclasses import dataclass
from typing import Self

from detector.errors import DeadlineExceededError


@dataclass(frozen=True, slots=True)
class Deadline:
    """`at` is in seconds on the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        return cls(time.monotonic() + seconds)

    @property
    def remaining_s(self) -> float:
        """Seconds left, at least 0."""
        return max(0.0, self.at - time.monotonic())

    def check(self) -> None:
        """Raises DeadlineExceededError if it has passed."""
        if self.remaining_s <= 0.0:
            raise DeadlineExceededError("The deadline passed before the answer was ready.")
