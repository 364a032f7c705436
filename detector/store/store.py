"""The store: every version that training published, and the channels that point to them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from detector.errors import NotFoundError, StoreError
from detector.files import reading, sync_tree, write_atomic
from detector.manifest import Manifest, read_manifest, validate_manifest
from detector.store import staging
from detector.store.channels import Channels, log_moves, read_channels, write_channels
from detector.store.handover import Handover, read_handover
from detector.store.handovers import Handovers
from detector.store.layout import Layout, model_folders, version_folders
from detector.store.locks import FileLock, locked
from detector.store.serving_config import ServedModel, read_serving_config, serving_config, serving_root_in

MANIFEST = "manifest.json"
DEFAULT_SERVING_ROOT = "/store"
SIGNING_KEY_VARIABLE = "DETECTOR_SIGNING_KEY"


class Store:
    """A store at `root`; a folder that is not there yet is an empty store.

    Reading takes no lock and writes nothing, so that it works on a read-only mount. Writing is safe against
    other processes and against being killed. `serving_root` is the store's path for TensorFlow Serving; unless
    given, it is what models.config has, and /store in a new one.

    Every method raises StoreError when the disk refuses, and InvalidRequestError for what is no model name.
    """

    __slots__ = ("_layout", "_serving_root")

    def __init__(self, root: Path, *, serving_root: str | None = None) -> None:
        self._layout = Layout(root)
        self._serving_root = serving_root

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
        self._require(name, version)
        return read_manifest(self.artifacts_dir(name, version) / MANIFEST)

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
        return {
            "artifacts": self.artifacts_dir(name, version),
            "eval": self.eval_dir(name, version),
            "model": self.model_dir(name, version),
        }

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

    def set_channels(self, name: str, channels: Channels, *, action: str, actor: str | None = None) -> None:
        """Point the channels elsewhere and rewrite models.config; each move is logged with `action` and who.

        `actor` defaults to user@host. Raises NotFoundError for a version that is not complete.
        """
        with self._writing():
            self._recover(name)
            for _, version in channels.items():
                self._require(name, version)
            self._move_channels(name, channels, action=action, actor=actor)

    def served_models(self) -> dict[str, ServedModel]:
        """What TensorFlow Serving is to load: the versions that channels point to, labelled by channel.

        With them the versions of a release under way, and those that the last release moved away from.
        """
        return {name: self._served(name, self._handover(name)) for name in self.names()}

    def configured_models(self) -> dict[str, ServedModel]:
        """What models.config has TensorFlow Serving load, also where somebody edited it."""
        return read_serving_config(self._layout.serving_config)

    def handovers(self, name: str) -> Handovers:
        """The steps of a release of that model."""
        return Handovers(self, name)

    def release_lock_path(self, name: str) -> Path:
        """The file that a process locks for as long as it releases that model."""
        return self._layout.release_lock(name)

    def write_serving_config(self, models: Mapping[str, ServedModel] | None = None) -> None:
        """Replace models.config by `models`, by default `served_models()`."""
        with self._writing():
            self._write_serving_config(self.served_models() if models is None else models)

    def stage(self, name: str, version: int | None = None) -> "StagedVersion":
        """Begin a version out of sight: the next number, or `version` if it was never used.

        Cleans up after processes that died. Safe when several processes stage at once.
        """
        with self._writing():
            self._recover(name)
            return StagedVersion(self, name, *staging.reserve(self._layout, name, version))

    def remove(self, name: str, version: int) -> None:
        """Delete a version; its number is not used again.

        Raises StoreError while a channel points to it or TensorFlow Serving is to have it loaded.
        """
        with self._writing():
            self._recover(name)
            self._require(name, version)
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
            staging.remove_version(self._layout, name, version)

    def recover(self, name: str) -> None:
        """Finish or undo what killed processes left half done; running ones are left alone."""
        with self._writing():
            self._recover(name)

    def _publish(self, name: str, version: int, action: str) -> None:
        """Called by StagedVersion, whose folders are complete and flushed."""
        with self._writing():
            # Found out before anything becomes visible: a channel file that cannot be read.
            self.served_models()
            staging.reveal(self._layout, name, version)
            try:
                self._finish(name, version, action)
            except StoreError as error:
                raise StoreError(
                    f"Version {version} of {name!r} is in the store, but its channel could not be set: "
                    f"{error.message} The next training or release completes this."
                ) from error

    def _settle(self, name: str, version: int) -> None:
        """Called by StagedVersion when it is given up: complete it if it is visible, else undo it."""
        with self._writing():
            self._settle_unlocked(name, version)

    def _settle_unlocked(self, name: str, version: int) -> None:
        if staging.is_revealed(self._layout, name, version):
            self._finish(name, version)
        else:
            staging.take_back(self._layout, name, version)

    def _finish(self, name: str, version: int, action: str = "publish") -> None:
        """Point a channel to a version now visible; until then its staging folder says that this is due."""
        channels = read_channels(self._layout.channels(name)).with_published(version)
        self._move_channels(name, channels, action=action, actor=None)
        staging.drop_staging(self._layout, name, version)

    def _recover(self, name: str) -> None:
        staging.finish_removals(self._layout, name)
        for version in staging.abandoned_versions(self._layout, name):
            self._settle_unlocked(name, version)
        self.handovers(name).roll_forward()

    def _move_channels(
        self,
        name: str,
        channels: Channels,
        *,
        action: str,
        actor: str | None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        # In this order a channel never points to a version that TensorFlow Serving was not told of.
        served = self._served(name, self._handover(name), channels=channels)
        self._write_serving_config({**self.served_models(), name: served})
        path = self._layout.channels(name)
        before = read_channels(path)
        if channels != before or not path.exists():
            log = self._layout.channel_log(name)
            log_moves(log, before, channels, action=action, actor=actor, details=details)
            write_channels(path, channels)

    def _handover(self, name: str) -> Handover | None:
        return read_handover(self._layout.handover(name))

    def _served(
        self, name: str, handover: Handover | None, *, channels: Channels | None = None
    ) -> ServedModel:
        """By the channels as they are, or as they are about to be."""
        found = handover or Handover("", "", "", "", moves=(), phase="done")
        return found.served(self.channels(name) if channels is None else channels, self.versions(name))

    def _write_serving_config(self, models: Mapping[str, ServedModel]) -> None:
        path = self._layout.serving_config
        root = self._serving_root or serving_root_in(path) or DEFAULT_SERVING_ROOT
        write_atomic(path, serving_config(models, serving_root=root).encode())

    def _is_complete(self, name: str, version: int) -> bool:
        manifest = self._layout.artifacts(name, version) / MANIFEST
        with reading(manifest):
            return manifest.is_file()

    def _require(self, name: str, version: int) -> None:
        if version not in (versions := self.versions(name)):
            there = ", ".join(map(str, versions)) or "none"
            raise NotFoundError(
                f"There is no version {version} of {name!r} in {self.root}; versions there: {there}."
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with locked(self._layout.writer_lock):
            yield


class StagedVersion:
    """A version being built: fill the folders `artifacts`, `model` and `eval`, then `publish()`.

    As a context manager it discards itself unless it was published, also on an error or Ctrl-C.
    """

    __slots__ = ("_folder", "_lock", "_store", "name", "version")

    def __init__(self, store: Store, name: str, version: int, folder: Path, lock: FileLock) -> None:
        self.name = name
        self.version = version
        self._store = store
        self._folder = folder
        self._lock: FileLock | None = lock

    @property
    def artifacts(self) -> Path:
        """Becomes artifacts/<name>/<version>/; needs manifest.json and labels.txt."""
        return self._folder / staging.ARTIFACTS

    @property
    def model(self) -> Path:
        """Becomes models/<name>/<version>/."""
        return self._folder / staging.MODEL

    @property
    def eval(self) -> Path:
        """Becomes eval/<name>/<version>/."""
        return self._folder / staging.EVALUATION

    @property
    def folders(self) -> Mapping[str, Path]:
        """The three, by their names in an archive."""
        return {"artifacts": self.artifacts, "eval": self.eval, "model": self.model}

    def publish(self, *, action: str = "publish") -> int:
        """Make the version visible, whole or not at all, and point a channel to it; returns its number.

        The first version becomes stable, a later one canary if none is set; the log calls that `action`. Before that
        every file is checked against the manifest and flushed to disk, and the whole is signed if DETECTOR_SIGNING_KEY
        names a key. Raises StoreError, and InvalidRequestError for a file that is no key.
        """
        if self._lock is None:
            raise StoreError(f"Version {self.version} of {self.name!r} was published or discarded before.")
        self._check()
        self._sign()
        for folder in (self.eval, self.artifacts, self.model):
            sync_tree(folder)
        self._store._publish(self.name, self.version, action)
        self._lock.release()
        self._lock = None
        return self.version

    def discard(self) -> None:
        """Give the version up; nothing of it stays. Does nothing after `publish` or `discard`."""
        if self._lock is None:
            return
        try:
            # Still locked, so that no other process takes the number meanwhile.
            self._store._settle(self.name, self.version)
        finally:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.discard()
        except StoreError as failure:
            if error is None:
                raise
            # The next stage() cleans up; what went wrong first is what the person needs to hear.
            error.add_note(f"Cleaning up failed as well: {failure}")

    def _sign(self) -> None:
        """A version that was imported keeps the signature that it came with."""
        if not os.environ.get(SIGNING_KEY_VARIABLE):
            return
        # What gateways, which only read, need not load.
        from detector.store.signature import is_signed, sign, signing_key

        key = signing_key()
        if key is not None and not is_signed(self.model):
            sign(self.name, self.version, self.folders, key)

    def _check(self) -> None:
        manifest = read_manifest(self.artifacts / MANIFEST)
        if (manifest.name, manifest.version) != (self.name, self.version):
            raise StoreError(
                f"The manifest is of {manifest.name!r} version {manifest.version}, "
                f"the folder of {self.name!r} version {self.version}."
            )
        validate_manifest(manifest, artifacts=self.artifacts, model=self.model)
