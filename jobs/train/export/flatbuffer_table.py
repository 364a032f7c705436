"""Writes small FlatBuffers tables from plain values, for schemas that ship no Python code.

Classes generated from the metadata schema, as MediaPipe ships them, are 3,355 lines for the five tables needed here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers


@dataclass(frozen=True, slots=True)
class Byte:
    """A field of one byte: an enum's value, or which member of a union follows."""

    value: int


@dataclass(frozen=True, slots=True)
class UInt32s:
    """A vector of unsigned 32-bit integers."""

    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Float32s:
    """A vector of 32-bit floats."""

    values: Sequence[float]


Table = Mapping[int, "str | Byte | UInt32s | Float32s | Table | Sequence[Table]"]
"""Fields by their slot in the schema; a field that is absent has its default."""


def write_table(root: Table, *, identifier: bytes) -> bytes:
    """A finished buffer with `root` as its root table and the file identifier of four bytes."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(_table(builder, root), file_identifier=identifier)
    return bytes(builder.Output())


def _table(builder: Any, fields: Table) -> int:
    # what a table points to must be complete before the table is begun
    offsets = {slot: _offset(builder, value) for slot, value in fields.items() if not isinstance(value, Byte)}
    builder.StartObject(max(fields, default=-1) + 1)
    for slot, value in fields.items():
        if isinstance(value, Byte):
            builder.PrependUint8Slot(slot, value.value, 0)
        else:
            builder.PrependUOffsetTRelativeSlot(slot, offsets[slot], 0)
    return int(builder.EndObject())


def _offset(builder: Any, value: "str | UInt32s | Float32s | Table | Sequence[Table]") -> int:
    if isinstance(value, str):
        return int(builder.CreateString(value))
    if isinstance(value, UInt32s):
        return _vector(builder, [(builder.PrependUint32, number) for number in value.values])
    if isinstance(value, Float32s):
        return _vector(builder, [(builder.PrependFloat32, number) for number in value.values])
    if isinstance(value, Mapping):
        return _table(builder, value)
    tables = [_table(builder, table) for table in value]
    return _vector(builder, [(builder.PrependUOffsetTRelative, table) for table in tables])


def _vector(builder: Any, elements: Sequence[tuple[Any, float]]) -> int:
    """All element types here are 4 bytes wide; vectors are built from the last element to the first."""
    builder.StartVector(4, len(elements), 4)
    for prepend, element in reversed(elements):
        prepend(element)
    return int(builder.EndVector())
