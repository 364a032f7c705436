"""`detector evaluate`: any kind of any version on any dataset, by the code that wrote the report."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.train.data.format_names import FORMAT_NAMES
from jobs.train.wording import counted

if TYPE_CHECKING:  # it imports TensorFlow
    from jobs.train.evaluate_version import Assessment


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
    format_name: Annotated[
        str | None, typer.Option("--format", help=f"{', '.join(FORMAT_NAMES)}; none: found out by looking.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a version on labelled photos."""
    from jobs.train.quiet_tensorflow import import_tensorflow

    import_tensorflow()
    from jobs.train.evaluate_version import assess_version

    result = assess_version(data, store=store, name=name, version=version, kind=kind, format_name=format_name)
    if as_json:
        print(json.dumps(result.to_json(), indent=2, allow_nan=False))
    else:
        print("\n".join(_lines(result)))


def _lines(result: "Assessment") -> list[str]:
    """The numbers as a person reads them."""
    manifest, measured = result.chosen.manifest, result.evaluation
    interval = measured.ap50_interval
    spread = f" (95% interval {interval.low:.3f} to {interval.high:.3f})" if interval else ""
    rows = [
        f"  {c.label}: AP50 {_shown(c.ap50)}, AP {_shown(c.ap)}, {c.ground_truth_boxes} boxes"
        for c in measured.per_class
    ]
    empty = _shown(measured.false_positives_per_empty_photo)
    problems = counted(len(result.report.problems), "problem")
    return [
        f"{manifest.name} version {manifest.version}, {result.chosen.kind}, on {measured.photos} photos of "
        f"{result.report.source} ({problems}):",
        f"  AP50 {_shown(measured.ap50)}{spread}, AP {_shown(measured.ap)}, AP75 {_shown(measured.ap75)}",
        *rows,
        f"  at score {result.chosen.score_threshold:.3f}: precision {_shown(measured.precision)}, "
        f"recall {_shown(measured.recall)}, false positives per empty photo {empty}",
        f"  {result.milliseconds:.1f} ms a photo (median, this machine)",
    ]


def _shown(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"
