"""The registry of models: a store to which versions are published, and whose channels move."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from detector.errors import StoreError
from detector.store import Channels, Store
from jobs.registry.serving_config import ServingConfig
from jobs.registry.staged_version import StagedVersion
from jobs.registry.transaction import ModelTransaction, model_transaction
from services.serving.model_config import ServedModel


class Registry(Store):
    """A store with everything that changes it; who only reads needs no more than a `Store`.

    Writing is safe against other processes and against being killed. `serving_root` is the store's path for TensorFlow
    Serving; unless given, it is what models.config has, and /store in a new one.

    Every method raises StoreError when the disk refuses, and InvalidRequestError for what is no model name.
    """

    __slots__ = ("config",)

    def __init__(self, root: Path, *, serving_root: str | None = None) -> None:
        super().__init__(root)
        self.config = ServingConfig(self, serving_root)

    def change(self, name: str) -> AbstractContextManager[ModelTransaction]:
        """Hold the store's lock, for changes to that model."""
        return model_transaction(self.config, name)

    def stage(self, name: str, version: int | None = None) -> StagedVersion:
        """Begin a version out of sight: the next number, or `version` if it was never used.

        Cleans up after processes that died. Safe when several processes stage at once.
        """
        with self.change(name) as change:
            change.recover()
            return StagedVersion(self.config, name, change.files.staging.reserve(version))

    def set_channels(self, name: str, channels: Channels, *, action: str, actor: str | None = None) -> None:
        """Point the channels elsewhere and rewrite models.config; each move is logged with `action` and who.

        `actor` defaults to user@host. Raises NotFoundError for a version that is not complete.
        """
        with self.change(name) as change:
            change.recover()
            for _, version in channels.items():
                self.require_version(name, version)
            change.move_channels(channels, action=action, actor=actor)

    def remove(self, name: str, version: int) -> None:
        """Delete a version; its number is not used again.

        Raises StoreError while a channel points to it or TensorFlow Serving is to have it loaded.
        """
        with self.change(name) as change:
            change.recover()
            self.require_version(name, version)
            for channel, target in self.channels(name).items():
                if target == version:
                    raise StoreError(
                        f"Version {version} of {name!r} is {channel}: point {channel} elsewhere first."
                    )
            for models in (self.served_models(), self.configured_models()):
                if name in models and version in models[name].versions:
                    raise StoreError(
                        f"Version {version} of {name!r} is in models.config, so TensorFlow Serving may answer from "
                        "it: the next release lets go of it."
                    )
            change.files.staging.remove(version)

    def recover(self, name: str) -> None:
        """Finish or undo what killed processes left half done; running ones are left alone."""
        with self.change(name) as change:
            change.recover()

    def served_models(self) -> dict[str, ServedModel]:
        """What models.config has to say; see `ServingConfig`."""
        return self.config.served_models()

    def configured_models(self) -> dict[str, ServedModel]:
        """What models.config says, also where somebody edited it."""
        return self.config.configured_models()

    def write_serving_config(self, models: Mapping[str, ServedModel] | None = None) -> None:
        """Replace models.config by `models`, by default `served_models()`."""
        with self.writer_lock():
            self.config.write(models)
