"""Finds the files of the store that clients may download: manifests of channels and artifacts of versions."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from detector.errors import NotFoundError
from detector.names import is_model_name
from detector.store import MANIFEST, Store


class StoredFiles:
    """Serves only complete versions of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def manifest(self, name: str, channel: str) -> Path:
        """The manifest of the version that the channel points to. Raises NotFoundError."""
        if not is_model_name(name):
            raise NotFoundError("There is no model of this name.")
        channels = self._store.channels(name)
        if not channels.items() and not self._store.versions(name):
            raise NotFoundError(f"There is no model {name!r}.")
        version = channels.version(channel)
        return self._store.artifacts_dir(name, version) / MANIFEST

    def file(self, name: str, version: str, path: str) -> Path:
        """The file at `path` below the version's folder of artifacts. Raises NotFoundError."""
        if not is_model_name(name) or not re.fullmatch(r"[1-9][0-9]{0,9}", version):
            raise NotFoundError("There is no such version.")
        if int(version) not in self._store.versions(name):
            raise NotFoundError(f"There is no version {version} of {name!r}.")
        return resolve_inside(self._store.artifacts_dir(name, int(version)), path)


def resolve_inside(root: Path, relative: str) -> Path:
    """The regular file `relative` below `root`, with links resolved. Raises NotFoundError, also for paths outside."""
    missing = NotFoundError("There is no such file.")
    parts = relative.split("/")
    if "\0" in relative or "\\" in relative or any(part in ("", ".", "..") for part in parts):
        raise missing
    try:
        resolved = root.joinpath(*parts).resolve(strict=True)
        is_file = resolved.is_file()
    except (OSError, RuntimeError, ValueError):
        raise missing from None
    if not is_file or not resolved.is_relative_to(root.resolve()):
        raise missing
    return resolved


def artifact_kind(path: str) -> str:
    """The artifact format that a file of a version belongs to, as a metric label with few values."""
    parts = path.split("/")
    if parts[0] == "tflite" and parts[-1] in ("f32.tflite", "f16.tflite", "int8.tflite"):
        return f"tflite_{parts[-1].removesuffix('.tflite')}"
    if parts[:2] == ["tfjs", "graph"]:
        return "tfjs_graph_f16"
    if parts[:2] == ["tfjs", "layers"]:
        return "tfjs_layers"
    return "report" if parts[0] == "report" else "other"


@lru_cache(maxsize=1024)
def digest(path: Path, size: int, modified_ns: int) -> str:
    """sha256 of the content; size and time are part of the cache key, in case a file is replaced."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
