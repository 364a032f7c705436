"""The metadata by which MediaPipe Tasks' ObjectDetector understands a .tflite file.

Source: TFLite's metadata_schema.fbs (file identifier M001): the numbers below are its field slots and enum
values. Labels are an associated file, in a zip archive appended to the model file.
"""

import io
import zipfile
from collections.abc import Sequence

from detector.detections import OUTPUT_NAMES
from jobs.train.export.flatbuffer_table import Byte, Float32s, Table, UInt32s, write_table

IDENTIFIER = b"M001"
LABELS_FILE = "labels.txt"

_TENSOR_NAMES = dict(
    zip(OUTPUT_NAMES, ("location", "category", "score", "number of detections"), strict=True)
)
"""What MediaPipe looks for, by the contract's names."""

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""One fixed time, so that the same model gives the same bytes."""


def model_metadata(*, name: str) -> bytes:
    """The ModelMetadata buffer: a float32 RGB image of 0..255 in, the contract's outputs in its order out."""
    outputs = [_output(output) for output in OUTPUT_NAMES]
    subgraph: Table = {2: [_image()], 3: outputs}
    return write_table({0: name, 3: [subgraph], 7: "1.0.0"}, identifier=IDENTIFIER)


def labels_archive(labels: Sequence[str]) -> bytes:
    """The zip archive that is appended to the file: labels.txt, one label a line."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr(zipfile.ZipInfo(LABELS_FILE, _ZIP_TIME), "\n".join(labels) + "\n")
    return archive.getvalue()


def _image() -> Table:
    image_properties: Table = {0: Byte(1)}  # color_space RGB
    content: Table = {0: Byte(2), 1: image_properties}
    normalization: Table = {0: Float32s([0.0]), 1: Float32s([1.0])}
    units: list[Table] = [{0: Byte(1), 1: normalization}]
    return {0: "image", 1: "Upright RGB photo, stretched to the input's size.", 3: content, 4: units}


def _output(name: str) -> Table:
    tensor: dict[int, str | Byte | UInt32s | Float32s | Table | Sequence[Table]] = {0: _TENSOR_NAMES[name]}
    if name == "detection_boxes":
        # BOUNDARIES (1) by RATIO (0, the default): where left, top, right, bottom stand in a row
        boxes: Table = {0: UInt32s([1, 0, 3, 2]), 1: Byte(1)}
        content: Table = {0: Byte(3), 1: boxes}
        tensor[3] = content
    else:
        features: Table = {}
        tensor[3] = {0: Byte(1), 1: features}
    if name == "detection_classes":
        labels: Table = {0: LABELS_FILE, 1: "Class names by class id.", 2: Byte(3)}  # TENSOR_VALUE_LABELS
        tensor[6] = [labels]
    return tensor
