"""One training run from photos to a trained network, resumable at each epoch."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tf_keras as keras

from detector.errors import DatasetError
from jobs.train.config import TrainConfig
from jobs.train.data.photos import LabelledPhoto, Split
from jobs.train.events import OnEvent
from jobs.train.fitting.checkpoint import Checkpoint, Progress, load_checkpoint, save_checkpoint
from jobs.train.fitting.measure import PhotoSet, measure, network_detector
from jobs.train.fitting.objective import objective_of
from jobs.train.fitting.phases import PhaseContext, PhasePlan, PhaseTrainer, plan_phases
from jobs.train.network.network import Network


@dataclass(frozen=True, slots=True)
class TrainedRun:
    """What training leaves: the network holds the best epoch's averaged weights."""

    history: list[dict[str, Any]]
    seconds: float


def train_network(
    network: Network,
    split: Split,
    config: TrainConfig,
    *,
    epochs: tuple[int, int],
    directory: Path,
    on_event: OnEvent,
) -> TrainedRun:
    """Both phases, or what a checkpoint in `directory` says is left of them."""
    found = load_checkpoint(directory)
    if found is not None and not found.fits(network.model.get_weights()):
        found = None
    progress = found.progress if found else Progress()
    context = PhaseContext(
        config=config,
        network=network,
        objective=objective_of(network),
        photos=_trainable(split, config),
        validate=_validation(network, split, config),
        on_event=on_event,
        save=lambda checkpoint: save_checkpoint(directory, checkpoint),
    )
    for plan in plan_phases(config, epochs=epochs):
        progress = _run_phase(plan, context, progress, found)
    return TrainedRun(progress.history, progress.seconds)


def _run_phase(
    plan: PhasePlan, context: PhaseContext, progress: Progress, found: Checkpoint | None
) -> Progress:
    if plan.number < progress.phase:
        return progress
    keras.utils.set_random_seed(context.config.seed + plan.number)
    within = found if found and found.progress.phase == plan.number else None
    if plan.epochs:
        progress = PhaseTrainer(plan, context).run(progress, within.arrays if within else None)
    return replace(
        progress, phase=plan.number + 1, epochs_done=0, planned_epochs=None, best_score=-1.0, best_epoch=0
    )


def _trainable(split: Split, config: TrainConfig) -> tuple[LabelledPhoto, ...]:
    """The localizer cannot learn from photos without objects: it always answers one."""
    if config.head == "grid":
        return split.train
    photos = tuple(p for p in split.train if p.ground_truth)
    if not photos:
        raise DatasetError("No photo of the training part has a box, and --head localizer needs some.")
    return photos


def _validation(network: Network, split: Split, config: TrainConfig) -> Callable[[], dict[str, float]]:
    photos = PhotoSet.of(split.val, config.image_size)
    detect = network_detector(network)

    def validate() -> dict[str, float]:
        result = measure(detect, photos, network.labels)
        return {"val_ap": round(result.ap or 0.0, 5), "val_ap50": round(result.ap50 or 0.0, 5)}

    return validate
