"""TensorBoard logs by option: the same numbers as the events, nothing of its own."""

from pathlib import Path

import tensorflow as tf

from detector.errors import StoreError
from jobs.train.events import Event, OnEvent

_SCALARS = ("loss", "learning_rate", "val_ap", "val_ap50")


def with_tensorboard(on_event: OnEvent, directory: Path | None) -> OnEvent:
    """`on_event`, with each epoch's numbers also written to `directory`; as it is when that is None.

    Raises:
        StoreError: the logs cannot be written, now or at an epoch.
    """
    if directory is None:
        return on_event
    try:
        # TensorFlow would make the folder too, but its words for a refusal are not for people.
        directory.mkdir(parents=True, exist_ok=True)
        writer = tf.summary.create_file_writer(str(directory))
    except OSError as error:
        raise StoreError(f"Cannot write TensorBoard logs to {directory}: {error.strerror}.") from error
    except tf.errors.OpError as error:
        raise _cannot_write(directory) from error

    def write_then_tell(event: Event) -> None:
        if event["event"] == "epoch":
            try:
                _write(writer, event)
            except tf.errors.OpError as error:
                raise _cannot_write(directory) from error
        on_event(event)

    return write_then_tell


def _cannot_write(directory: Path) -> StoreError:
    return StoreError(
        f"Cannot write TensorBoard logs to {directory}: is the disk full, or not writable for this user?"
    )


def _write(writer: tf.summary.SummaryWriter, event: Event) -> None:
    with writer.as_default(step=event["epoch"]):
        for name in _SCALARS:
            tf.summary.scalar(f"phase{event['phase']}/{name}", event[name])
        for name, value in event["losses"].items():
            tf.summary.scalar(f"phase{event['phase']}/loss_{name}", value)
    writer.flush()
