"""A version that was really trained, behind the gateway: both engines answer what its own files answer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from detector.agreement import FLOAT32_BOUNDS
from detector.boxes import Box, as_array
from detector.detections import MAX_DETECTIONS, Detection, DetectionArrays
from detector.images import load_image, resize_square
from jobs.registry import Registry
from jobs.train.data.shapes import generate_shapes
from jobs.train.export.parity import compare
from jobs.train.export.runtimes import open_runtime
from services.serving.model_config import serving_config
from tests.conftest import Trained
from tests.detector.pictures import encode, noise, orientation_exif
from tests.services.gateway.running import running_gateway
from tests.serving_standin.running import free_port, running_serving

SAME_SCORE = 0.02

SHAPES = [photo.pixels for photo in generate_shapes(12, seed=7, size=640).photos]
PHOTOS = {
    "jpeg": encode(SHAPES[0], quality=95),
    "turned": encode(SHAPES[1], exif=orientation_exif(6)),
    "png": encode(SHAPES[2], "PNG"),
    "webp": encode(SHAPES[3], "WEBP"),
    "noise": encode(noise(640, 480)),
}


@pytest.fixture(scope="module")
def engines(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses of a gateway for each engine."""
    folder: Path = tmp_path_factory.mktemp("trained-engines")
    root = trained.store.root.resolve()
    config, port = folder / "models.config", free_port()
    config.write_text(serving_config(trained.store.served_models(), serving_root=str(root)))
    with (
        running_serving(config, port=port),
        running_gateway(root, folder) as embedded,
        running_gateway(root, folder, engine="tfserving", tfserving_target=f"127.0.0.1:{port}") as tfserving,
    ):
        yield {"embedded": embedded.url, "tfserving": tfserving.url}


def asked(url: str, photo: bytes, query: str) -> list[Detection]:
    answer = httpx.post(f"{url}/detect{query}", content=photo, timeout=20)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["detections"]
    return [Detection(each["class_id"], each["score"], Box(**each["box"])) for each in found]


def saved_model_answer(store: Registry, photo: bytes, *, at_least: int | None) -> tuple[Detection, ...]:
    version = store.channels("detector").version("stable")
    size = store.manifest("detector", version).input.width
    square = resize_square(load_image(photo, at_least=at_least).pixels, size)
    artifacts, model = store.artifacts_dir("detector", version), store.model_dir("detector", version)
    with open_runtime("saved_model", artifacts, model) as runtime:
        (found,) = runtime.detect(square[np.newaxis]).per_photo()
    return tuple(Detection(each.class_id, each.score, each.box.clipped()) for each in found)


def arrays(found: list[Detection] | tuple[Detection, ...]) -> DetectionArrays:
    """One photo's detections as a runtime gives them."""
    spare = MAX_DETECTIONS - len(found)
    boxes = np.pad(as_array(each.box for each in found).reshape(-1, 4), ((0, spare), (0, 0)))
    classes = np.pad(np.array([each.class_id for each in found], np.float32), (0, spare))
    scores = np.pad(np.array([each.score for each in found], np.float32), (0, spare))
    return DetectionArrays(
        boxes[np.newaxis].astype(np.float32), classes[np.newaxis], scores[np.newaxis],
        np.array([len(found)], np.float32),
    )  # fmt: skip


@pytest.mark.parametrize("engine", ["embedded", "tfserving"])
@pytest.mark.parametrize("name", PHOTOS)
def test_the_same_tensor_gives_the_same_answer(
    trained: Trained, engines: dict[str, str], engine: str, name: str
) -> None:
    size = trained.store.manifest("detector", 1).input.width
    expected = saved_model_answer(trained.store, PHOTOS[name], at_least=2 * size)
    found = asked(engines[engine], PHOTOS[name], "?min_score=0")
    parity = compare(arrays(expected), arrays(found), FLOAT32_BOUNDS)
    assert parity.within(FLOAT32_BOUNDS), parity
    assert parity.paired > 0


def test_a_photo_decoded_at_full_scale_is_seen_alike(trained: Trained, engines: dict[str, str]) -> None:
    """The gateway decodes at a reduced scale, and the best score hardly moves.

    Places are not compared: a network a few epochs from random weights has many cells of nearly the same score.
    """
    for picture in SHAPES:
        photo = encode(picture, quality=95)
        ours = asked(engines["embedded"], photo, "?min_score=0")
        full = saved_model_answer(trained.store, photo, at_least=None)
        best, best_at_full_scale = (
            max((each.score for each in found), default=0.0) for found in (ours, full)
        )
        assert abs(best - best_at_full_scale) < SAME_SCORE
