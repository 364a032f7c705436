"""Versions and labels: what the configuration asks for, what is loaded, what failed."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.config import model_server_config_pb2

State = get_model_status_pb2.ModelVersionStatus.State
# google.rpc codes
NOT_FOUND, FAILED_PRECONDITION, UNKNOWN = 5, 9, 2


class Refused(Exception):  # noqa: N818
    """A request or a configuration that the server refuses, with its status."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True)
class Version:
    """One version that was ever asked for; `signatures` while it is AVAILABLE."""

    number: int
    state: int = State.LOADING
    error_code: int = 0
    error_message: str = ""
    signatures: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Model:
    """A configured model and all versions known since the start."""

    name: str
    base_path: Path
    specific: tuple[int, ...]
    labels: dict[str, int]
    versions: dict[int, Version] = field(default_factory=dict)

    def on_disk(self) -> list[int]:
        """Versions in the base path, ascending; other names are ignored, "007" is 7."""
        if not self.base_path.is_dir():
            return []
        return sorted(int(path.name) for path in self.base_path.iterdir() if path.name.isdigit())

    def wanted(self) -> list[int]:
        """By the policy: the specific ones, else the newest."""
        found = self.on_disk()
        return [number for number in found if number in self.specific] if self.specific else found[-1:]

    def available(self) -> list[int]:
        return sorted(n for n, version in self.versions.items() if version.state == State.AVAILABLE)


class Manager:
    """Loads and unloads; `tick` is called by one thread, the rest by any."""

    def __init__(self, *, labels_before_loading: bool) -> None:
        self._labels_before_loading = labels_before_loading
        self._lock = threading.RLock()
        self._models: dict[str, Model] = {}

    def configure(self, config: Any) -> None:
        """Apply a ModelServerConfig; all or nothing. Raises Refused."""
        with self._lock:
            models = {entry.name: self._configured(entry) for entry in config.model_config_list.config}
            for name in set(self._models) - set(models):
                for version in self._models[name].versions.values():
                    _end(version)
            self._models = models

    def _configured(self, entry: Any) -> Model:
        known = self._models.get(entry.name)
        base_path = Path(entry.base_path)
        if not base_path.is_absolute():
            raise Refused(3, f"Expected model {entry.name} to have an absolute path")
        specific = tuple(entry.model_version_policy.specific.versions)
        labels = dict(entry.version_labels)
        versions = known.versions if known is not None else {}
        for label, number in labels.items():
            version = versions.get(number)
            loaded = version is not None and version.state == State.AVAILABLE
            if not loaded and not self._labels_before_loading:
                raise Refused(
                    FAILED_PRECONDITION,
                    f"Request to assign label to {entry.name} version {number}, which is not available.",
                )
            # One that stays where it is may wait for its version, as a new one may.
            if known is not None and not loaded and known.labels.get(label, number) != number:
                raise Refused(FAILED_PRECONDITION, f"Label {label} cannot move to version {number} yet.")
        return Model(entry.name, base_path, specific, labels, versions)

    def tick(self) -> None:
        """Look at the disk: load what is wanted and new, then end what is wanted no longer."""
        with self._lock:
            models = list(self._models.values())
        for model in models:
            wanted = model.wanted()
            for number in wanted:
                self._load(model, number)
            if not wanted or not set(wanted) & set(model.available()):
                continue
            with self._lock:
                for version in model.versions.values():
                    if version.number not in wanted and version.state == State.AVAILABLE:
                        _end(version)

    def _load(self, model: Model, number: int) -> None:
        known = model.versions.get(number)
        if known is not None and (known.state == State.AVAILABLE or known.error_code):
            return  # a number that failed is never tried again
        version = model.versions[number] = Version(number)
        try:
            loaded = tf.saved_model.load(str(model.base_path / str(number)))
            signatures = dict(loaded.signatures)
        except (OSError, ValueError, KeyError, AttributeError, tf.errors.OpError) as error:
            version.error_code, version.error_message = UNKNOWN, str(error)
            version.state = State.END
            return
        version.signatures = {name: (loaded, signature) for name, signature in signatures.items()}
        version.state = State.AVAILABLE

    def resolve(self, spec: Any) -> Version:
        """The version that a ModelSpec means. Raises Refused as the server does."""
        with self._lock:
            model = self._models.get(spec.name)
            choice = spec.WhichOneof("version_choice")
            if choice == "version_label":
                number = model.labels.get(spec.version_label) if model else None
                if model is None:
                    raise Refused(NOT_FOUND, f"Servable not found for request: Latest({spec.name})")
                if number is None:
                    raise Refused(3, f"Unrecognized servable version label: {spec.version_label}")
            elif choice == "version":
                number = spec.version.value
            else:
                number = model.available()[-1] if model and model.available() else None
            version = model.versions.get(number) if model and number is not None else None
            if version is None or version.state != State.AVAILABLE:
                wanted = f"Specific({spec.name}, {number})" if choice else f"Latest({spec.name})"
                raise Refused(NOT_FOUND, f"Servable not found for request: {wanted}")
            return version

    def status(self, spec: Any) -> list[Version]:
        """Every version known since the start, newest first; a label is ignored. Raises Refused."""
        with self._lock:
            model = self._models.get(spec.name)
            if model is None:
                raise Refused(NOT_FOUND, f"Could not find any versions of model {spec.name}")
            versions = sorted(model.versions.values(), key=lambda version: -version.number)
            if spec.WhichOneof("version_choice") == "version":
                versions = [version for version in versions if version.number == spec.version.value]
                if not versions:
                    raise Refused(NOT_FOUND, f"Could not find version {spec.version.value} of {spec.name}")
            return versions

    def settled(self) -> bool:
        """Whether every configured model has a version that is there or failed."""
        with self._lock:
            return all(
                model.versions and all(v.state != State.LOADING for v in model.versions.values())
                for model in self._models.values()
            )

    def has_loaded(self) -> bool:
        with self._lock:
            return all(model.available() for model in self._models.values())


def _end(version: Version) -> None:
    version.state = State.END
    version.signatures = {}


def parse_config(path: Path) -> Any:
    """The ModelServerConfig in a text file."""
    from google.protobuf import text_format

    return text_format.Parse(path.read_text("utf-8"), model_server_config_pb2.ModelServerConfig())
