"""A running average of the weights: what is evaluated and exported instead of the last step's weights."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import tensorflow as tf


class RunningAverage:
    """Exponential average of `variables`, shorter in the first steps so that the start is soon forgotten."""

    def __init__(self, variables: Sequence[tf.Variable], *, decay: float) -> None:
        self._variables = list(variables)
        self._decay = decay
        self.averages = [tf.Variable(variable, trainable=False) for variable in variables]
        self.steps = tf.Variable(0.0, trainable=False)

    def update(self) -> None:
        """One step; call inside the training graph."""
        self.steps.assign_add(1.0)
        decay = tf.minimum(self._decay, (1.0 + self.steps) / (10.0 + self.steps))
        for variable, average in zip(self._variables, self.averages, strict=True):
            average.assign_sub((1.0 - decay) * (average - variable))

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The network holds the averages while the context is open, and its own weights again after."""
        own = [variable.numpy() for variable in self._variables]
        self.write_to_variables()
        try:
            yield
        finally:
            for variable, value in zip(self._variables, own, strict=True):
                variable.assign(value)

    def write_to_variables(self) -> None:
        """Make the averages the network's weights for good."""
        for variable, average in zip(self._variables, self.averages, strict=True):
            variable.assign(average)
