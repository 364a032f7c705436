"""Where everything lies in a store. Other tools rely on these paths; `.staging/` alone is private."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from detector.files import reading
from detector.names import check_model_name, is_model_name

WARMUP_REQUESTS = PurePosixPath("assets.extra/tf_serving_warmup_requests")
"""In a SavedModel's folder: what TensorFlow Serving replays when it loads the version."""

_MAX_VERSION = 2**31 - 1
"""Fits every integer type that a version passes through."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below a store's root; nothing is created or looked at. InvalidRequestError for bad names."""

    root: Path

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def serving_config(self) -> Path:
        return self.root / "models.config"

    @property
    def writer_lock(self) -> Path:
        # No model's name begins with a dot.
        return self.root / ".staging" / ".lock"

    def model_versions(self, name: str) -> Path:
        return self.models / check_model_name(name)

    def model(self, name: str, version: int) -> Path:
        return self.model_versions(name) / str(version)

    def artifacts(self, name: str, version: int) -> Path:
        return self.root / "artifacts" / check_model_name(name) / str(version)

    def evaluation(self, name: str, version: int) -> Path:
        return self.root / "eval" / check_model_name(name) / str(version)

    def parts(self, name: str, version: int) -> dict[str, Path]:
        """The version's folders, by their names in an archive."""
        return {
            "artifacts": self.artifacts(name, version),
            "eval": self.evaluation(name, version),
            "model": self.model(name, version),
        }

    def splits(self, name: str) -> Path:
        return self.root / "splits" / f"{check_model_name(name)}.json"

    def channels(self, name: str) -> Path:
        return self.root / "channels" / f"{check_model_name(name)}.json"

    def channel_log(self, name: str) -> Path:
        return self.root / "channels" / f"{check_model_name(name)}.log.jsonl"

    def staging(self, name: str) -> Path:
        return self.root / ".staging" / check_model_name(name)

    def release_record(self, name: str) -> Path:
        return self.staging(name) / ".release.json"

    def release_lock(self, name: str) -> Path:
        return self.staging(name) / ".release.lock"

    def splits_lock(self, name: str) -> Path:
        return self.staging(name) / ".splits.lock"

    def used_versions(self, name: str) -> Path:
        return self.staging(name) / ".used_versions.json"


def version_of(folder_name: str) -> int | None:
    """The version that a folder's name stands for; None for junk such as "007", "tmp" or ".DS_Store"."""
    if not (folder_name.isascii() and folder_name.isdigit()) or folder_name.startswith("0"):
        return None
    # Compared by length first: converting thousands of digits is slow and then refused.
    if len(folder_name) > len(str(_MAX_VERSION)) or int(folder_name) > _MAX_VERSION:
        return None
    return int(folder_name)


def version_folders(parent: Path) -> set[int]:
    """Versions that have a folder below `parent`; empty when it is not there. Raises StoreError."""
    return {version for version in version_names(parent) if (parent / str(version)).is_dir()}


def version_names(parent: Path) -> set[int]:
    """Versions whose name is taken below `parent`, by a folder or by something foreign. Raises StoreError."""
    return {version for entry in _entries(parent) if (version := version_of(entry.name)) is not None}


def model_folders(parent: Path) -> list[str]:
    """Names of models that have a folder below `parent`, sorted. Raises StoreError."""
    return sorted(entry.name for entry in _entries(parent) if is_model_name(entry.name) and entry.is_dir())


def _entries(folder: Path) -> list[Path]:
    with reading(folder):
        try:
            return list(folder.iterdir())
        except FileNotFoundError:
            return []
