"""manifest.json: what a version is, as JSON of detector.v1.Manifest (proto/detector/v1/manifest.proto)."""

from detector.manifest.check import (
    KINDS,
    UNMEASURED_THRESHOLD,
    artifact,
    artifact_bytes,
    check_manifest,
    describe_file,
    score_threshold,
    validate_manifest,
)
from detector.manifest.codec import (
    SCHEMA,
    manifest_from_json,
    manifest_to_json,
    read_manifest,
    write_manifest,
)
from detector.v1.manifest_pb2 import (
    Artifact,
    BaseWeights,
    ClassCounts,
    ClassMetrics,
    Data,
    File,
    Input,
    Manifest,
    Metrics,
    Outputs,
    Training,
)

__all__ = [
    "KINDS",
    "SCHEMA",
    "UNMEASURED_THRESHOLD",
    "Artifact",
    "BaseWeights",
    "ClassCounts",
    "ClassMetrics",
    "Data",
    "File",
    "Input",
    "Manifest",
    "Metrics",
    "Outputs",
    "Training",
    "artifact",
    "artifact_bytes",
    "check_manifest",
    "describe_file",
    "manifest_from_json",
    "manifest_to_json",
    "read_manifest",
    "score_threshold",
    "validate_manifest",
    "write_manifest",
]
