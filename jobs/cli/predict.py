"""`detector predict`: what a version sees in photos, printed and drawn."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # it imports TensorFlow
    from detector.detections import Detection
    from jobs.train.predict_photo import Prediction


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
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a photo.")] = False,
) -> None:
    """Detect in photos: print each detection and write each photo with its boxes."""
    from jobs.train.quiet_tensorflow import import_tensorflow

    import_tensorflow()
    from jobs.train.predict_photo import predict_photos

    for result in predict_photos(
        photos, store=store, name=name, version=version, kind=kind, min_score=min_score, out=out
    ):
        print(json.dumps(result.to_json()) if as_json else "\n".join(_lines(result)), flush=True)


def _lines(result: "Prediction") -> list[str]:
    found = f"{len(result.detections)} found" if result.detections else "nothing found"
    return [
        f"{result.photo}: {found}, drawn in {result.drawn}",
        *(_detection_line(result, detection) for detection in result.detections),
    ]


def _detection_line(result: "Prediction", detection: "Detection") -> str:
    ymin, xmin, ymax, xmax = detection.box.to_pixels(width=result.image.width, height=result.image.height)
    label = result.labels[detection.class_id]
    return f"  {label} {detection.score:.2f}  x {xmin:.0f} to {xmax:.0f}, y {ymin:.0f} to {ymax:.0f}"
