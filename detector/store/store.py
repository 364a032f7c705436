"""The store: every version that training published, and the channels that point to them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from detector.errors import NotFoundError
from detector.files import reading
from detector.manifest import Manifest, read_manifest
from detector.store.channels import Channels, read_channels
from detector.store.layout import Layout, model_folders, version_folders
from detector.store.locks import locked
from detector.store.transaction import Transaction

MANIFEST = "manifest.json"


class Store:
    """A store at `root`; a folder that is not there yet is an empty store.

    Reading takes no lock and writes nothing, so that it works on a read-only mount. Whoever writes holds a transaction,
    which is safe against other processes and against being killed.

    Every method raises StoreError when the disk refuses, and InvalidRequestError for what is no model name.
    """

    __slots__ = ("_layout",)

    def __init__(self, root: Path) -> None:
        self._layout = Layout(root)

    @property
    def root(self) -> Path:
        return self._layout.root

    def names(self) -> tuple[str, ...]:
        """Models with at least one complete version, sorted."""
        return tuple(name for name in model_folders(self._layout.models) if self.versions(name))

    def versions(self, name: str) -> tuple[int, ...]:
        """Complete versions in ascending order: SavedModel, artifacts and manifest are there."""
        found = sorted(version_folders(self._layout.model_versions(name)))
        return tuple(version for version in found if self._is_complete(name, version))

    def manifest(self, name: str, version: int) -> Manifest:
        """The manifest of a complete version. Raises NotFoundError."""
        self.require_version(name, version)
        return read_manifest(self.artifacts_dir(name, version) / MANIFEST)

    def require_version(self, name: str, version: int) -> None:
        """Raises NotFoundError for a version that is not complete."""
        if version not in (versions := self.versions(name)):
            there = ", ".join(map(str, versions)) or "none"
            raise NotFoundError(
                f"There is no version {version} of {name!r} in {self.root}; versions there: {there}."
            )

    def model_dir(self, name: str, version: int) -> Path:
        """The SavedModel's folder."""
        return self._layout.model(name, version)

    def artifacts_dir(self, name: str, version: int) -> Path:
        """The folder of everything that may be handed out: manifest, labels, TFLite, tfjs, report."""
        return self._layout.artifacts(name, version)

    def eval_dir(self, name: str, version: int) -> Path:
        """The folder of held-out photos and boxes; never served."""
        return self._layout.evaluation(name, version)

    def folders(self, name: str, version: int) -> Mapping[str, Path]:
        """The version's folders, by their names in an archive."""
        return self._layout.parts(name, version)

    def splits_path(self, name: str) -> Path:
        """The file that remembers which photo is on which side."""
        return self._layout.splits(name)

    def splits_lock_path(self, name: str) -> Path:
        """The file that a process locks from reading that record until it is written."""
        return self._layout.splits_lock(name)

    def channel_log_path(self, name: str) -> Path:
        """The file of all moves of channels, a JSON object a line."""
        return self._layout.channel_log(name)

    def channels(self, name: str) -> Channels:
        """Which versions the channels point to.

        A model's only version is stable even if the process that published it died before it could write so.
        """
        path = self._layout.channels(name)
        recorded = read_channels(path)
        if recorded == Channels() and not path.exists() and len(versions := self.versions(name)) == 1:
            return Channels(stable=versions[0])
        return recorded

    @property
    def serving_config_path(self) -> Path:
        """The file that tells TensorFlow Serving which versions to load."""
        return self._layout.serving_config

    def release_record_path(self, name: str) -> Path:
        """The file that tells how far the model's release is."""
        return self._layout.release_record(name)

    def release_lock_path(self, name: str) -> Path:
        """The file that a process locks for as long as it releases that model."""
        return self._layout.release_lock(name)

    @contextmanager
    def transaction(self, name: str) -> Iterator[Transaction]:
        """Hold the store's lock, for changes to that model. Waits for others; StoreError when they take too long."""
        with self.writer_lock():
            yield Transaction(self._layout, name)

    @contextmanager
    def writer_lock(self) -> Iterator[None]:
        """Hold the store's lock, which a transaction takes by itself, for what concerns no single model."""
        with locked(self._layout.writer_lock):
            yield

    def _is_complete(self, name: str, version: int) -> bool:
        manifest = self._layout.artifacts(name, version) / MANIFEST
        with reading(manifest):
            return manifest.is_file()
