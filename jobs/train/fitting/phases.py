"""The two phases: the head on frozen features first, then the last blocks of the base too.

What is frozen is not computed again where it need not be: phase 1 runs the base once over a few augmented views
of each photo and trains on its stored activations (8 bits each: they lie in ReLU6's 0..6), as far as they fit. Phase 2
draws fresh views for every step; below its cut the base runs forwards only.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from detector.errors import InternalError
from jobs.train.config import TrainConfig
from jobs.train.data.photos import LabelledPhoto
from jobs.train.events import OnEvent, make_event
from jobs.train.fitting.adamw import AdamW
from jobs.train.fitting.augment import AugmentOptions
from jobs.train.fitting.checkpoint import Arrays, Checkpoint, Progress
from jobs.train.fitting.feature_pool import FeatureBatches, FeaturePool, dequantised, pool_bytes
from jobs.train.fitting.moving_average import RunningAverage
from jobs.train.fitting.objective import Objective
from jobs.train.fitting.schedule import Schedule
from jobs.train.fitting.views import THREADS, ViewFactory
from jobs.train.network.network import Network, SplitNetwork, split_network

CLIP_NORM = 10.0
POOL_BYTES = 1_000_000_000
"""Of activations that phase 1 keeps: those of about 460 photos at 320 pixels. With more photos it has fewer epochs, and
draws fresh views as phase 2 does."""
CLOSING_SHARE = 0.2
"""Share of a phase, at its end, whose best epoch is kept.

Rates have nearly gone to zero there. Validation photos are few, so an early epoch that is best by chance would win over
better ones, and there is no stopping before the rates have come down, which is where most is gained.
"""


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """One phase: its number, epochs, blocks of the base it trains, and rates for head and base."""

    number: int
    epochs: int
    unfreeze: int
    learning_rate: float
    base_learning_rate: float
    seconds: float | None


def plan_phases(config: TrainConfig, *, epochs: tuple[int, int]) -> tuple[PhasePlan, PhasePlan]:
    """The phases of a run; with `max_minutes`, phase 1 may take a fifth of the time."""
    seconds = None if config.max_minutes is None else config.max_minutes * 60
    first = PhasePlan(
        number=1,
        epochs=epochs[0],
        unfreeze=0,
        learning_rate=config.phase1_learning_rate,
        base_learning_rate=0.0,
        seconds=None if seconds is None else 0.2 * seconds,
    )
    second = PhasePlan(
        number=2,
        epochs=epochs[1],
        unfreeze=config.unfrozen_blocks,
        learning_rate=config.phase2_learning_rate,
        base_learning_rate=config.phase2_learning_rate * config.base_learning_rate_factor,
        seconds=seconds,
    )
    return first, second


Validate = Callable[[], dict[str, float]]
"""Measures the network as it is; the dictionary goes into the epoch's event and holds at least `val_ap`."""


@dataclass(frozen=True, slots=True)
class PhaseContext:
    """What both phases share and neither owns."""

    config: TrainConfig
    network: Network
    objective: Objective
    photos: tuple[LabelledPhoto, ...]
    validate: Validate
    on_event: OnEvent
    save: Callable[[Checkpoint], None]


def _is_closing(epoch: int, schedule: Schedule) -> bool:
    """Whether an epoch, counted from 0, is one of the last."""
    return epoch >= (1 - CLOSING_SHARE) * schedule.epochs


def _best_score_after(best_score: float, score: float, *, closing: bool) -> float:
    """The score to beat for the rest of the phase; -1 before its closing share.

    Where time was found and the plan grew, an epoch that was closing is not any more: what it kept is overwritten, and
    its score must not keep later ones out.
    """
    return max(best_score, score) if closing else -1.0


class PhaseTrainer:
    """Trains one phase, epoch by epoch, from its beginning or from a checkpoint within it."""

    def __init__(self, plan: PhasePlan, context: PhaseContext) -> None:
        self._plan = plan
        self._context = context
        self._parts: SplitNetwork = split_network(context.network, unfreeze=plan.unfreeze)
        head = context.network.head_model
        self._head_variables = head.trainable_variables
        self._base_variables = [v for layer in self._parts.trained_base for v in layer.trainable_variables]
        decay = context.config.weight_decay
        self._head_optimizer = AdamW(self._head_variables, weight_decay=decay)
        self._base_optimizer = AdamW(self._base_variables, weight_decay=decay)
        averaged = [*self._head_variables, *head.non_trainable_variables, *self._base_variables]
        self._average = RunningAverage(averaged, decay=context.config.average_decay)
        self._forward_trunk = tf.function(self._trunk_features, reduce_retracing=True)
        self._train_step = tf.function(self._step, reduce_retracing=True)
        self._best: Arrays | None = None

    def run(self, progress: Progress, arrays: dict[str, Arrays] | None) -> Progress:
        """Train the rest of the phase; `arrays` are those of a checkpoint within it. Leaves the network at its best."""
        plan = self._plan
        if arrays is not None:
            self._restore(arrays)
        with ThreadPoolExecutor(THREADS, thread_name_prefix="views") as executor:
            config = self._context.config
            factory = ViewFactory(
                self._context.photos, config.image_size, self._context.objective, config.seed, executor
            )
            steps_per_epoch = -(-len(self._context.photos) // config.batch_size)
            schedule = Schedule(plan.epochs, steps_per_epoch)
            if plan.seconds is not None and progress.planned_epochs is not None:
                schedule.epochs = progress.planned_epochs
            progress = self._announce(progress, schedule)
            progress = self._epochs(progress, schedule, factory)
        if self._best is not None:
            self._context.network.model.set_weights(self._best)
        return progress

    def _announce(self, progress: Progress, schedule: Schedule) -> Progress:
        event = make_event(
            "phase", phase=self._plan.number, epochs=schedule.epochs, unfreeze=self._plan.unfreeze,
            learning_rate=self._plan.learning_rate, base_learning_rate=self._plan.base_learning_rate,
            trained_parameters=int(sum(v.shape.num_elements() for v in self._trained())),
        )  # fmt: skip
        if progress.epochs_done:
            self._context.on_event({**event, "resumed_after_epoch": progress.epochs_done})
            return progress
        self._context.on_event(event)
        return replace(progress, history=[*progress.history, event])

    def _epochs(self, progress: Progress, schedule: Schedule, factory: ViewFactory) -> Progress:
        started = time.monotonic() - progress.seconds
        unfinished = progress.epochs_done < schedule.epochs
        pooled = self._pooled and unfinished
        pool = FeaturePool.fill(factory, self._forward_trunk, self._context.config) if pooled else None
        first_epoch = progress.epochs_done
        while progress.epochs_done < schedule.epochs:
            epoch_started = time.monotonic()
            epoch = progress.epochs_done
            batches = pool.batches(epoch, factory.seed) if pool else self._fresh_batches(factory, epoch)
            losses, rate = self._train_epoch(batches, schedule, first_step=epoch * schedule.steps_per_epoch)
            progress = self._end_of_epoch(progress, schedule, losses, rate, epoch_started)
            self._fit_into_time(schedule, progress, started, epoch_started, warm=epoch > first_epoch)
            progress = replace(
                progress, planned_epochs=schedule.epochs, seconds=round(time.monotonic() - started, 3)
            )
            self._context.save(self._checkpoint(progress))
            # After the checkpoint: an epoch that stands in the log is not trained again after a kill.
            self._context.on_event(progress.history[-1])
        return progress

    def _fit_into_time(
        self, schedule: Schedule, progress: Progress, started: float, epoch_started: float, *, warm: bool
    ) -> None:
        """Plan by the epoch just done; one that also built graphs (not `warm`) only says whether time is left."""
        if self._plan.seconds is None:
            return
        now = time.monotonic()
        seconds_left = self._plan.seconds - (now - started)
        if warm or seconds_left <= 0:
            schedule.fit_into(
                seconds_left=seconds_left,
                seconds_per_epoch=now - epoch_started,
                epochs_done=progress.epochs_done,
            )

    @property
    def _pooled(self) -> bool:
        """Whether activations are kept: where the base is frozen, they would be used again, and they fit."""
        if self._plan.unfreeze or self._plan.epochs <= self._context.config.phase1_views:
            return False
        outputs = self._parts.trunk.outputs
        return pool_bytes(outputs, self._context.config, photos=len(self._context.photos)) <= POOL_BYTES

    def _fresh_batches(self, factory: ViewFactory, epoch: int) -> FeatureBatches:
        key = (self._plan.number, epoch)
        order = np.random.default_rng((factory.seed, *key)).permutation(len(factory.photos))
        size = self._context.config.batch_size
        for batch in factory.batches(order, key=key, batch_size=size, options=AugmentOptions()):
            yield self._forward_trunk(batch.pixels), batch.targets

    def _trunk_features(self, pixels: tf.Tensor) -> list[tf.Tensor]:
        features = self._parts.trunk(tf.cast(pixels, tf.float32), training=False)
        return list(features) if isinstance(features, list | tuple) else [features]

    def _train_epoch(
        self, batches: FeatureBatches, schedule: Schedule, *, first_step: int
    ) -> tuple[npt.NDArray[np.float64], float]:
        """Mean total loss and parts over the epoch, and the rate at its end."""
        sums: Any = 0.0
        count, rate = 0, 0.0
        for features, targets in batches:
            factor = schedule.rate_factor(first_step + count)
            rate = self._plan.learning_rate * factor
            self._head_optimizer.learning_rate.assign(rate)
            self._base_optimizer.learning_rate.assign(self._plan.base_learning_rate * factor)
            sums = sums + np.asarray(self._train_step(features, targets), np.float64)
            count += 1
        return sums / count, rate

    def _step(self, features: list[tf.Tensor], targets: tf.Tensor) -> tf.Tensor:
        features = [dequantised(feature) for feature in features]
        with tf.GradientTape() as tape:
            losses = self._context.objective.loss(self._parts.tail(features, training=True), targets)
        gradients = tape.gradient(losses[0], self._trained())
        gradients, _ = tf.clip_by_global_norm(gradients, CLIP_NORM)
        heads = len(self._head_variables)
        self._head_optimizer.apply(gradients[:heads])
        self._base_optimizer.apply(gradients[heads:])
        self._average.update()
        return tf.stack(losses)

    def _trained(self) -> list[tf.Variable]:
        return [*self._head_variables, *self._base_variables]

    def _end_of_epoch(
        self,
        progress: Progress,
        schedule: Schedule,
        losses: npt.NDArray[np.float64],
        rate: float,
        epoch_started: float,
    ) -> Progress:
        if not np.isfinite(losses).all():
            raise InternalError(
                f"The loss of phase {self._plan.number}, epoch {progress.epochs_done + 1} is not a number. Try a "
                f"lower --phase{self._plan.number}-learning-rate."
            )
        with self._average.in_place():
            measured = self._context.validate()
            score = measured["val_ap"]
            closing = _is_closing(progress.epochs_done, schedule)
            better = not closing or score > progress.best_score
            if better:
                self._best = self._context.network.model.get_weights()
        epoch = progress.epochs_done + 1
        event = make_event(
            "epoch", phase=self._plan.number, epoch=epoch, epochs=schedule.epochs, loss=float(losses[0]),
            losses=dict(zip(self._context.objective.part_names, map(float, losses[1:]), strict=True)),
            learning_rate=rate, **measured, seconds=round(time.monotonic() - epoch_started, 3),
        )  # fmt: skip
        return replace(
            progress,
            epochs_done=epoch,
            best_score=_best_score_after(progress.best_score, score, closing=closing),
            best_epoch=epoch if better else progress.best_epoch,
            history=[*progress.history, event],
        )

    def _checkpoint(self, progress: Progress) -> Checkpoint:
        assert self._best is not None
        arrays = {
            "weights": self._context.network.model.get_weights(),
            "averages": [v.numpy() for v in (*self._average.averages, self._average.steps)],
            "optimizers": [v.numpy() for v in self._optimizer_variables()],
            "best": self._best,
        }
        return Checkpoint(progress, arrays)

    def _restore(self, arrays: dict[str, Arrays]) -> None:
        self._context.network.model.set_weights(arrays["weights"])
        for variables, name in (
            ((*self._average.averages, self._average.steps), "averages"),
            (self._optimizer_variables(), "optimizers"),
        ):
            for variable, value in zip(variables, arrays[name], strict=True):
                variable.assign(value)
        self._best = arrays["best"]

    def _optimizer_variables(self) -> list[tf.Variable]:
        return [*self._head_optimizer.state, *self._base_optimizer.state]
