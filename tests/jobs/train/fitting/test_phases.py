from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tf_keras as keras

from detector.boxes import Box
from detector.detections import GroundTruth
from jobs.train.config import HeadName, TrainConfig
from jobs.train.data.photos import LabelledPhoto
from jobs.train.data.split.look_alikes import make_thumbnail
from jobs.train.events import Event
from jobs.train.fitting.checkpoint import Checkpoint, Progress
from jobs.train.fitting.feature_pool import FeaturePool, dequantised, quantised
from jobs.train.fitting.objective import objective_of
from jobs.train.fitting.phases import PhaseContext, PhasePlan, PhaseTrainer, Validate
from jobs.train.network.network import Network, build_network
from jobs.train.network.weights import RANDOM, ResolvedWeights

Array = npt.NDArray[Any]


def photo(seed: int) -> LabelledPhoto:
    rng = np.random.default_rng(seed)
    pixels = np.full((96, 96, 3), 40, np.uint8)
    y, x = rng.integers(0, 60, 2)
    pixels[y : y + 30, x : x + 30] = (240, 200, 0)
    truth = GroundTruth(0, Box(y / 96, x / 96, (y + 30) / 96, (x + 30) / 96))
    return LabelledPhoto(str(seed), str(seed), make_thumbnail(pixels), pixels, (truth,))


class Run:
    """A network with random BatchNorm statistics, and what happened to it."""

    def __init__(self, head: HeadName = "grid") -> None:
        keras.utils.set_random_seed(0)
        self.network: Network = build_network(
            head=head, size=96, alpha=0.25, labels=("a",), base_weights=ResolvedWeights(RANDOM, None, None)
        )
        for layer in self.network.base:
            layer.moving_mean.assign(np.random.default_rng(1).normal(0, 0.1, layer.moving_mean.shape))
        self.config = TrainConfig(size=96, alpha=0.25, head=head, batch_size=4)
        self.events: list[Event] = []
        self.checkpoints: list[Checkpoint] = []

    def train(
        self,
        *,
        unfreeze: int,
        epochs: int = 2,
        scores: tuple[float, ...] = (),
        seconds: float | None = None,
        after: Checkpoint | None = None,
        validate: Validate | None = None,
    ) -> Progress:
        waiting = iter(scores)
        context = PhaseContext(
            config=self.config,
            network=self.network,
            objective=objective_of(self.network),
            photos=tuple(photo(i) for i in range(8)),
            validate=validate or (lambda: {"val_ap": next(waiting, 0.5), "val_ap50": 0.5}),
            on_event=self.events.append,
            save=self.checkpoints.append,
        )
        plan = PhasePlan(
            number=2 if unfreeze else 1,
            epochs=epochs,
            unfreeze=unfreeze,
            learning_rate=1e-3,
            base_learning_rate=1e-3,
            seconds=seconds,
        )
        begun, arrays = (after.progress, after.arrays) if after else (Progress(), None)
        return PhaseTrainer(plan, context).run(begun, arrays)

    def base_values(self) -> dict[str, Array]:
        return {
            f"{layer.name}/{weight.name}": weight.numpy()
            for layer in self.network.base
            for weight in layer.weights
        }


def changed(before: dict[str, Array], after: dict[str, Array]) -> set[str]:
    return {name for name in before if not np.array_equal(before[name], after[name])}


def test_phase_1_leaves_the_whole_base_as_it_was_and_trains_the_head() -> None:
    run = Run()
    before, head = run.base_values(), [v.numpy() for v in run.network.head_model.trainable_variables]
    run.train(unfreeze=0)
    assert changed(before, run.base_values()) == set()
    after = [v.numpy() for v in run.network.head_model.trainable_variables]
    # Not all: a stride to which no object was assigned has no gradient for its box edges.
    moved = sum(not np.array_equal(a, b) for a, b in zip(head, after, strict=True))
    assert moved > 0.8 * len(head)


def test_more_activations_than_fit_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    filled: list[int] = []
    fill = FeaturePool.fill

    def counted(*arguments: Any) -> FeaturePool:
        filled.append(1)
        return fill(*arguments)

    monkeypatch.setattr(FeaturePool, "fill", counted)
    epochs = Run().config.phase1_views + 1
    Run().train(unfreeze=0, epochs=epochs)
    assert len(filled) == 1
    monkeypatch.setattr("jobs.train.fitting.phases.POOL_BYTES", 10_000)
    run = Run()
    progress = run.train(unfreeze=0, epochs=epochs)
    assert len(filled) == 1
    assert progress.epochs_done == epochs
    assert run.events[-1]["loss"] < run.events[1]["loss"]


@pytest.mark.parametrize("head", ["grid", "localizer"])
def test_phase_2_trains_the_last_blocks_only_and_moves_no_statistics(head: HeadName) -> None:
    run = Run(head)
    before = run.base_values()
    run.train(unfreeze=3)
    moved = changed(before, run.base_values())
    last = 13 if head == "grid" else 11
    blocks = {
        layer.spec.block
        for layer in run.network.base
        if any(name.startswith(f"{layer.name}/") for name in moved)
    }
    assert blocks == {last, last - 1, last - 2}
    assert not [name for name in moved if "moving" in name]


def test_it_leaves_the_averages_of_the_best_of_the_last_epochs() -> None:
    run = Run("localizer")
    scores = (0.95, *[0.1] * 7, 0.9, 0.3)
    progress = run.train(unfreeze=1, epochs=10, scores=scores)
    assert (progress.epochs_done, progress.best_epoch, progress.best_score) == (10, 9, 0.9)
    arrays = run.checkpoints[8].arrays
    remains = run.network.model.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(remains, arrays["best"], strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(arrays["weights"], arrays["best"], strict=True))
    told = [event["epoch"] for event in run.events if event["event"] == "epoch"]
    assert told == list(range(1, 11))
    assert [checkpoint.progress.epochs_done for checkpoint in run.checkpoints] == told
    assert run.checkpoints[-1].progress.history[-1] == run.events[-1]


def test_a_phase_that_is_over_trains_no_further_when_it_is_resumed() -> None:
    run = Run("localizer")
    done = run.train(unfreeze=1, epochs=2)
    assert run.train(unfreeze=1, epochs=2, after=run.checkpoints[-1]) == done
    assert len(run.checkpoints) == 2


def test_a_slow_first_epoch_which_builds_the_graphs_does_not_shorten_the_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr("jobs.train.fitting.phases.time", SimpleNamespace(monotonic=lambda: now))
    lasts = iter([30.0, *[1.0] * 19])

    def validate() -> dict[str, float]:
        nonlocal now
        now += next(lasts)
        return {"val_ap": 0.5, "val_ap50": 0.5}

    progress = Run("localizer").train(unfreeze=1, epochs=20, seconds=60.0, validate=validate)
    assert progress.epochs_done == 20


def test_an_epoch_that_was_among_the_last_of_a_shorter_plan_keeps_no_later_one_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fourth epoch is slow, so that the plan shrinks to five and the fifth is its last; then it grows again."""
    now = 0.0
    monkeypatch.setattr("jobs.train.fitting.phases.time", SimpleNamespace(monotonic=lambda: now))
    lasts = iter([*[1.0] * 3, 20.0, *[1.0] * 16])
    scores = iter([0.1, 0.2, 0.3, 0.4, 0.9, *[0.3] * 12, 0.4, 0.5, 0.4])

    def validate() -> dict[str, float]:
        nonlocal now
        now += next(lasts)
        return {"val_ap": next(scores), "val_ap50": 0.5}

    progress = Run("localizer").train(unfreeze=1, epochs=20, seconds=50.0, validate=validate)
    planned = [event["epochs"] for event in progress.history if event["event"] == "epoch"]
    assert (planned[4], planned[-1]) == (5, 20)
    assert (progress.best_epoch, progress.best_score) == (19, 0.5)


def test_time_that_is_used_up_ends_the_phase_after_its_first_epoch() -> None:
    assert Run("localizer").train(unfreeze=1, epochs=20, seconds=1e-3).epochs_done == 1


def test_stored_activations_are_right_to_a_512th_of_their_range() -> None:
    activations = np.random.default_rng(0).uniform(0, 6, 1000).astype(np.float32)
    back = dequantised(quantised(activations)).numpy()
    assert np.abs(back - activations).max() <= 6 / 510 + 1e-6
