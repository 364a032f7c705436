"""What models.config has to say, which follows from the versions, channels and releases of a store."""

from collections.abc import Mapping
from dataclasses import dataclass

from detector.store import Channels, Store
from jobs.registry.record import ReleaseRecord, read_record
from services.serving.model_config import ServedModel, read_serving_config, write_serving_config

_NO_RELEASE = ReleaseRecord("", "", "", "", moves=(), phase="done")


@dataclass(frozen=True, slots=True)
class ServingConfig:
    """The models.config of `store`. `serving_root` is the store's path as TensorFlow Serving sees it.

    Every method raises StoreError when a file cannot be read or written.
    """

    store: Store
    serving_root: str | None = None

    def configured_models(self) -> dict[str, ServedModel]:
        """What the file says, also where somebody edited it."""
        return read_serving_config(self.store.serving_config_path)

    def served_models(self) -> dict[str, ServedModel]:
        """What it has to say: the versions that channels point to, labelled by channel.

        With them the versions of a release under way, and those that the last release moved away from.
        """
        return {name: self.served_model(name, self.record(name)) for name in self.store.names()}

    def served_model(
        self, name: str, record: ReleaseRecord | None, *, channels: Channels | None = None
    ) -> ServedModel:
        """The same of one model, by its channels as they are or as they are about to be."""
        now = self.store.channels(name) if channels is None else channels
        return (record or _NO_RELEASE).served_model(now, self.store.versions(name))

    def record(self, name: str) -> ReleaseRecord | None:
        """The model's release, under way or the last one."""
        return read_record(self.store.release_record_path(name))

    def write(self, models: Mapping[str, ServedModel] | None = None) -> None:
        """Replace the file by `models`, by default `served_models()`. The caller holds the store's lock."""
        wanted = self.served_models() if models is None else models
        write_serving_config(self.store.serving_config_path, wanted, serving_root=self.serving_root)

    def write_model(self, name: str, model: ServedModel) -> None:
        """Replace the file, where `model` is not what follows from the store yet."""
        self.write({**self.served_models(), name: model})
