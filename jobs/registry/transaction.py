"""Changes to one model: versions, channels, models.config and the release, in an order that survives a crash."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from detector.errors import StoreError
from detector.files import remove_file
from detector.store import Channels, Store, Transaction
from jobs.registry.history import read_history
from jobs.registry.record import ReleaseRecord, write_record
from jobs.registry.serving_config import ServingConfig


@dataclass(frozen=True, slots=True)
class ModelTransaction:
    """What may be done to one model while this process alone writes the store. Raises StoreError."""

    store: Store
    name: str
    files: Transaction
    config: ServingConfig

    def recover(self) -> None:
        """Finish or undo what killed processes left half done; running ones are left alone."""
        self.files.staging.finish_removals()
        for version in self.files.staging.abandoned_versions():
            self.settle(version)
        record = self.config.record(self.name)
        if record is not None and record.phase == "committed":
            self.finish_release(record)

    def publish(self, version: int, *, action: str) -> None:
        """Make a staged version visible, whose folders are complete and flushed, and point a channel to it."""
        # Found out before anything becomes visible: a channel file that cannot be read.
        self.config.served_models()
        self.files.staging.reveal(version)
        try:
            self._complete(version, action=action)
        except StoreError as error:
            raise StoreError(
                f"Version {version} of {self.name!r} is in the store, but its channel could not be set: "
                f"{error.message} The next training or release completes this."
            ) from error

    def settle(self, version: int) -> None:
        """Give a staged version up: complete it if it is visible, else undo it."""
        if self.files.staging.is_revealed(version):
            self._complete(version, action="publish")
        else:
            self.files.staging.take_back(version)

    def move_channels(
        self,
        channels: Channels,
        *,
        action: str,
        actor: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Point the channels elsewhere and log it; models.config goes first."""
        # In this order a channel never points to a version that TensorFlow Serving was not told of.
        record = self.config.record(self.name)
        self.config.write_model(self.name, self.config.served_model(self.name, record, channels=channels))
        release = (details or {}).get("release")
        logged = self._logged(release) if release else set()
        self.files.move_channels(channels, action=action, actor=actor, details=details, logged=logged)

    def save_release(self, record: ReleaseRecord) -> ReleaseRecord:
        """Replace the record of the release, then models.config, which follows from it."""
        write_record(self.store.release_record_path(self.name), record)
        self.config.write()
        return record

    def finish_release(self, record: ReleaseRecord) -> ReleaseRecord:
        """Move the channels of a committed release, log it, and be done."""
        channels = record.channels_after(self.store.channels(self.name))
        details = {**record.details, "release": record.release}
        self.move_channels(channels, action=record.action, actor=record.by, details=details)
        done = replace(record, phase="done")
        # The record goes last: killed before that, the same command still knows what it was about.
        self.config.write_model(self.name, self.config.served_model(self.name, done))
        write_record(self.store.release_record_path(self.name), done)
        return done

    def forget_release(self) -> None:
        """Remove the record of the release."""
        remove_file(self.store.release_record_path(self.name))

    def _complete(self, version: int, *, action: str) -> None:
        """Point a channel to a version now visible; until then its staging folder says that this is due."""
        channels = self.files.recorded_channels().with_published(version)
        self.move_channels(channels, action=action)
        self.files.staging.drop(version)

    def _logged(self, release: str) -> set[tuple[str, int | None]]:
        """The moves of that release that the log has. What was taken back moved nothing, under the same release."""
        moves = read_history(self.store.channel_log_path(self.name))
        return {
            (move.channel, move.new) for move in moves if move.release == release and move.old != move.new
        }


@contextmanager
def model_transaction(config: ServingConfig, name: str) -> Iterator[ModelTransaction]:
    """Hold the lock of the configuration's store, for changes to that model. Waits for others."""
    with config.store.transaction(name) as files:
        yield ModelTransaction(config.store, name, files, config)
