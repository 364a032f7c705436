"""models.config: which versions TensorFlow Serving loads, and the labels (channels) it answers to.

The text form of `ModelServerConfig` of the official tensorflow-serving-api, written without that package,
since it imports all of TensorFlow.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from google.protobuf import text_format

from detector.errors import InvalidRequestError, StoreError
from detector.files import reading, write_atomic
from services.serving.model_config_pb2 import ModelConfig, ModelServerConfig

DEFAULT_SERVING_ROOT = "/store"


@dataclass(frozen=True, slots=True)
class ServedModel:
    """Versions to load, and the version each label points to (one of them)."""

    versions: tuple[int, ...]
    labels: Mapping[str, int] = field(default_factory=dict)


def serving_config(models: Mapping[str, ServedModel], *, serving_root: str) -> str:
    """The text of models.config. `serving_root` is the store's path as TensorFlow Serving sees it.

    Versions are `specific`: by default TensorFlow Serving would serve each new folder at once. A model
    without versions is left out, since a path without a version blocks every later reload.

    Raises InvalidRequestError when `serving_root` is not absolute.
    """
    if not PurePosixPath(serving_root).is_absolute():
        raise InvalidRequestError(
            f"TensorFlow Serving needs the store's absolute path, not {serving_root!r}: "
            "set DETECTOR_TFSERVING_STORE."
        )
    entries = [
        line
        for name, model in sorted(models.items())
        if model.versions
        for line in _model_lines(name, model, serving_root)
    ]
    return "\n".join(["model_config_list {", *entries, "}", ""])


def write_serving_config(
    path: Path, models: Mapping[str, ServedModel], *, serving_root: str | None = None
) -> None:
    """Replace the models.config in `path`.

    `serving_root` is the store's path as TensorFlow Serving sees it; unless given, it is what the file has, and
    /store in a new one. Raises StoreError, and InvalidRequestError when it is not absolute.
    """
    root = serving_root or serving_root_in(path) or DEFAULT_SERVING_ROOT
    write_atomic(path, serving_config(models, serving_root=root).encode())


def read_serving_config(path: Path) -> dict[str, ServedModel]:
    """What the models.config in `path` has TensorFlow Serving load, whoever wrote it; nothing when it is not there.

    Raises StoreError when it cannot be read.
    """
    entries = _configured(path)
    return {
        entry.name: ServedModel(
            tuple(sorted(entry.model_version_policy.specific.versions)), dict(entry.version_labels)
        )
        for entry in entries
    }


def serving_root_in(path: Path) -> str | None:
    """The store's path for TensorFlow Serving as the models.config in `path` has it, None when it says none."""
    try:
        entries = _configured(path)
    except StoreError:
        return None
    for entry in entries:
        base = PurePosixPath(entry.base_path)
        if base.is_absolute() and base.parts[-2:] == ("models", entry.name):
            return str(base.parent.parent)
    return None


def _configured(path: Path) -> list[ModelConfig]:
    with reading(path):
        try:
            text = path.read_text("utf-8", errors="strict")
        except FileNotFoundError:
            return []
        except UnicodeDecodeError as error:
            raise StoreError(f"{path} is not text: {error}.") from error
    try:
        config = text_format.Parse(text, ModelServerConfig(), allow_unknown_field=True)
    except text_format.ParseError as error:
        raise StoreError(f"{path} is not a model configuration of TensorFlow Serving: {error}.") from error
    return list(config.model_config_list.config)


def _model_lines(name: str, model: ServedModel, serving_root: str) -> Iterator[str]:
    yield "  config {"
    yield f"    name: {_quoted(name)}"
    yield f"    base_path: {_quoted(str(PurePosixPath(serving_root) / 'models' / name))}"
    yield '    model_platform: "tensorflow"'
    yield "    model_version_policy {"
    yield "      specific {"
    for version in sorted(model.versions):
        yield f"        versions: {version}"
    yield "      }"
    yield "    }"
    for label, version in sorted(model.labels.items()):
        yield f"    version_labels {{ key: {_quoted(label)} value: {version} }}"
    yield "  }"


def _quoted(text: str) -> str:
    """A string of the text format: JSON's escapes are a part of its own."""
    return json.dumps(text, ensure_ascii=False)
