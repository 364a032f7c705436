"""`detector check`: what is in a dataset and what is wrong with it, before any training."""

import json
from pathlib import Path
from typing import Annotated

import typer

from detector.errors import DatasetError, InvalidRequestError
from jobs.train.config import TrainConfig

DEFAULT = TrainConfig()


def command(
    data: Annotated[Path, typer.Argument(readable=False, help="Folder or zip of labelled photos.")],
    format_name: Annotated[
        str | None, typer.Option("--format", help="The format, as for train; found out by looking.")
    ] = DEFAULT.format,
    strict: Annotated[bool, typer.Option("--strict", help="End with 3 at any fault, as train does.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    html: Annotated[
        Path | None,
        typer.Option(
            readable=False, help="Write a page with the photos (at most 2,000) and their boxes to this file."
        ),
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Image size, a multiple of 32 from 96 to 512.")
    ] = DEFAULT.size,
    seed: Annotated[int, typer.Option(help="The same seed gives the same split.")] = DEFAULT.seed,
    val_fraction: Annotated[
        float, typer.Option(help="Fraction of photos held out, if the data has no split.")
    ] = DEFAULT.val_fraction,
) -> None:
    """Look at labelled photos as train would, and write nothing but the page that --html asks for."""
    config = TrainConfig(
        data=data, format=format_name, strict=strict, size=size, seed=seed, val_fraction=val_fraction
    )
    if html is not None and html.is_dir():
        raise InvalidRequestError(
            f"--html {html} is a folder: give the page's file, such as {html / 'check.html'}."
        )
    from detector.files import write_atomic
    from jobs.cli.dataset_text import report_lines
    from jobs.cli.progress import show_steps
    from jobs.train.check import check_data, render_page

    with show_steps() as steps:
        steps.begin("Reading the data")
        checked = check_data(data, config, on_progress=steps.reading)
        if html is not None:
            page = render_page(checked, on_progress=lambda *of: steps.count("Drawing photos", *of))
            write_atomic(html, page.encode("utf-8", "replace"))
    if as_json:
        print(json.dumps(checked.to_json(), indent=1, allow_nan=False))
    else:
        print("\n".join(report_lines(checked, page=html)))
    if checked.refusal:
        # Its first line: the problems that follow in it were listed just now.
        raise DatasetError(checked.refusal.message.splitlines()[0].rstrip(":"))
