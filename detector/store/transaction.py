"""Changes to one model of a store, made while no other process writes there."""

from collections.abc import Collection, Mapping
from typing import Any

from detector.store.channels import Channels, log_line, log_moves, read_channels, write_channels
from detector.store.layout import Layout
from detector.store.staging import Staging


class Transaction:
    """What may be done to one model, as `Store.transaction` gives it.

    Each operation is atomic and flushed to disk, and can be done again after a crash. In which order they are done is
    the caller's affair. Raises StoreError when the disk refuses.
    """

    __slots__ = ("_layout", "name", "staging")

    def __init__(self, layout: Layout, name: str) -> None:
        self._layout = layout
        self.name = name
        self.staging = Staging(layout, name)

    def recorded_channels(self) -> Channels:
        """The channels as their file has them, none where there is no file."""
        return read_channels(self._layout.channels(self.name))

    def move_channels(
        self,
        after: Channels,
        *,
        action: str,
        actor: str | None = None,
        details: Mapping[str, Any] | None = None,
        logged: Collection[tuple[str, int | None]] = (),
    ) -> None:
        """Log every move, then point the channels elsewhere; see `log_moves`. No file is touched if none moves."""
        path = self._layout.channels(self.name)
        before = read_channels(path)
        if after != before or not path.exists():
            log = self._layout.channel_log(self.name)
            log_moves(log, before, after, action=action, actor=actor, details=details, logged=logged)
            write_channels(path, after)

    def log(self, fields: Mapping[str, Any]) -> None:
        """Append a line to the log of channels."""
        log_line(self._layout.channel_log(self.name), fields)
