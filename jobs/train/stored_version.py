"""Which version and kind a command means, opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from detector.errors import InvalidRequestError, NotFoundError
from detector.manifest import Manifest, score_threshold
from detector.store import Store
from jobs.train.export.runtimes import KINDS, Runtime, open_runtime


@dataclass(frozen=True, slots=True)
class ChosenVersion:
    """A version with its manifest and the folders of its files."""

    store: Store
    manifest: Manifest
    kind: str

    @property
    def size(self) -> int:
        """Side of the network's picture, in pixels."""
        return self.manifest.input.width

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.manifest.labels)

    @property
    def score_threshold(self) -> float:
        """Boxes below this score are not shown."""
        return score_threshold(self.manifest)

    @contextmanager
    def opened(self) -> Iterator[Runtime]:
        """The kind's own runtime."""
        name, version = self.manifest.name, self.manifest.version
        kind = next(kind for kind in KINDS if kind == self.kind)
        with open_runtime(
            kind, self.store.artifacts_dir(name, version), self.store.model_dir(name, version)
        ) as runtime:
            yield runtime


def choose_version(store_root: Path, *, name: str, version: int | None, kind: str) -> ChosenVersion:
    """`version`, or the stable one.

    Raises:
        NotFoundError: no such version, or nothing published yet.
        InvalidRequestError: an unknown kind, or one that this version was published without.
    """
    if kind not in KINDS:
        raise InvalidRequestError(f"--kind {kind} is not one of {', '.join(KINDS)}.")
    store = Store(store_root)
    number = version if version is not None else store.channels(name).stable
    if number is None:
        raise NotFoundError(f"Nothing is published as {name!r} in {store_root} yet: run `make train` first.")
    manifest = store.manifest(name, number)
    there = [artifact.kind for artifact in manifest.artifacts]
    if kind not in there:
        raise InvalidRequestError(f"Version {number} has no {kind}; it has {', '.join(there)}.")
    return ChosenVersion(store, manifest, kind)
