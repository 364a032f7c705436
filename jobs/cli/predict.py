"""`detector predict`: what a version sees in photos, printed and drawn."""

import json as json_module
from pathlib import Path
from typing import Annotated

import typer


def command(
    photos: Annotated[list[Path], typer.Argument(readable=False, help="Photos: JPEG, PNG, WebP or HEIC.")],
    store: Annotated[Path, typer.Option(readable=False, envvar="DETECTOR_STORE", help="The store.")] = Path(
        "store"
    ),
    name: Annotated[str, typer.Option(envvar="DETECTOR_MODEL", help="The model's name.")] = "detector",
    version: Annotated[int | None, typer.Option(help="The version; none: the stable one.")] = None,
    kind: Annotated[
        str,
        typer.Option(help="saved_model, tflite_f32, tflite_f16, tflite_int8, tfjs_graph_f16, tfjs_layers."),
    ] = "tflite_f32",
    min_score: Annotated[
        float | None, typer.Option(help="Lowest score shown; none: the version's own.")
    ] = None,
    out: Annotated[Path, typer.Option(readable=False, help="Folder for the photos with boxes drawn.")] = Path(
        "predictions"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a photo.")] = False,
) -> None:
    """Detect in photos: print each detection and write each photo with its boxes."""
    from jobs.train.tensorflow_import import import_tensorflow

    import_tensorflow()
    from jobs.train.predict_photo import predict_photos

    for result in predict_photos(
        photos, store=store, name=name, version=version, kind=kind, min_score=min_score, out=out
    ):
        print(json_module.dumps(result.to_json()) if json else "\n".join(result.lines()), flush=True)
