"""What a training run returns."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Version:
    """A published version: its folders, its number, and the channel that points to it (None: no channel does)."""

    name: str
    version: int
    channel: str | None
    artifacts: Path
    model: Path
    ap50: float | None
    ap: float | None
