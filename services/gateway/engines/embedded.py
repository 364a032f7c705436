"""LiteRT inside the gateway: a single request in flight uses all cores, concurrent ones a thread each."""

import contextlib
import queue
import threading
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from detector.detections import OUTPUT_NAMES
from detector.errors import DeadlineExceededError, ModelUnavailableError
from detector.images import Pixels
from detector.outputs import Floats, raw_detections
from services.gateway.deadline import Deadline
from services.gateway.engines.engine import Inference, OnUp, VersionFiles

_LITERT_FAULTS = (RuntimeError, ValueError, OSError, KeyError, MemoryError)


class EmbeddedEngine:
    """Runs a .tflite file of the version; `kind` is the artifact format, such as "tflite_int8"."""

    name = "embedded"
    by_label = False

    def __init__(self, *, kind: str, workers: int) -> None:
        self._file = f"tflite/{kind.removeprefix('tflite_')}.tflite"
        self._workers = workers

    def load(self, files: VersionFiles) -> "EmbeddedRunner":
        path = files.artifacts / self._file
        try:
            return EmbeddedRunner(path.read_bytes(), files, workers=self._workers)
        except _LITERT_FAULTS as fault:
            raise ModelUnavailableError(
                f"Version {files.version} cannot be loaded from {path}: {fault}"
            ) from fault

    def watch(self, on_up: OnUp) -> None:
        """There is no connection to watch."""

    def close(self) -> None:
        """Runners free themselves."""


class LoadedInterpreter:
    """One interpreter, for one photo at a time. The number of threads does not change a bit of the result."""

    def __init__(self, content: bytes, size: int, *, threads: int) -> None:
        interpreter = Interpreter(model_content=content, num_threads=threads)
        interpreter.allocate_tensors()
        (entry,) = interpreter.get_input_details()
        if tuple(entry["shape"]) != (1, size, size, 3) or entry["dtype"] not in (np.uint8, np.float32):
            raise ValueError(f"its input is {entry['dtype'].__name__} {entry['shape'].tolist()}")
        self._dtype: Any = entry["dtype"]
        self._input: int = entry["index"]
        # Tensor names and their order differ between conversions; those of the signature do not.
        self._outputs = _signature_outputs(interpreter)
        self._interpreter = interpreter
        # Warm-up: the first run packs weights and finds missing operators.
        self(np.zeros((size, size, 3), np.uint8))

    def __call__(self, pixels: Pixels) -> tuple[Floats, ...]:
        self._interpreter.set_tensor(self._input, pixels[np.newaxis].astype(self._dtype, copy=False))
        self._interpreter.invoke()
        return tuple(self._interpreter.get_tensor(index) for index in self._outputs)


def _signature_outputs(interpreter: Any) -> tuple[int, ...]:
    """Tensor indices of OUTPUT_NAMES, in that order."""
    (signature,) = interpreter.get_signature_list()
    runner = interpreter.get_signature_runner(signature)
    details = runner.get_output_details()
    return tuple(details[name]["index"] for name in OUTPUT_NAMES)


class EmbeddedRunner:
    """The interpreters of one version: a wide one with a thread per worker, and up to `workers` single-threaded ones.

    A single photo in flight gets the wide one, which takes two thirds of the time on two cores. Concurrent photos get
    narrow ones, because threads that share cores only wait for each other. Narrow ones are created on demand: each has
    its own packed weights (30 MB at alpha 1.0), which a gateway with little traffic never needs.
    """

    def __init__(self, content: bytes, files: VersionFiles, *, workers: int) -> None:
        self._content = content
        self._files = files
        self._wide = LoadedInterpreter(content, files.size, threads=workers)
        self._narrow: queue.LifoQueue[LoadedInterpreter] = queue.LifoQueue()
        self._available = threading.Semaphore(workers)
        self._in_flight = 0
        self._lock = threading.Lock()

    def run(self, pixels: Pixels, *, channel: str | None, deadline: Deadline) -> Inference:
        version = self._files.version
        try:
            boxes, classes, scores, count = self._outputs(pixels, deadline)
        except _LITERT_FAULTS as fault:
            raise ModelUnavailableError(f"LiteRT cannot run version {version}: {fault}") from fault
        return Inference(raw_detections(boxes, classes, scores, count), version)

    def _outputs(self, pixels: Pixels, deadline: Deadline) -> tuple[Floats, ...]:
        with self._lock:
            alone = self._in_flight == 0
            self._in_flight += 1
        try:
            if alone:
                return self._wide(pixels)
            interpreter = self._take_narrow(deadline)
            try:
                return interpreter(pixels)
            finally:
                self._narrow.put(interpreter)
        finally:
            with self._lock:
                self._in_flight -= 1

    def _take_narrow(self, deadline: Deadline) -> LoadedInterpreter:
        with contextlib.suppress(queue.Empty):
            return self._narrow.get_nowait()
        if self._available.acquire(blocking=False):
            try:
                return LoadedInterpreter(self._content, self._files.size, threads=1)
            except BaseException:
                self._available.release()
                raise
        try:
            return self._narrow.get(timeout=deadline.remaining_s)
        except queue.Empty:
            raise DeadlineExceededError(
                "The deadline passed while the photo waited for an interpreter."
            ) from None
