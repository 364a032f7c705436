"""What a converted .tflite file still needs: outputs in the contract's order, their names, and metadata."""

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from detector.detections import OUTPUT_NAMES
from detector.errors import ExportError
from jobs.train.export.tflite_metadata import labels_archive, model_metadata

_METADATA_NAME = b"TFLITE_METADATA"
_MIN_RUNTIME_NAME = b"min_runtime_version"
_FILE_IDENTIFIER = b"TFL3"
_BUILTIN_VARIABLE_OPS = ("VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE")
_BUFFER_ALIGNMENT = 16


class _AlignedBuffer(schema.BufferT):  # type: ignore[misc]  # generated code without types
    """A buffer at a multiple of 16 bytes, as the schema's force_align asks and the generated code forgets."""

    def Pack(self, builder: Any) -> Any:  # noqa: N802  # overrides the generated name
        data = None
        if self.data is not None and len(self.data):
            content = np.asarray(self.data, np.uint8).tobytes()
            builder.StartVector(1, len(content), _BUFFER_ALIGNMENT)
            builder.head -= len(content)
            builder.Bytes[builder.head : builder.head + len(content)] = content
            data = builder.EndVector()
        schema.BufferStart(builder)
        if data is not None:
            schema.BufferAddData(builder, data)
        return schema.BufferEnd(builder)


def finish_tflite(content: bytes, *, name: str, labels: Sequence[str], quantized: bool = False) -> bytes:
    """The file as it is published: tensors named and ordered by the contract, metadata, labels.

    `quantized` says that ops were changed after the converter noted the oldest runtime that has them all; the
    note is dropped, as it no longer holds.

    Raises:
        ExportError: the file has variables, custom ops, several subgraphs, or not the contract's signature.
    """
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    _check_ops(model)
    _name_tensors(model)
    if quantized:
        model.metadata = [entry for entry in model.metadata or () if _bytes(entry.name) != _MIN_RUNTIME_NAME]
    _add_metadata(model, model_metadata(name=name))
    model.buffers = [_inlined(buffer, content) for buffer in model.buffers]
    builder = flatbuffers.Builder(len(content) + (1 << 16))
    builder.Finish(model.Pack(builder), file_identifier=_FILE_IDENTIFIER)
    return bytes(builder.Output()) + labels_archive(labels)


def min_runtime(content: bytes) -> str | None:
    """The oldest TFLite runtime that has all the ops, as the converter worked it out; None if unsaid."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    for entry in model.metadata or ():
        if _bytes(entry.name) == _MIN_RUNTIME_NAME:
            version = np.asarray(model.buffers[entry.buffer].data, np.uint8).tobytes().rstrip(b"\0").decode()
            return f"TensorFlow Lite {version}" if version else None
    return None


def _check_ops(model: Any) -> None:
    if len(model.subgraphs) != 1:
        raise ExportError(f"The TFLite file has {len(model.subgraphs)} subgraphs instead of one.")
    names = {value: key for key, value in vars(schema.BuiltinOperator).items() if not key.startswith("_")}
    used = {names.get(max(code.builtinCode, code.deprecatedBuiltinCode), "?") for code in model.operatorCodes}
    variables = sorted(used.intersection(_BUILTIN_VARIABLE_OPS))
    if variables:
        raise ExportError(f"The TFLite file holds variables ({', '.join(variables)}) instead of weights.")
    if "CUSTOM" in used:
        customs = [_bytes(code.customCode).decode() for code in model.operatorCodes if code.customCode]
        raise ExportError(f"The TFLite file needs ops that no stock runtime has: {', '.join(customs)}.")


def _name_tensors(model: Any) -> None:
    graph = model.subgraphs[0]
    if len(model.signatureDefs or ()) != 1:
        raise ExportError("The TFLite file has no signature; its outputs cannot be told apart.")
    (signature,) = model.signatureDefs
    outputs = {_bytes(entry.name).decode(): entry.tensorIndex for entry in signature.outputs}
    if sorted(outputs) != sorted(OUTPUT_NAMES) or len(graph.inputs) != 1:
        raise ExportError(f"The TFLite file has the outputs {sorted(outputs)}, not {list(OUTPUT_NAMES)}.")
    graph.inputs = [int(index) for index in graph.inputs]
    graph.outputs = [outputs[name] for name in OUTPUT_NAMES]
    graph.tensors[graph.inputs[0]].name = b"image"
    for name in OUTPUT_NAMES:
        graph.tensors[outputs[name]].name = name.encode()


def _add_metadata(model: Any, metadata: bytes) -> None:
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(metadata, np.uint8)
    entry = schema.MetadataT()
    entry.name, entry.buffer = _METADATA_NAME, len(model.buffers)
    model.buffers = [*model.buffers, buffer]
    model.metadata = [*(model.metadata or ()), entry]


def _inlined(buffer: Any, content: bytes) -> _AlignedBuffer:
    """The buffer with its data inside the table; some writers put it behind the FlatBuffer, at an offset."""
    inlined = _AlignedBuffer()
    inlined.data = buffer.data
    if buffer.offset > 1:  # 0 and 1 mean that there is none
        inlined.data = np.frombuffer(content, np.uint8, buffer.size, buffer.offset)
    return inlined


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text
