"""`train`: from photos to a published version, one step after the other."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import tensorflow as tf
import tf_keras as keras

from detector.errors import DetectorError, OutOfMemoryError
from jobs.registry import Registry
from jobs.train.config import TrainConfig
from jobs.train.data.loading import OnProgress
from jobs.train.events import INTERRUPTED, EventLog, OnEvent, make_event
from jobs.train.export.runtimes.node import check_tfjs
from jobs.train.fitting.epochs import epochs_of
from jobs.train.fitting.fit import TrainedRun, train_network
from jobs.train.fitting.run_directory import forget, forget_abandoned_runs, lock_run, run_directory
from jobs.train.fitting.starting_weights import StartingPoint, find_starting_point, load_starting_weights
from jobs.train.fitting.tensorboard import with_tensorboard
from jobs.train.network.network import Network, build_network
from jobs.train.network.weights import ResolvedWeights, resolve_base_weights
from jobs.train.prepare import DescribeData, PreparedData, prepare_data
from jobs.train.publish import publish_version
from jobs.train.result import TrainingResult
from jobs.train.version import Version


def train_and_publish(
    config: TrainConfig, on_event: OnEvent, on_reading: OnProgress, describe_data: DescribeData
) -> Version:
    """See `jobs.train.train`."""
    emit = with_tensorboard(EventLog(on_event, config.events), config.tensorboard)
    try:
        return _train_and_publish(config, emit, on_reading, describe_data)
    except DetectorError as error:
        _tell_failure(emit, code=error.code, message=error.message)
        raise
    except (MemoryError, tf.errors.ResourceExhaustedError) as cause:
        out_of_memory = OutOfMemoryError(
            f"Memory ran out at --size {config.image_size} and --batch-size {config.batch_size}: use a smaller one, "
            "or a machine with more."
        )
        _tell_failure(emit, code=out_of_memory.code, message=out_of_memory.message)
        raise out_of_memory from cause
    except KeyboardInterrupt:
        _tell_failure(emit, code=INTERRUPTED, message="Stopped by Ctrl-C or a signal.")
        raise
    except Exception as error:
        _tell_failure(emit, code=DetectorError.code, message=f"{type(error).__name__}: {error}")
        raise


def _tell_failure(emit: OnEvent, *, code: str, message: str) -> None:
    # What takes no more events (a full disk, a caller that failed) must not hide what went wrong first.
    with suppress(Exception):
        emit(make_event("failed", code=code, message=message))


def _train_and_publish(
    config: TrainConfig, emit: OnEvent, on_reading: OnProgress, describe_data: DescribeData
) -> Version:
    registry = Registry(config.store)
    if config.tfjs:
        # Whether the tfjs files can be checked is known before the training, not after it.
        check_tfjs()
    # Looked up first, so that a wrong number costs no time.
    starting_point = (
        None
        if config.from_version is None
        else find_starting_point(registry, config.name, config.from_version)
    )
    history: list[dict[str, Any]] = []

    def tell(name: str, **fields: Any) -> None:
        history.append(make_event(name, **fields))
        emit(history[-1])

    tell("started", config=config.to_json())
    known_labels = starting_point.labels if starting_point else None
    data = prepare_data(config, registry, known_labels=known_labels, on_progress=on_reading)
    tell("data", summary=list(describe_data(data)), report=data.report.to_json())
    network, base_weights = _build(config, data, starting_point)
    directory = run_directory(config, data_fingerprint=data.report.fingerprint, split=data.split)
    lock = lock_run(directory)
    try:
        forget_abandoned_runs(directory)
        run = _train(config, data, network, directory, emit)
        result = TrainingResult(config, data, network, base_weights, (*history, *run.history), run.seconds)
        version = publish_version(result, registry, emit)
        forget(directory)
    finally:
        lock.release()
    emit(
        make_event(
            "published",
            name=version.name,
            version=version.version,
            channel=version.channel or "no channel",
            ap50=version.ap50,
            ap=version.ap,
            seconds=round(run.seconds, 1),
            report=str(version.artifacts / "report" / "index.html"),
        )
    )
    return version


def _build(
    config: TrainConfig, data: PreparedData, starting_point: StartingPoint | None
) -> tuple[Network, ResolvedWeights]:
    weights = (
        starting_point.base_weights
        if starting_point
        else resolve_base_weights(
            config.alpha, choice=config.base_weights, cache_dir=config.cache_dir.expanduser()
        )
    )
    keras.utils.set_random_seed(config.seed)
    network = build_network(
        head=config.head, size=config.image_size, alpha=config.alpha, labels=data.labels, base_weights=weights
    )
    if starting_point is not None:
        load_starting_weights(starting_point.artifacts, network)
    return network, weights


def _train(
    config: TrainConfig, data: PreparedData, network: Network, directory: Path, emit: OnEvent
) -> TrainedRun:
    epochs = epochs_of(config, photos=len(data.split.train))
    return train_network(network, data.split, config, epochs=epochs, directory=directory, on_event=emit)
