"""`detector evaluate`: any kind of any version on any dataset, by the code that wrote the report."""

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from jobs.train.data.format_names import FORMAT_NAMES


def command(
    data: Annotated[Path, typer.Argument(readable=False, help="Folder or zip of labelled photos.")],
    store: Annotated[Path, typer.Option(readable=False, envvar="DETECTOR_STORE", help="The store.")] = Path(
        "store"
    ),
    name: Annotated[str, typer.Option(envvar="DETECTOR_MODEL", help="The model's name.")] = "detector",
    version: Annotated[int | None, typer.Option(help="The version; none: the stable one.")] = None,
    kind: Annotated[
        str,
        typer.Option(help="saved_model, tflite_f32, tflite_f16, tflite_int8, tfjs_graph_f16, tfjs_layers."),
    ] = "saved_model",
    format: Annotated[
        str | None, typer.Option(help=f"{', '.join(FORMAT_NAMES)}; none: found out by looking.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a version on labelled photos."""
    from jobs.train.tensorflow_import import import_tensorflow

    import_tensorflow()
    from jobs.train.evaluate_version import assess_version

    result = assess_version(data, store=store, name=name, version=version, kind=kind, format=format)
    if json:
        print(json_module.dumps(result.to_json(), indent=2, allow_nan=False))
    else:
        print("\n".join(result.lines()))
