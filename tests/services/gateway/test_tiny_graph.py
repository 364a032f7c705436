"""The tiny models in git are what their code builds."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from tests.services.gateway.tiny import TinyFiles, kept_folder, tiny_files
from tests.services.gateway.tiny_graph import KEPT_MODELS, build_tiny

Outputs = dict[str, NDArray[np.float32]]


@pytest.mark.parametrize(("size", "score_scale"), KEPT_MODELS)
def test_a_kept_model_answers_as_a_new_one(size: int, score_scale: float, tmp_path: Path) -> None:
    assert kept_folder(size, score_scale).is_dir()
    kept, new = tiny_files(size, score_scale=score_scale), build_tiny(tmp_path, size, score_scale)
    blocks = np.random.default_rng(0).integers(0, 256, (8, 2, 2, 3), dtype=np.uint8)
    photos = blocks.repeat(size // 2, axis=1).repeat(size // 2, axis=2)
    for photo in photos:
        wanted = of_saved_model(new, photo)
        assert wanted["num_detections"] > 0
        for outputs in (of_saved_model(kept, photo), of_lite(kept, photo), of_lite(new, photo)):
            assert outputs.keys() == wanted.keys()
            for name, values in wanted.items():
                np.testing.assert_allclose(outputs[name], values, atol=1e-6, err_msg=name)


def of_saved_model(files: TinyFiles, photo: NDArray[np.uint8]) -> Outputs:
    signature = tf.saved_model.load(str(files.saved_model)).signatures["serving_default"]
    return {name: value.numpy() for name, value in signature(image=tf.constant(photo[None])).items()}


def of_lite(files: TinyFiles, photo: NDArray[np.uint8]) -> Outputs:
    runner = Interpreter(model_content=files.tflite).get_signature_runner()
    return dict(runner(image=photo[None].astype(np.float32)))
