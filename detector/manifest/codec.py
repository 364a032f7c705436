"""The manifest as bytes: one canonical JSON text for each, and a reader that newer writers do not break."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from detector.errors import StoreError
from detector.files import reading, write_atomic
from detector.v1.manifest_pb2 import Manifest

SCHEMA = "1.0"
"""The format this code writes; it reads every 1.x."""

_MAJOR = SCHEMA.partition(".")[0]
_MAX_DEPTH = 40
"""Levels of nesting; protobuf and recursion stop at a hundred or so."""

_LARGEST_EXACT_INTEGER = 2.0**53


def read_manifest(path: Path) -> Manifest:
    """The manifest in `path`, on which `check_manifest` has not been called.

    Fields that a newer 1.x added are ignored. Raises StoreError when the file cannot be read, is not a
    manifest, holds a number that is not finite, or was written by another major version.
    """
    with reading(path):
        content = path.read_bytes()
    return manifest_from_json(content, source=str(path))


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write `manifest` in its canonical form, whole or not at all. Raises StoreError."""
    write_atomic(path, manifest_to_json(manifest))


def manifest_to_json(manifest: Manifest) -> bytes:
    """Canonical bytes: sorted keys, two spaces, UTF-8, one line feed at the end; equal for equal manifests.

    Raises StoreError for NaN and infinity, which JSON does not have, and for a date that it cannot write.
    """
    _refuse_non_finite(manifest, source="The manifest")
    try:
        content = json_format.MessageToDict(
            manifest, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
    except (ValueError, json_format.Error) as error:
        raise StoreError(f"The manifest cannot be written as JSON: {error}") from error
    if "config" in content.get("training", {}):
        content["training"]["config"] = _with_integers(content["training"]["config"])
    text = json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def manifest_from_json(content: bytes, *, source: str) -> Manifest:
    """The manifest in `content`; `source` names it in messages. Raises StoreError as `read_manifest` does."""
    try:
        fields = json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{source} is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise StoreError(f"{source} is not a manifest: a JSON object is needed.")
    _check_schema(fields.get("schema"), source)
    if _is_deeper_than(fields, _MAX_DEPTH):
        raise StoreError(f"{source} is not a manifest: it is nested deeper than {_MAX_DEPTH} levels.")
    try:
        manifest = json_format.ParseDict(fields, Manifest(), ignore_unknown_fields=True)
    except (ValueError, TypeError, AttributeError, json_format.Error) as error:
        # The parser assumes in places that an object is an object and fails in these ways where it is not.
        raise StoreError(f"{source} is not a manifest: {error}") from error
    _refuse_non_finite(manifest, source=source)
    return manifest


def _check_schema(schema: Any, source: str) -> None:
    if not isinstance(schema, str) or not re.fullmatch(r"[0-9]{1,9}\.[0-9]{1,9}", schema):
        raise StoreError(f'{source} is not a manifest: "schema" must be a version such as "{SCHEMA}".')
    if schema.partition(".")[0] != _MAJOR:
        raise StoreError(
            f"{source} has schema {schema} and this program reads {_MAJOR}.x: "
            "use the release that wrote it, or a newer one."
        )


def _is_deeper_than(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [inner for outer in level for inner in _children(outer)]
    return bool(level)


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number that JSON has")


def _refuse_non_finite(manifest: Manifest, *, source: str) -> None:
    for field in _non_finite(manifest):
        raise StoreError(f"{source}: {field} is not a finite number; leave out what was not measured.")


def _non_finite(message: Message, prefix: str = "") -> Iterator[str]:
    """Dotted names of the fields below `message` that are NaN or infinite."""
    for field, value in message.ListFields():
        name = f"{prefix}{field.name}"
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            items = [(f"{name}[{key}]", value[key]) for key in value]
        elif field.label == FieldDescriptor.LABEL_REPEATED:
            items = [(f"{name}[{index}]", item) for index, item in enumerate(value)]
        else:
            items = [(name, value)]
        for label, item in items:
            if isinstance(item, Message):
                yield from _non_finite(item, f"{label}.")
            elif isinstance(item, float) and not math.isfinite(item):
                yield label


def _with_integers(value: Any) -> Any:
    """A Struct's content with whole numbers as integers: protobuf holds them all as floats."""
    if isinstance(value, dict):
        return {key: _with_integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_integers(item) for item in value]
    return int(value) if isinstance(value, float) and _is_integer(value) else value


def _is_integer(value: float) -> bool:
    is_negative_zero = value == 0.0 and math.copysign(1.0, value) < 0.0
    return value.is_integer() and abs(value) < _LARGEST_EXACT_INTEGER and not is_negative_zero
