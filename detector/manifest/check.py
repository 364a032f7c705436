"""What must hold of a manifest before its version may be published or imported."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from detector.detections import OUTPUT_NAMES
from detector.errors import DatasetError, NotFoundError, StoreError
from detector.files import reading
from detector.labels import check_labels, read_labels
from detector.names import is_model_name
from detector.v1.manifest_pb2 import Artifact, ClassMetrics, File, Manifest, Metrics

SAVED_MODEL = "saved_model"
KINDS = (SAVED_MODEL, "tflite_f32", "tflite_f16", "tflite_int8", "tfjs_graph_f16", "tfjs_layers")
"""Every kind of artifact that a version may hold."""

UNMEASURED_THRESHOLD = 0.5
"""The score threshold of a version whose own was never measured."""

_LARGEST_FILE_BYTES = 2**32 - 1
_PROBLEMS_SHOWN = 5


def artifact(manifest: Manifest, kind: str) -> Artifact:
    """The artifact of that kind. Raises NotFoundError, naming the kinds that are there."""
    for candidate in manifest.artifacts:
        if candidate.kind == kind:
            return candidate
    there = ", ".join(candidate.kind for candidate in manifest.artifacts) or "none"
    raise NotFoundError(f"Version {manifest.version} of {manifest.name!r} has no {kind!r}; it has: {there}.")


def artifact_bytes(artifact: Artifact) -> int:
    """Bytes of all files of a kind together."""
    return sum(file.size_bytes for file in artifact.files)


def score_threshold(manifest: Manifest) -> float:
    """Boxes below this score are not shown; UNMEASURED_THRESHOLD for a version that does not say."""
    return manifest.score_threshold if manifest.HasField("score_threshold") else UNMEASURED_THRESHOLD


def describe_file(path: Path, *, root: Path) -> File:
    """The manifest's entry for the file at `path`, which lies below `root`. Raises StoreError."""
    with reading(path):
        size = path.stat().st_size
        if size > _LARGEST_FILE_BYTES:
            raise StoreError(f"{path} has {size} bytes: a version's files are smaller than 4 GiB.")
        return File(path=path.relative_to(root).as_posix(), sha256=_sha256(path), size_bytes=size)


def check_manifest(manifest: Manifest) -> None:
    """Refuse a manifest that contradicts itself or the contract of the model; files are not looked at.

    Raises StoreError with the first few problems.
    """
    _raise_for(manifest, _problems(manifest))


def validate_manifest(manifest: Manifest, *, artifacts: Path, model: Path) -> None:
    """`check_manifest`, and every file it names is there with its size and sha256.

    `artifacts` and `model` are the version's folders; the SavedModel's paths are relative to `model`, all
    others to `artifacts`, where labels.txt must say the same as the manifest. Raises StoreError.
    """
    check_manifest(manifest)
    _raise_for(manifest, _file_problems(manifest, artifacts=artifacts, model=model))
    if read_labels(artifacts / "labels.txt") != tuple(manifest.labels):
        raise StoreError(f"{artifacts / 'labels.txt'} and the manifest name different labels.")


def _raise_for(manifest: Manifest, problems: Iterator[str]) -> None:
    found = list(problems)
    if not found:
        return
    more = f"; and {len(found) - _PROBLEMS_SHOWN} more" if len(found) > _PROBLEMS_SHOWN else ""
    raise StoreError(
        f"The manifest of {manifest.name!r} version {manifest.version} is not valid: "
        f"{'; '.join(found[:_PROBLEMS_SHOWN])}{more}."
    )


def _problems(manifest: Manifest) -> Iterator[str]:
    yield from _identity_problems(manifest)
    yield from _input_problems(manifest)
    yield from _output_problems(manifest)
    yield from _metric_problems(manifest.metrics, set(manifest.labels))
    if manifest.HasField("score_threshold") and not 0.0 <= manifest.score_threshold <= 1.0:
        yield f"score_threshold {manifest.score_threshold} is not between 0 and 1"
    if unknown := set(manifest.data.per_class) - set(manifest.labels):
        yield f"data.per_class names {sorted(unknown)}, which are not labels"
    yield from _artifact_problems(manifest.artifacts)
    yield from _listed_file_problems("samples", manifest.samples)


def _identity_problems(manifest: Manifest) -> Iterator[str]:
    if not is_model_name(manifest.name):
        yield f"name {manifest.name!r} is not a model name"
    if manifest.version < 1:
        yield "version must be 1 or more"
    if not manifest.HasField("created"):
        yield "created is missing"
    try:
        check_labels(manifest.labels)
    except DatasetError as error:
        yield f"labels: {error.message.rstrip('.')}"


def _input_problems(manifest: Manifest) -> Iterator[str]:
    if not (manifest.input.width > 0 and manifest.input.height > 0):
        yield "input.width and input.height must be 1 or more"
    if manifest.input.dtype not in ("uint8", "float32"):
        yield f"input.dtype {manifest.input.dtype!r} is neither uint8 nor float32"
    if list(manifest.input.range) != [0.0, 255.0]:
        yield "input.range must be [0, 255]: preprocessing is inside the graph"


def _output_problems(manifest: Manifest) -> Iterator[str]:
    kinds = {candidate.kind for candidate in manifest.artifacts}
    outputs = manifest.outputs
    runtimes = (
        ("saved_model", outputs.saved_model, SAVED_MODEL in kinds),
        ("tflite", outputs.tflite, any(kind.startswith("tflite_") for kind in kinds)),
        ("tfjs_graph", outputs.tfjs_graph, "tfjs_graph_f16" in kinds),
    )
    for runtime, names, needed in runtimes:
        if (needed or names) and tuple(names) != OUTPUT_NAMES:
            yield f"outputs.{runtime} must be {list(OUTPUT_NAMES)}, in this order"


def _metric_problems(metrics: Metrics, labels: set[str]) -> Iterator[str]:
    if unknown := set(metrics.per_class) - labels:
        yield f"metrics.per_class names {sorted(unknown)}, which are not labels"
    yield from _precision_problems("metrics", metrics)
    for label in sorted(metrics.per_class):
        yield from _precision_problems(f"metrics.per_class[{label}]", metrics.per_class[label])
    if metrics.false_positives_per_empty_photo < 0.0:
        yield "metrics.false_positives_per_empty_photo is negative"


def _precision_problems(where: str, metrics: Metrics | ClassMetrics) -> Iterator[str]:
    for name, value in (("ap50", metrics.ap50), ("ap", metrics.ap)):
        if not 0.0 <= value <= 1.0:
            yield f"{where}.{name} {value} is not between 0 and 1"


def _artifact_problems(artifacts: Iterable[Artifact]) -> Iterator[str]:
    seen: set[str] = set()
    for candidate in artifacts:
        if candidate.kind not in KINDS:
            yield f"artifact kind {candidate.kind!r} is not one of {', '.join(KINDS)}"
        if candidate.kind in seen:
            yield f"artifact kind {candidate.kind!r} is there twice"
        seen.add(candidate.kind)
        if not candidate.files:
            yield f"artifact {candidate.kind!r} has no files"
        if not 0.0 <= candidate.ap50 <= 1.0:
            yield f"artifact {candidate.kind!r}: ap50 {candidate.ap50} is not between 0 and 1"
        if candidate.parity_max_box < 0.0 or candidate.parity_max_score < 0.0:
            yield f"artifact {candidate.kind!r}: a parity is negative"
        yield from _listed_file_problems(candidate.kind, candidate.files)
    if SAVED_MODEL not in seen:
        yield f"artifact kind {SAVED_MODEL!r} is missing"


def _listed_file_problems(where: str, files: Iterable[File]) -> Iterator[str]:
    seen: set[str] = set()
    for file in files:
        if not _is_inside(file.path):
            yield f"{where}: path {file.path!r} must be relative, with '/', without '..'"
        if file.path in seen:
            yield f"{where}: {file.path} is there twice"
        seen.add(file.path)
        if not re.fullmatch(r"[0-9a-f]{64}", file.sha256):
            yield f"{where}: {file.path} has no valid sha256"


def _is_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    plain = path.isprintable() and "\\" not in path and pure.as_posix() == path
    return plain and bool(pure.parts) and not pure.is_absolute() and ".." not in pure.parts


def _file_problems(manifest: Manifest, *, artifacts: Path, model: Path) -> Iterator[str]:
    for candidate in manifest.artifacts:
        root = model if candidate.kind == SAVED_MODEL else artifacts
        for file in candidate.files:
            yield from _content_problems(file, root)
    for file in manifest.samples:
        yield from _content_problems(file, artifacts)


def _content_problems(file: File, root: Path) -> Iterator[str]:
    path = root / file.path
    with reading(path):
        if not path.is_file():
            yield f"{file.path} is missing"
        elif not path.resolve().is_relative_to(root.resolve()):
            yield f"{file.path} leads out of the version's folder"
        elif (size := path.stat().st_size) != file.size_bytes:
            yield f"{file.path} has {size} bytes instead of {file.size_bytes}"
        elif _sha256(path) != file.sha256:
            yield f"{file.path} has another content than when the manifest was written"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
