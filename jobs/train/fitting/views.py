"""Batches of views, made ahead by a few threads while the network trains on the last ones."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.boxes import FloatArray
from jobs.train.data.photos import LabelledPhoto, Pixels
from jobs.train.fitting.augment import AugmentOptions, random_view
from jobs.train.fitting.objective import Objective

THREADS = 2
_BATCHES_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Batch:
    """uint8 `[B, S, S, 3]` and the objective's targets `[B, ...]`."""

    pixels: Pixels
    targets: FloatArray


@dataclass(frozen=True, slots=True)
class ViewFactory:
    """Makes view `(epoch, position)` of a photo from the seed and those numbers alone.

    Nothing depends on which thread comes first or on what was made before, so a resumed run sees the views that
    the unbroken run would have seen.
    """

    photos: Sequence[LabelledPhoto]
    size: int
    objective: Objective
    seed: int
    executor: ThreadPoolExecutor

    def batches(
        self,
        indices: npt.NDArray[np.int64],
        *,
        key: tuple[int, ...],
        batch_size: int,
        options: AugmentOptions,
    ) -> Iterator[Batch]:
        """Batches over `indices` in order; the last one may be smaller."""
        starts = range(0, len(indices), batch_size)
        waiting: deque[list[Future[tuple[Pixels, FloatArray]]]] = deque()
        for start in starts:
            positions = range(start, min(start + batch_size, len(indices)))
            waiting.append([self._submit(int(indices[p]), (*key, p), options) for p in positions])
            if len(waiting) > _BATCHES_AHEAD:
                yield _collect(waiting.popleft())
        while waiting:
            yield _collect(waiting.popleft())

    def _submit(
        self, index: int, key: tuple[int, ...], options: AugmentOptions
    ) -> "Future[tuple[Pixels, FloatArray]]":
        return self.executor.submit(self._make, index, key, options)

    def _make(self, index: int, key: tuple[int, ...], options: AugmentOptions) -> tuple[Pixels, FloatArray]:
        rng = np.random.default_rng((self.seed, *key))
        view = random_view(self.photos, index, size=self.size, rng=rng, options=options)
        return view.pixels, self.objective.targets(view)


def _collect(futures: "list[Future[tuple[Pixels, FloatArray]]]") -> Batch:
    pixels, targets = zip(*(future.result() for future in futures), strict=True)
    return Batch(np.stack(pixels), np.stack(targets))
