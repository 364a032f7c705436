"""From a trained network to every kind of artifact, each one run and compared before publishing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
import tf_keras as keras

from detector.agreement import BOUNDS, Bounds
from detector.boxes import FloatArray
from detector.detections import OUTPUT_NAMES, DetectionArrays
from detector.errors import ExportError, StoreError
from jobs.train.export.graph import freeze_detector
from jobs.train.export.int8 import quantize_int8
from jobs.train.export.parity import INT8_PAIRING, Parity, check_outputs, compare
from jobs.train.export.result import ExportedKind, ExportResult, describe_files
from jobs.train.export.runtimes.node import tfjs_version
from jobs.train.export.runtimes.opening import MAIN_FILES, open_runtime
from jobs.train.export.runtimes.runtime import Kind, Pixels
from jobs.train.export.runtimes.tfjs import TfjsLayersRuntime
from jobs.train.export.saved_model import write_saved_model
from jobs.train.export.tfjs import write_tfjs_graph, write_tfjs_layers
from jobs.train.export.tflite import convert_float16, convert_float32
from jobs.train.export.tflite_file import finish_tflite, min_runtime
from jobs.train.export.warmup import write_warmup
from jobs.train.network.fold import fold_network, last_layers, round_to_half
from jobs.train.network.grid import decode_boxes
from jobs.train.network.network import Network

_DISK_ERRORS = (
    tf.errors.ResourceExhaustedError,  # disk or quota full
    tf.errors.PermissionDeniedError,
    tf.errors.FailedPreconditionError,  # mounted read-only, or a file where a folder is needed
    tf.errors.OutOfRangeError,  # a file larger than it may be
    tf.errors.UnknownError,  # a disk that fails
)
"""What TensorFlow makes of the operating system's refusals when it writes files itself."""

FOLD_TOLERANCE = 1e-3
"""Of raw outputs, relative to the greatest of them: float32 arithmetic in another order."""


@dataclass(frozen=True, slots=True)
class _Export:
    """One export under way."""

    network: Network
    folded: keras.Model
    artifacts: Path
    model: Path
    check_images: Pixels
    name: str
    version: int

    def write(self, *, include_tfjs: bool) -> Iterator[Kind]:
        """Write one kind after the other, giving each one's name when its files are there."""
        network, folded = self.network, self.folded
        free = freeze_detector(network, folded)
        write_saved_model(free, self.model)
        write_warmup(self.model, name=self.name, version=self.version, size=network.size)
        yield "saved_model"
        single = freeze_detector(network, folded, batch=1)
        float32 = convert_float32(single)
        self._write_tflite("tflite_f32", float32)
        yield "tflite_f32"
        self._write_tflite("tflite_f16", convert_float16(single))
        yield "tflite_f16"
        int8 = quantize_int8(float32, last_layers=last_layers(folded))
        self._write_tflite("tflite_int8", int8)
        yield "tflite_int8"
        if include_tfjs:
            about = {"head": network.head, "labels": list(network.labels)}
            write_tfjs_graph(free, self._folder("tfjs_graph_f16"), metadata=about)
            yield "tfjs_graph_f16"
            write_tfjs_layers(folded, self._folder("tfjs_layers"), metadata=about)
            yield "tfjs_layers"

    def _write_tflite(self, kind: Kind, converted: bytes) -> None:
        finished = finish_tflite(
            converted, name=self.name, labels=self.network.labels, quantized=kind == "tflite_int8"
        )
        (self._folder(kind) / Path(MAIN_FILES[kind]).name).write_bytes(finished)

    def _folder(self, kind: Kind) -> Path:
        folder = (self.artifacts / MAIN_FILES[kind]).parent
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def detect(self, kind: Kind) -> DetectionArrays:
        with open_runtime(kind, self.artifacts, self.model) as runtime:
            tensors = runtime.detect(self.check_images)
        check_outputs(tensors, kind=kind)
        return tensors

    def detect_by_keras(self) -> DetectionArrays:
        """By Keras, before any conversion."""
        raw = self.folded.predict(self.check_images.astype(np.float32), batch_size=16, verbose=0)
        tensors = DetectionArrays(*(output.numpy() for output in self.network.decode(tf.constant(raw))))
        check_outputs(tensors, kind="The trained network")
        return tensors

    def layers_parity(self) -> Parity:
        """Of the raw outputs: the layers model decodes nothing itself."""
        pixels = self.check_images
        with TfjsLayersRuntime.open(self.artifacts / MAIN_FILES["tfjs_layers"]) as runtime:
            raw = runtime.raw(pixels)
        expected = self.folded.predict(pixels.astype(np.float32), batch_size=16, verbose=0)
        boxes, scores = (
            np.abs(a - b).max() for a, b in zip(self._undecided(raw), self._undecided(expected), strict=True)
        )
        finite = bool(np.isfinite(raw).all())
        return Parity(float(boxes), float(scores), paired=len(raw), unexplained=int(not finite))

    def _undecided(self, raw: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Boxes and scores that raw outputs stand for, before anything is selected or clipped."""
        if self.network.head == "grid":
            classes = len(self.network.labels)
            boxes = decode_boxes(tf.constant(raw[..., classes:]), self.network.grid)
            return boxes.numpy(), tf.sigmoid(raw[..., :classes]).numpy()
        scaled = raw / np.float32(self.network.size)
        return scaled[:, 1:], scaled[:, :1]


def export_version(
    network: Network,
    *,
    staged_artifacts: Path,
    staged_model: Path,
    check_images: Pixels,
    include_tfjs: bool,
    name: str,
    version: int,
) -> ExportResult:
    """Write every kind of artifact, run each one, and hold each one to the SavedModel's answers.

    Files go to the two staged folders (a version's folders under artifacts/ and models/). `check_images` are
    photos, uint8 `[n, S, S, 3]`, at least one, on which the kinds are compared. `name` and `version` only stand
    in the warm-up records. int8 must run and give finite answers; whether it is good enough is for the caller to
    measure.

    Raises:
        ExportError: a kind cannot be written or run, holds NaN or variables, or is out of the parity bounds.
        StoreError: the disk refused a file.
    """
    try:
        folded = fold_network(network)
        _check_fold(network, folded, check_images)
        round_to_half(folded)
        export = _Export(network, folded, staged_artifacts, staged_model, check_images, name, version)
        kinds, reference = [], None
        for kind in export.write(include_tfjs=include_tfjs):
            answer = export.detect(kind)
            if reference is None:
                reference = answer
                _check(kind, compare(export.detect_by_keras(), reference, BOUNDS[kind]), BOUNDS[kind])
                kinds.append(_described(export, kind, None))
            else:
                kinds.append(_described(export, kind, _measured(export, kind, reference, answer)))
    except OSError as error:
        raise StoreError(
            f"Cannot write the version to {staged_artifacts.parent}: {error.strerror}. Nothing was published."
        ) from error
    except _DISK_ERRORS as error:
        raise StoreError(
            f"Cannot write the version to {staged_artifacts.parent}: {error.message}. Nothing was published."
        ) from error
    return ExportResult(tuple(kinds), _output_order(folded, include_tfjs=include_tfjs))


def _check_fold(network: Network, folded: keras.Model, pixels: Pixels) -> None:
    expected, got = (
        model.predict(pixels.astype(np.float32), batch_size=16, verbose=0)
        for model in (network.model, folded)
    )
    if not np.isfinite(expected).all():
        raise ExportError(
            "The trained network answers numbers that are not finite: the training diverged. Nothing was "
            "published; train again with a lower learning rate."
        )
    if not np.allclose(expected, got, atol=FOLD_TOLERANCE * max(1.0, float(np.abs(expected).max()))):
        raise ExportError(
            f"Folding the normalisation changed the raw outputs by {np.abs(expected - got).max()}. "
            "Nothing was published."
        )


def _measured(export: _Export, kind: Kind, reference: DetectionArrays, answer: DetectionArrays) -> Parity:
    """How far the kind is from the SavedModel; tfjs_layers by its raw outputs. Raises ExportError out of bounds."""
    if kind == "tflite_int8":
        return compare(reference, answer, INT8_PAIRING)
    bounds = BOUNDS[kind]
    parity = compare(reference, answer, bounds)
    _check(kind, parity, bounds)
    if kind == "tfjs_layers":
        parity = export.layers_parity()
        _check(kind, parity, bounds)
    return parity


def _check(kind: Kind, parity: Parity, bounds: Bounds) -> None:
    if not parity.within(bounds):
        raise ExportError(
            f"{kind} does not agree with the network it was made from: boxes differ by up to "
            f"{parity.max_box} (allowed {bounds.box}), scores by {parity.max_score} (allowed "
            f"{bounds.score}), and {parity.unexplained} detections have no partner. Nothing was published."
        )


def _described(export: _Export, kind: Kind, parity: Parity | None) -> ExportedKind:
    if kind == "saved_model":
        files = describe_files(export.model, export.model / "saved_model.pb")
        return ExportedKind(kind, files, "uint8", f"TensorFlow {tf.__version__}")
    main = export.artifacts / MAIN_FILES[kind]
    return ExportedKind(
        kind,
        describe_files(export.artifacts, main),
        "float32",
        min_runtime(main.read_bytes()) if main.suffix == ".tflite" else f"tfjs {tfjs_version()}",
        parity.max_box if parity else None,
        parity.max_score if parity else None,
    )


def _output_order(folded: keras.Model, *, include_tfjs: bool) -> dict[str, tuple[str, ...]]:
    order: dict[str, tuple[str, ...]] = {"saved_model": OUTPUT_NAMES, "tflite": OUTPUT_NAMES}
    if include_tfjs:
        order |= {"tfjs_graph": OUTPUT_NAMES, "tfjs_layers": tuple(folded.output_names)}
    return order
