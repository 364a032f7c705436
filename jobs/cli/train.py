"""`detector train`: labelled photos in, one published version out."""

import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from detector.errors import InvalidRequestError
from jobs.train.config import TrainConfig
from jobs.train.data.format_names import FORMAT_NAMES

DEFAULT = TrainConfig()


class Head(StrEnum):
    """Heads by the names the user gives."""

    grid = "grid"
    localizer = "localizer"


def command(
    data: Annotated[
        Path | None,
        typer.Argument(readable=False, help="Folder or zip of labelled photos; none: built-in shapes."),
    ] = None,
    store: Annotated[
        Path, typer.Option(readable=False, envvar="DETECTOR_STORE", help="Where versions are published.")
    ] = DEFAULT.store,
    name: Annotated[
        str, typer.Option(envvar="DETECTOR_MODEL", help="The model's name in the store.")
    ] = DEFAULT.name,
    format: Annotated[
        str | None, typer.Option(help=f"{', '.join(FORMAT_NAMES)}; none: found out by looking.")
    ] = DEFAULT.format,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse a dataset with any problem.")] = False,
    shapes: Annotated[int, typer.Option(help="Pictures to draw when there is no data.")] = DEFAULT.shapes,
    head: Annotated[
        Head, typer.Option(help="grid: any number of objects. localizer: always exactly one.")
    ] = Head.grid,
    size: Annotated[
        int | None, typer.Option(help="Image size, a multiple of 32 from 96 to 512.")
    ] = DEFAULT.size,
    alpha: Annotated[float, typer.Option(help="Width of MobileNet: 0.25, 0.5, 0.75 or 1.0.")] = DEFAULT.alpha,
    base_weights: Annotated[
        str | None, typer.Option(help='A weights file, or "random".')
    ] = DEFAULT.base_weights,
    cache_dir: Annotated[
        Path, typer.Option(readable=False, envvar="DETECTOR_CACHE", help="Where the base's weights are kept.")
    ] = DEFAULT.cache_dir,
    from_version: Annotated[
        int | None, typer.Option(help="Start from this version's weights.")
    ] = DEFAULT.from_version,
    phase1_epochs: Annotated[
        int | None, typer.Option(help="Epochs with the base frozen.")
    ] = DEFAULT.phase1_epochs,
    phase2_epochs: Annotated[
        int | None, typer.Option(help="Epochs with its last blocks trained too.")
    ] = DEFAULT.phase2_epochs,
    unfreeze: Annotated[
        int | None, typer.Option(help="Blocks of the base that phase 2 trains.")
    ] = DEFAULT.unfreeze,
    batch_size: Annotated[int, typer.Option(help="Photos a step.")] = DEFAULT.batch_size,
    phase1_learning_rate: Annotated[
        float, typer.Option(help="The head's peak rate in phase 1.")
    ] = DEFAULT.phase1_learning_rate,
    phase2_learning_rate: Annotated[
        float, typer.Option(help="The head's peak rate in phase 2.")
    ] = DEFAULT.phase2_learning_rate,
    seed: Annotated[int, typer.Option(help="The same seed draws the same views and split.")] = DEFAULT.seed,
    max_minutes: Annotated[
        float | None, typer.Option(help="Shorten the schedule to about this time.")
    ] = DEFAULT.max_minutes,
    val_fraction: Annotated[
        float, typer.Option(help="Share of photos held out, if the data has no split.")
    ] = DEFAULT.val_fraction,
    samples: Annotated[
        int, typer.Option(help="Held-out photos published with the report; 0 for none.")
    ] = DEFAULT.samples,
    tfjs: Annotated[bool, typer.Option(help="Export the tfjs kinds.")] = DEFAULT.tfjs,
    tensorboard: Annotated[
        Path | None, typer.Option(readable=False, help="Write TensorBoard logs here.")
    ] = DEFAULT.tensorboard,
    events: Annotated[
        Path | None, typer.Option(readable=False, help="Append events here as JSON lines.")
    ] = DEFAULT.events,
    json: Annotated[
        bool, typer.Option("--json", help="Print events as JSON lines instead of a progress bar.")
    ] = False,
) -> None:
    """Train on labelled photos and publish one version: SavedModel, TFLite, tfjs, and a report."""
    if base_weights not in (None, "random") and not Path(str(base_weights)).is_file():
        raise InvalidRequestError(f"--base-weights {base_weights}: there is no such file.")
    from detector.store.signature import signing_key
    from jobs.cli.progress import show_events
    from jobs.train import train

    # Whether there is a key to sign with is known before the training, not after it.
    signing_key()
    config = TrainConfig(
        data=data, store=store, name=name, format=format, strict=strict, shapes=shapes, head=head.value, size=size,
        alpha=alpha, base_weights=base_weights, cache_dir=cache_dir, from_version=from_version,
        phase1_epochs=phase1_epochs, phase2_epochs=phase2_epochs, unfreeze=unfreeze, batch_size=batch_size,
        phase1_learning_rate=phase1_learning_rate, phase2_learning_rate=phase2_learning_rate,
        seed=seed, max_minutes=max_minutes, val_fraction=val_fraction, samples=samples, tfjs=tfjs,
        tensorboard=tensorboard, events=events,
    )  # fmt: skip
    # `docker stop` and Kubernetes send SIGTERM, which the first process of a container otherwise ignores.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with show_events(as_json=json, first_step="Starting TensorFlow") as display:
            train(config, display, on_reading=display.reading)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on after the last epoch that was finished.", file=sys.stderr)
        raise
