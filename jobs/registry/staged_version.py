"""A version being built: filled out of sight, then published whole, or nothing of it stays."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from detector.errors import StoreError
from detector.files import sync_tree
from detector.manifest import read_manifest, validate_manifest
from detector.store import MANIFEST
from detector.store.locks import FileLock
from detector.store.signature import SIGNING_KEY_VARIABLE, is_signed, sign, signing_key
from detector.store.staging import ARTIFACTS, EVALUATION, MODEL, StagedFolder
from jobs.registry.serving_config import ServingConfig
from jobs.registry.transaction import model_transaction


class StagedVersion:
    """A version being built: fill the folders `artifacts`, `model` and `eval`, then `publish()`.

    As a context manager it discards itself unless it was published, also on an error or Ctrl-C.
    """

    __slots__ = ("_config", "_folder", "_lock", "name", "version")

    def __init__(self, config: ServingConfig, name: str, staged: StagedFolder) -> None:
        self.name = name
        self.version = staged.version
        self._config = config
        self._folder = staged.folder
        self._lock: FileLock | None = staged.lock

    @property
    def artifacts(self) -> Path:
        """Becomes artifacts/<name>/<version>/; needs manifest.json and labels.txt."""
        return self._folder / ARTIFACTS

    @property
    def model(self) -> Path:
        """Becomes models/<name>/<version>/."""
        return self._folder / MODEL

    @property
    def eval(self) -> Path:
        """Becomes eval/<name>/<version>/."""
        return self._folder / EVALUATION

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
        with model_transaction(self._config, self.name) as change:
            change.publish(self.version, action=action)
        self._lock.release()
        self._lock = None
        return self.version

    def discard(self) -> None:
        """Give the version up; nothing of it stays. Does nothing after `publish` or `discard`."""
        if self._lock is None:
            return
        try:
            # Still locked, so that no other process takes the number meanwhile.
            with model_transaction(self._config, self.name) as change:
                change.settle(self.version)
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
