"""The training job: labelled photos in, one published version out.

The only room with TensorFlow, which is imported when training starts and not with this package.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from jobs.train.config import TrainConfig
from jobs.train.events import Event, OnEvent
from jobs.train.version import Version

if TYPE_CHECKING:  # it reads photos, which takes a while to import
    from jobs.train.prepare import DescribeData

__all__ = ["Event", "OnEvent", "TrainConfig", "Version", "train"]


def train(
    config: TrainConfig,
    on_event: OnEvent = lambda event: None,
    *,
    on_reading: Callable[[int, int], None] = lambda done, total: None,
    describe_data: "DescribeData" = lambda data: (),
) -> Version:
    """Train by `config` and publish one version; `on_event` gets every event of docs/architecture.md as it happens.

    `on_reading(done, total)` is called after each photo that is read, before the event `data`.
    `describe_data` gives the lines for people that this event carries as its `summary`.

    Raises:
        DetectorError: the reason in its message; nothing was published.
    """
    from jobs.train.quiet_tensorflow import import_tensorflow

    import_tensorflow()
    from jobs.train.pipeline import train_and_publish

    return train_and_publish(config, on_event, on_reading, describe_data)
