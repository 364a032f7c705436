"""This project's training against the plain recipe, on the same photos and the same network.

    python -m bench.plain_recipe PHOTOS [--fold 0] [--seeds 0 1 2] [--fraction 0.45]

The plain recipe: Keras' own MobileNet with its BatchNorm layers, the same head on top, fresh augmented views from a
generator, and `model.fit` running the whole network at each step, in the same two phases with the same epochs, rates
for head and base, decay of the weights and limit to the gradients. Both are measured after their last epoch, so that
the photos, which neither has seen, choose nothing. This project's run is planned with `--fraction` of the epochs: the
question is whether it is as good in half the time. Printed: AP50 and seconds of both. The seconds of this project's
run hold its measuring and its checkpoint after each epoch; the plain run does neither. Processor seconds stand beside
them for busy machines.
"""

import argparse
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bench.folds import Fold, write_folds
from bench.machine import machine_line
from detector.detections import DetectionArrays
from detector.evaluation import evaluate
from jobs.train import Event, TrainConfig
from jobs.train.data.open import open_dataset
from jobs.train.data.photos import LabelledPhoto, Pixels, Split
from jobs.train.fitting.augment import AugmentOptions, random_view
from jobs.train.fitting.epochs import epochs_of
from jobs.train.fitting.fit import train_network
from jobs.train.fitting.measure import PhotoSet
from jobs.train.fitting.objective import GridObjective, objective_of
from jobs.train.fitting.phases import CLIP_NORM, PhasePlan, plan_phases
from jobs.train.fitting.schedule import Schedule
from jobs.train.network.base import base_convolutions
from jobs.train.network.grid import TAP_LAYERS, build_grid_head, decode_grid, head_width
from jobs.train.network.network import Network, build_network
from jobs.train.network.weights import ResolvedWeights, resolve_base_weights

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock, and by the processor over all its cores."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:.0f} s ({self.processor:.0f} of the processor)"


class Stopwatch:
    """Runs from its making."""

    def __init__(self) -> None:
        self._started = time.monotonic(), time.process_time()

    @property
    def spent(self) -> Spent:
        wall, processor = self._started
        return Spent(time.monotonic() - wall, time.process_time() - processor)


@dataclass(frozen=True, slots=True)
class Outcome:
    """AP50 on the unseen photos after the last epoch, and what the training took."""

    ap50: float
    spent: Spent


@dataclass(frozen=True, slots=True)
class Task:
    """What both sides train on and are measured on."""

    config: TrainConfig
    labels: tuple[str, ...]
    known: tuple[LabelledPhoto, ...]
    unseen: tuple[LabelledPhoto, ...]
    weights: ResolvedWeights

    @property
    def epochs(self) -> tuple[int, int]:
        return epochs_of(self.config, photos=len(self.known))


def train_ours(task: Task, *, fraction: float) -> Outcome:
    """The two phases of this project with `fraction` of the epochs of each, measured after each epoch."""
    keras.utils.set_random_seed(task.config.seed)
    network = build_network(
        head="grid", size=task.config.image_size, alpha=1.0, labels=task.labels, base_weights=task.weights
    )
    epochs = (math.ceil(fraction * task.epochs[0]), math.ceil(fraction * task.epochs[1]))
    ap50s: list[float] = []
    watch = Stopwatch()

    def note(event: Event) -> None:
        if event["event"] == "epoch":
            ap50s.append(event["val_ap50"])

    with tempfile.TemporaryDirectory() as folder:
        split = Split(train=task.known, val=task.unseen)
        train_network(network, split, task.config, epochs=epochs, directory=Path(folder), on_event=note)
    # Not the epoch that the run keeps: it was chosen by the photos that judge here.
    return Outcome(ap50s[-1], watch.spent)


def train_plainly(task: Task) -> Outcome:
    """`model.fit`, all of the network at every step."""
    keras.utils.set_random_seed(task.config.seed)
    reference: Network = build_network(
        head="grid", size=task.config.image_size, alpha=1.0, labels=task.labels, base_weights=task.weights
    )
    model, base = _plain_model(task)
    objective = objective_of(reference)
    assert isinstance(objective, GridObjective)
    config, steps = task.config, -(-len(task.known) // task.config.batch_size)
    watch = Stopwatch()
    for plan in plan_phases(config, epochs=task.epochs):
        for layer in base.layers:
            layer.trainable = _block(layer.name) > 13 - plan.unfreeze
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False
        model.compile(_adamw(config), loss=_keras_loss(objective))
        model.train_base_too(_adamw(config) if plan.unfreeze else None)
        model.fit(
            _batches(task, objective),
            steps_per_epoch=steps,
            epochs=plan.epochs,
            verbose=0,
            callbacks=[_Rates(Schedule(plan.epochs, steps), plan)],
        )
    spent = watch.spent
    return Outcome(_plain_ap50(model, reference, task), spent)


class _PlainModel(keras.Model):  # type: ignore[misc]
    """`model.fit` as it is, with one optimizer for the head and one for the base."""

    base_optimizer: keras.optimizers.Optimizer | None = None

    def train_base_too(self, optimizer: keras.optimizers.Optimizer | None) -> None:
        self.base_optimizer = optimizer

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        pixels, targets = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(pixels, targets, self(pixels, training=True))
        ours = {variable.ref() for variable in self.layers[-1].trainable_variables}
        variables = sorted(self.trainable_variables, key=lambda variable: variable.ref() in ours)
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, variables), CLIP_NORM)
        pairs = list(zip(gradients, variables, strict=True))
        cut = len(pairs) - len(ours)
        self.optimizer.apply_gradients(pairs[cut:])
        if self.base_optimizer is not None:
            self.base_optimizer.apply_gradients(pairs[:cut])
        return {"loss": loss}


class _Rates(keras.callbacks.Callback):  # type: ignore[misc]
    """The rates of `schedule` at each step."""

    def __init__(self, schedule: Schedule, plan: PhasePlan) -> None:
        super().__init__()
        self._schedule, self._plan, self._step = schedule, plan, 0

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        factor = self._schedule.rate_factor(self._step)
        self._step += 1
        self.model.optimizer.learning_rate.assign(self._plan.learning_rate * factor)
        if self.model.base_optimizer is not None:
            self.model.base_optimizer.learning_rate.assign(self._plan.base_learning_rate * factor)


def _adamw(config: TrainConfig) -> keras.optimizers.Optimizer:
    optimizer = keras.optimizers.AdamW(0.0, weight_decay=config.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _keras_loss(objective: GridObjective) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    return lambda targets, raw: objective.loss(raw, targets)[0]


def _block(name: str) -> int:
    parts = name.split("_")
    return int(parts[2]) if name.startswith(("conv_dw_", "conv_pw_")) else 0


def _plain_model(task: Task) -> tuple[_PlainModel, keras.Model]:
    size = task.config.image_size
    base = keras.applications.MobileNet((size, size, 3), include_top=False, weights=None)
    assert task.weights.values is not None
    for spec in base_convolutions(1.0):
        kernel, *normalisation = task.weights.values[spec.name]
        base.get_layer(spec.name).set_weights([kernel])
        base.get_layer(f"{spec.name}_bn").set_weights(normalisation)
    taps = keras.Model(base.input, [base.get_layer(f"{tap}_relu").output for tap in TAP_LAYERS])
    image = keras.Input((size, size, 3))
    features = taps(keras.layers.Rescaling(1 / 127.5, -1)(image))
    head = build_grid_head(taps.outputs, classes=len(task.labels), width=head_width(1.0))
    return _PlainModel(image, head(features)), base


def _batches(task: Task, objective: GridObjective) -> Iterator[tuple[Any, Any]]:
    rng = np.random.default_rng(task.config.seed)
    size, count = task.config.image_size, len(task.known)
    while True:
        order = rng.permutation(count)
        for start in range(0, count, task.config.batch_size):
            views = [
                random_view(task.known, int(i), size=size, rng=rng, options=AugmentOptions())
                for i in order[start : start + task.config.batch_size]
            ]
            pixels = np.stack([view.pixels for view in views]).astype(np.float32)
            yield pixels, np.stack([objective.targets(view) for view in views])


def _plain_ap50(model: keras.Model, reference: Network, task: Task) -> float:
    photos = PhotoSet.of(task.unseen, reference.size)

    def detect(pixels: Pixels) -> DetectionArrays:
        raw = model(pixels.astype(np.float32), training=False)
        return DetectionArrays(
            *(o.numpy() for o in decode_grid(raw, reference.grid, classes=len(task.labels)))
        )

    return evaluate(photos.ground_truth, photos.detect_with(detect), task.labels).ap50 or 0.0


def _task(fold: Fold, seed: int) -> Task:
    config = TrainConfig(data=fold.known, seed=seed)
    known, _ = open_dataset(fold.known, size=config.image_size, format_name="coco")
    unseen, _ = open_dataset(fold.unseen, size=config.image_size, format_name="coco")
    weights = resolve_base_weights(1.0, choice=None, cache_dir=config.cache_dir.expanduser())
    return Task(config, known.labels, known.photos, unseen.photos, weights)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--fold", type=int, default=0, choices=range(FOLDS))
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--fraction", type=float, default=0.45, help="of the epochs, for this project's run")
    parser.add_argument("--sides", nargs="*", choices=("plain", "ours"), default=["plain", "ours"])
    options = parser.parse_args()
    print(machine_line(), flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-plain-") as folder:
        size = TrainConfig(data=options.data).image_size
        folds = list(write_folds(options.data, Path(folder), folds=FOLDS, size=size))
        for seed in options.seeds:
            task = _task(folds[options.fold], seed)
            for side in options.sides:
                found = (
                    train_plainly(task) if side == "plain" else train_ours(task, fraction=options.fraction)
                )
                print(f"seed {seed} {side}: AP50 {found.ap50:.3f} in {found.spent}", flush=True)


if __name__ == "__main__":
    main()
