"""The SavedModel as TensorFlow Serving loads it."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow_serving.apis import prediction_log_pb2

from detector.detections import MAX_DETECTIONS, OUTPUT_NAMES
from detector.errors import ExportError
from detector.store.layout import WARMUP_REQUESTS
from jobs.train.export.runtimes.runtime import Pixels
from jobs.train.export.runtimes.saved_model import SavedModelRuntime
from jobs.train.export.saved_model import decode_and_resize
from tests.jobs.train.export.conftest import Exported
from tests.jobs.train.export.small_network import SIZE, pictures


def _encoded(picture: Pixels, encoding: str) -> bytes:
    content = io.BytesIO()
    Image.fromarray(picture).save(content, encoding)
    return content.getvalue()


def test_both_signatures_have_the_contracts_names_types_and_free_batch(exported: Exported) -> None:
    signatures = tf.saved_model.load(str(exported.model)).signatures
    assert set(signatures) == {"serving_default", "serving_bytes"}
    image = signatures["serving_default"].structured_input_signature[1]["image"]
    content = signatures["serving_bytes"].structured_input_signature[1]["image_bytes"]
    assert (image.dtype, image.shape.as_list()) == (tf.uint8, [None, SIZE, SIZE, 3])
    assert (content.dtype, content.shape.as_list()) == (tf.string, [None])
    shapes = ([None, MAX_DETECTIONS, 4], [None, MAX_DETECTIONS], [None, MAX_DETECTIONS], [None])
    for signature in signatures.values():
        outputs = signature.structured_outputs
        assert {name: outputs[name].shape.as_list() for name in OUTPUT_NAMES} == dict(
            zip(OUTPUT_NAMES, shapes, strict=True)
        )
        assert {output.dtype for output in outputs.values()} == {tf.float32}


def test_it_holds_no_variables(exported: Exported) -> None:
    assert tf.train.list_variables(str(exported.model / "variables" / "variables")) in (
        [],
        [("_CHECKPOINTABLE_OBJECT_GRAPH", [])],
    )


def test_a_png_of_the_right_size_gives_what_its_pixels_give(exported: Exported) -> None:
    pixels = pictures(3, SIZE, seed=21)
    model = tf.saved_model.load(str(exported.model))
    by_pixels = model.signatures["serving_default"](image=tf.constant(pixels))
    content = tf.constant([_encoded(picture, "PNG") for picture in pixels])
    by_bytes = model.signatures["serving_bytes"](image_bytes=content)
    for name in OUTPUT_NAMES:
        np.testing.assert_allclose(by_bytes[name], by_pixels[name], atol=1e-5)


@pytest.mark.parametrize(("width", "height"), [(500, 300), (61, 257), (96, 96), (40, 30)])
def test_photos_are_resized_as_the_reference_does(width: int, height: int) -> None:
    photo = np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)
    reference = np.asarray(Image.fromarray(photo).resize((SIZE, SIZE), Image.Resampling.BILINEAR))
    resized = decode_and_resize(tf.constant(_encoded(photo, "PNG")), SIZE).numpy()
    difference = np.abs(resized.astype(int) - reference)
    assert difference.max() <= 1
    assert difference.mean() <= 0.3  # Pillow rounds between its two passes


@pytest.mark.parametrize("encoding", ["JPEG", "PNG"])
def test_grey_pictures_are_taken_too(grid_export: Exported, encoding: str) -> None:
    model = tf.saved_model.load(str(grid_export.model))
    content = _encoded(pictures(1, 64, seed=2)[0][..., 0], encoding)
    answer = model.signatures["serving_bytes"](image_bytes=tf.constant([content]))
    assert np.isfinite(answer["detection_boxes"]).all()


def test_the_warm_up_records_run_and_cover_both_signatures(grid_export: Exported) -> None:
    model = tf.saved_model.load(str(grid_export.model))
    seen = []
    for record in tf.data.TFRecordDataset(str(grid_export.model / WARMUP_REQUESTS)).as_numpy_iterator():
        log = prediction_log_pb2.PredictionLog.FromString(record)
        assert log.WhichOneof("log_type") == "predict_log"
        request = log.predict_log.request
        assert (request.model_spec.name, request.model_spec.version.value) == ("animals", 4)
        inputs = {name: tf.constant(tf.make_ndarray(value)) for name, value in request.inputs.items()}
        answer = model.signatures[request.model_spec.signature_name](**inputs)
        assert answer["num_detections"].shape == [1]
        seen.append(request.model_spec.signature_name)
    assert set(seen) == {"serving_default", "serving_bytes"}
    assert len(seen) <= 5


def test_a_folder_without_a_model_is_a_clear_error(grid_export: Exported) -> None:
    with pytest.raises(ExportError, match="Cannot load the SavedModel"):
        SavedModelRuntime.open(grid_export.artifacts / "tflite")
