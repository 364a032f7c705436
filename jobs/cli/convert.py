"""`detector convert`: labelled photos in one format in, the same in another format out."""

import signal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from jobs.train.config import TrainConfig

DEFAULT = TrainConfig()


class Format(StrEnum):
    """Formats that are written, by the names the user gives."""

    coco = "coco"
    voc = "voc"
    yolo = "yolo"
    csv = "csv"


def command(
    data: Annotated[Path, typer.Argument(readable=False, help="Folder or zip of labelled photos.")],
    out: Annotated[
        Path, typer.Argument(readable=False, help="A new folder, or a new file that ends in .zip.")
    ],
    to: Annotated[Format, typer.Option(help="The format to write.")],
    format: Annotated[
        str | None, typer.Option(help="The format to read, as for train; found out by looking.")
    ] = DEFAULT.format,
    seed: Annotated[int, typer.Option(help="The same seed gives the same split.")] = DEFAULT.seed,
    val_fraction: Annotated[
        float, typer.Option(help="Share of photos held out, if the data has no split.")
    ] = DEFAULT.val_fraction,
) -> None:
    """Write labelled photos for another tool: upright, without metadata, with their boxes and their split."""
    config = TrainConfig(data=data, format=format, seed=seed, val_fraction=val_fraction)
    from jobs.cli.dataset_text import converted_lines
    from jobs.cli.progress import show_steps
    from jobs.train.data.writers.convert import convert_data

    # What is half-written is removed, also where a container is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with show_steps() as steps:
        steps.begin("Reading the data")
        converted = convert_data(
            data, out, config, to=to.value, on_reading=steps.reading,
            on_writing=lambda done, total: steps.count("Writing photos", done, total),
        )  # fmt: skip
    print("\n".join(converted_lines(converted, out=out, to=to.value)))
