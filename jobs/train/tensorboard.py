"""TensorBoard logs by option: the same numbers as the events, nothing of its own."""

from pathlib import Path

import tensorflow as tf

from detector.errors import StoreError
from jobs.train.events import Event, OnEvent

_SCALARS = ("loss", "learning_rate", "val_ap", "val_ap50")


def with_tensorboard(on_event: OnEvent, directory: Path | None) -> OnEvent:
    """`on_event`, with each epoch's numbers also written to `directory`; as it is when that is None."""
    if directory is None:
        return on_event
    try:
        writer = tf.summary.create_file_writer(str(directory))
    except tf.errors.OpError as error:
        raise StoreError(f"Cannot write TensorBoard logs to {directory}: {error.message}.") from error

    def write_then_tell(event: Event) -> None:
        if event["event"] == "epoch":
            _write(writer, event)
        on_event(event)

    return write_then_tell


def _write(writer: tf.summary.SummaryWriter, event: Event) -> None:
    with writer.as_default(step=event["epoch"]):
        for name in _SCALARS:
            tf.summary.scalar(f"phase{event['phase']}/{name}", event[name])
        for name, value in event["losses"].items():
            tf.summary.scalar(f"phase{event['phase']}/loss_{name}", value)
    writer.flush()
