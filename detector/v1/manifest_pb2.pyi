from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Manifest(_message.Message):
    __slots__ = ("schema", "name", "version", "created", "labels", "input", "outputs", "score_threshold", "metrics", "artifacts", "samples", "data", "training")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    SCORE_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    TRAINING_FIELD_NUMBER: _ClassVar[int]
    schema: str
    name: str
    version: int
    created: _timestamp_pb2.Timestamp
    labels: _containers.RepeatedScalarFieldContainer[str]
    input: Input
    outputs: Outputs
    score_threshold: float
    metrics: Metrics
    artifacts: _containers.RepeatedCompositeFieldContainer[Artifact]
    samples: _containers.RepeatedCompositeFieldContainer[File]
    data: Data
    training: Training
    def __init__(self, schema: _Optional[str] = ..., name: _Optional[str] = ..., version: _Optional[int] = ..., created: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., labels: _Optional[_Iterable[str]] = ..., input: _Optional[_Union[Input, _Mapping]] = ..., outputs: _Optional[_Union[Outputs, _Mapping]] = ..., score_threshold: _Optional[float] = ..., metrics: _Optional[_Union[Metrics, _Mapping]] = ..., artifacts: _Optional[_Iterable[_Union[Artifact, _Mapping]]] = ..., samples: _Optional[_Iterable[_Union[File, _Mapping]]] = ..., data: _Optional[_Union[Data, _Mapping]] = ..., training: _Optional[_Union[Training, _Mapping]] = ...) -> None: ...

class Input(_message.Message):
    __slots__ = ("width", "height", "dtype", "range")
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    width: int
    height: int
    dtype: str
    range: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, width: _Optional[int] = ..., height: _Optional[int] = ..., dtype: _Optional[str] = ..., range: _Optional[_Iterable[float]] = ...) -> None: ...

class Outputs(_message.Message):
    __slots__ = ("saved_model", "tflite", "tfjs_graph", "tfjs_layers")
    SAVED_MODEL_FIELD_NUMBER: _ClassVar[int]
    TFLITE_FIELD_NUMBER: _ClassVar[int]
    TFJS_GRAPH_FIELD_NUMBER: _ClassVar[int]
    TFJS_LAYERS_FIELD_NUMBER: _ClassVar[int]
    saved_model: _containers.RepeatedScalarFieldContainer[str]
    tflite: _containers.RepeatedScalarFieldContainer[str]
    tfjs_graph: _containers.RepeatedScalarFieldContainer[str]
    tfjs_layers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, saved_model: _Optional[_Iterable[str]] = ..., tflite: _Optional[_Iterable[str]] = ..., tfjs_graph: _Optional[_Iterable[str]] = ..., tfjs_layers: _Optional[_Iterable[str]] = ...) -> None: ...

class Metrics(_message.Message):
    __slots__ = ("ap50", "ap", "per_class", "false_positives_per_empty_photo", "photos")
    class PerClassEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ClassMetrics
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ClassMetrics, _Mapping]] = ...) -> None: ...
    AP50_FIELD_NUMBER: _ClassVar[int]
    AP_FIELD_NUMBER: _ClassVar[int]
    PER_CLASS_FIELD_NUMBER: _ClassVar[int]
    FALSE_POSITIVES_PER_EMPTY_PHOTO_FIELD_NUMBER: _ClassVar[int]
    PHOTOS_FIELD_NUMBER: _ClassVar[int]
    ap50: float
    ap: float
    per_class: _containers.MessageMap[str, ClassMetrics]
    false_positives_per_empty_photo: float
    photos: int
    def __init__(self, ap50: _Optional[float] = ..., ap: _Optional[float] = ..., per_class: _Optional[_Mapping[str, ClassMetrics]] = ..., false_positives_per_empty_photo: _Optional[float] = ..., photos: _Optional[int] = ...) -> None: ...

class ClassMetrics(_message.Message):
    __slots__ = ("ap50", "ap", "boxes")
    AP50_FIELD_NUMBER: _ClassVar[int]
    AP_FIELD_NUMBER: _ClassVar[int]
    BOXES_FIELD_NUMBER: _ClassVar[int]
    ap50: float
    ap: float
    boxes: int
    def __init__(self, ap50: _Optional[float] = ..., ap: _Optional[float] = ..., boxes: _Optional[int] = ...) -> None: ...

class Artifact(_message.Message):
    __slots__ = ("kind", "files", "ap50", "parity_max_box", "parity_max_score", "io_dtype", "min_runtime")
    KIND_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    AP50_FIELD_NUMBER: _ClassVar[int]
    PARITY_MAX_BOX_FIELD_NUMBER: _ClassVar[int]
    PARITY_MAX_SCORE_FIELD_NUMBER: _ClassVar[int]
    IO_DTYPE_FIELD_NUMBER: _ClassVar[int]
    MIN_RUNTIME_FIELD_NUMBER: _ClassVar[int]
    kind: str
    files: _containers.RepeatedCompositeFieldContainer[File]
    ap50: float
    parity_max_box: float
    parity_max_score: float
    io_dtype: str
    min_runtime: str
    def __init__(self, kind: _Optional[str] = ..., files: _Optional[_Iterable[_Union[File, _Mapping]]] = ..., ap50: _Optional[float] = ..., parity_max_box: _Optional[float] = ..., parity_max_score: _Optional[float] = ..., io_dtype: _Optional[str] = ..., min_runtime: _Optional[str] = ...) -> None: ...

class File(_message.Message):
    __slots__ = ("path", "sha256", "size_bytes")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    path: str
    sha256: str
    size_bytes: int
    def __init__(self, path: _Optional[str] = ..., sha256: _Optional[str] = ..., size_bytes: _Optional[int] = ...) -> None: ...

class Data(_message.Message):
    __slots__ = ("fingerprint", "photos", "boxes", "per_class", "unreadable")
    class PerClassEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ClassCounts
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ClassCounts, _Mapping]] = ...) -> None: ...
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    PHOTOS_FIELD_NUMBER: _ClassVar[int]
    BOXES_FIELD_NUMBER: _ClassVar[int]
    PER_CLASS_FIELD_NUMBER: _ClassVar[int]
    UNREADABLE_FIELD_NUMBER: _ClassVar[int]
    fingerprint: str
    photos: int
    boxes: int
    per_class: _containers.MessageMap[str, ClassCounts]
    unreadable: int
    def __init__(self, fingerprint: _Optional[str] = ..., photos: _Optional[int] = ..., boxes: _Optional[int] = ..., per_class: _Optional[_Mapping[str, ClassCounts]] = ..., unreadable: _Optional[int] = ...) -> None: ...

class ClassCounts(_message.Message):
    __slots__ = ("photos", "boxes")
    PHOTOS_FIELD_NUMBER: _ClassVar[int]
    BOXES_FIELD_NUMBER: _ClassVar[int]
    photos: int
    boxes: int
    def __init__(self, photos: _Optional[int] = ..., boxes: _Optional[int] = ...) -> None: ...

class Training(_message.Message):
    __slots__ = ("config", "seed", "seconds", "base_weights", "code_revision")
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    BASE_WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    CODE_REVISION_FIELD_NUMBER: _ClassVar[int]
    config: _struct_pb2.Struct
    seed: int
    seconds: float
    base_weights: BaseWeights
    code_revision: str
    def __init__(self, config: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., seed: _Optional[int] = ..., seconds: _Optional[float] = ..., base_weights: _Optional[_Union[BaseWeights, _Mapping]] = ..., code_revision: _Optional[str] = ...) -> None: ...

class BaseWeights(_message.Message):
    __slots__ = ("name", "sha256")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    name: str
    sha256: str
    def __init__(self, name: _Optional[str] = ..., sha256: _Optional[str] = ...) -> None: ...
