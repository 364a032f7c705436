"""The examples on a version that was really trained, of every kind, on photos of other sizes than its own."""

import json
import re
from pathlib import Path
from typing import Any

import mediapipe
import numpy as np
import pytest
from mediapipe.tasks.python import BaseOptions
from mediapipe.tasks.python.vision import ObjectDetector, ObjectDetectorOptions
from PIL import Image, ImageOps

from detector.boxes import Box
from detector.detections import Detection
from tests.detector.pictures import encode, orientation_exif
from tests.services.gateway.running import running_gateway
from tests.services.phone.answers import assert_agree
from tests.services.phone.conftest import KEY, Served
from tests.services.phone.examples import examples_of
from tests.services.phone.programs import bash, node, python

pytestmark = pytest.mark.slow

NODE_FOLDER = Path(__file__).parent / "node"
IN_WHOLE_PIXELS = 0.75
"""Of small boxes on a small photo, which MediaPipe rounds to pixels, found at 96 pixels without antialiasing."""
ON_ITS_SIDE = 6
GREY_LEVELS = 2.0


@pytest.fixture(scope="module")
def examples(shapes: Served) -> dict[str, str]:
    return examples_of(shapes.manifest, origin=shapes.gateway.url)


@pytest.fixture
def photo(shapes: Served, tmp_path: Path) -> Path:
    """A published photo, of another shape and size, lying on its side in its file.

    The first one that this briefly trained network answers alike however the photo is resized: the programs are tried
    here, not the network.
    """
    for sample in sorted((shapes.artifacts / "report" / "samples").glob("*.jpg")):
        larger = Image.open(sample).resize((360, 240), Image.Resampling.BICUBIC)
        if _is_answered_alike(larger, shapes):
            path = tmp_path / "photo.jpg"
            on_its_side = larger.transpose(Image.Transpose.ROTATE_90)
            path.write_bytes(encode(on_its_side, quality=95, exif=orientation_exif(ON_ITS_SIDE)))
            return path
    raise AssertionError("The network is not sure of any published photo.")


def _is_answered_alike(photo: Image.Image, shapes: Served) -> bool:
    size = json.loads(shapes.manifest.read_text())["input"]["width"]
    scale = (photo.width / size, 0, 0, 0, photo.height / size, 0)
    resized = (
        photo.resize((size, size), Image.Resampling.BICUBIC),
        photo.resize((size, size), Image.Resampling.LANCZOS),
        photo.transform(
            (size, size), Image.Transform.AFFINE, scale, Image.Resampling.BILINEAR
        ),  # not antialiased
    )
    expected = shapes.detect(encode(photo, "PNG"))
    try:
        for other in resized:
            found = shapes.detect(encode(other, "PNG"))
            assert_agree(found, expected, score_threshold=shapes.score_threshold, overlap=IN_WHOLE_PIXELS)
    except AssertionError:
        return False
    return True


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder in which the packages are installed that the JavaScript examples ask for."""
    installed = NODE_FOLDER / "node_modules"
    assert installed.is_dir(), "Packages are missing; `make test-slow` installs them."
    (tmp_path / "node_modules").symlink_to(installed)
    return tmp_path


@pytest.mark.parametrize("kind", ["tflite_f32", "tflite_f16"])
def test_python_runs_the_file_and_finds_what_the_server_finds(
    shapes: Served, kind: str, photo: Path, tmp_path: Path
) -> None:
    examples = examples_of(shapes.manifest, origin=shapes.gateway.url, kind=kind)
    assert bash(examples["curl-download"], tmp_path).code == 0
    found = python(examples["python-device"], tmp_path, str(photo)).detections(shapes.labels)
    expected = shapes.detect(photo.read_bytes())
    assert_agree(found, expected, score_threshold=shapes.score_threshold)


def test_node_runs_the_tfjs_model_and_finds_what_the_server_finds(
    examples: dict[str, str], shapes: Served, photo: Path, packages: Path
) -> None:
    pixels = _as_node_resizes(examples["node-device"], photo, packages, shapes)
    found = node(examples["node-device"], packages, str(photo)).detections(shapes.labels)
    assert_agree(found, shapes.detect(encode(pixels, "PNG")), score_threshold=shapes.score_threshold)


def test_node_resizes_nearly_as_the_server_does(
    examples: dict[str, str], shapes: Served, photo: Path, packages: Path
) -> None:
    theirs = _as_node_resizes(examples["node-device"], photo, packages, shapes)
    upright = ImageOps.exif_transpose(Image.open(photo)).convert("RGB")
    ours = upright.resize(theirs.size, Image.Resampling.BILINEAR)
    assert np.abs(np.asarray(ours, np.float32) - np.asarray(theirs, np.float32)).mean() < GREY_LEVELS


def test_where_a_key_is_wanted_node_fetches_the_model_with_it(
    shapes: Served, photo: Path, packages: Path
) -> None:
    store = shapes.artifacts.parents[2]
    with running_gateway(store, packages, api_keys=KEY) as gateway:
        keyed = examples_of(shapes.manifest, origin=gateway.url, keys=True)
        found = node(keyed["node-device"], packages, str(photo), API_KEY=KEY).detections(shapes.labels)
        refused = node(keyed["node-device"], packages, str(photo), API_KEY="another")
    pixels = _as_node_resizes(keyed["node-device"], photo, packages, shapes)
    assert_agree(found, shapes.detect(encode(pixels, "PNG")), score_threshold=shapes.score_threshold)
    assert refused.code != 0


def _as_node_resizes(example: str, photo: Path, packages: Path, served: Served) -> Image.Image:
    """What the example's own statement makes of a photo: a network of 96 pixels, briefly trained, may answer it
    otherwise than what the server makes of it."""
    statement = re.search(r"^const pixels = .*?;$", example, re.DOTALL | re.MULTILINE)
    assert statement
    program = f"""import sharp from 'sharp';
import fs from 'node:fs';
{statement[0]}
fs.writeFileSync('pixels', pixels);"""
    ended = node(program, packages, str(photo))
    assert ended.code == 0, ended.error
    size = json.loads(served.manifest.read_text())["input"]["width"]
    return Image.frombytes("RGB", (size, size), (packages / "pixels").read_bytes())


@pytest.mark.parametrize("kind", ["tflite_f32", "tflite_f16"])
def test_what_the_mobile_examples_give_mediapipe_finds_what_the_server_finds(
    shapes: Served, kind: str, photo: Path, tmp_path: Path
) -> None:
    """Kotlin and Swift run on phones; the file and the threshold they name run here, in the same library."""
    examples = examples_of(shapes.manifest, origin=shapes.gateway.url, kind=kind)
    assert bash(examples["curl-download"], tmp_path).code == 0
    (file,) = tmp_path.glob("*.tflite")
    kotlin, swift = examples["kotlin-mediapipe"], examples["swift-mediapipe"]
    assert f'.setModelAssetPath("{file.name}")' in kotlin
    assert f'(forResource: "{file.stem}", ofType: "tflite")' in swift
    assert f".setScoreThreshold({shapes.score_threshold}f)" in kotlin
    assert f"options.scoreThreshold = {shapes.score_threshold} " in swift
    found = _by_mediapipe(file, photo, shapes)
    expected = shapes.detect(photo.read_bytes())
    assert_agree(found, expected, score_threshold=shapes.score_threshold, overlap=IN_WHOLE_PIXELS)


def _by_mediapipe(file: Path, photo: Path, served: Served) -> list[Detection]:
    upright = ImageOps.exif_transpose(Image.open(photo)).convert("RGB")
    options = ObjectDetectorOptions(
        base_options=BaseOptions(model_asset_path=str(file)), score_threshold=served.score_threshold
    )
    with ObjectDetector.create_from_options(options) as detector:
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.asarray(upright))
        found = detector.detect(image).detections
    return [_from_mediapipe(each, upright, served.labels) for each in found]


def _from_mediapipe(found: Any, photo: Image.Image, labels: tuple[str, ...]) -> Detection:
    box, (category,) = found.bounding_box, found.categories
    pixels = (box.origin_x, box.origin_y, box.width, box.height)
    edges = Box.from_coco(pixels, width=photo.width, height=photo.height)
    return Detection(labels.index(category.category_name), category.score, edges)
