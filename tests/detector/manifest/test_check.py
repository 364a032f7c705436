"""What a manifest must say, and that its files must be what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from detector.errors import NotFoundError, StoreError
from detector.manifest import (
    Manifest,
    artifact,
    check_manifest,
    describe_file,
    read_manifest,
    validate_manifest,
)
from tests.detector.store.example import fill_folders


@dataclass(frozen=True, slots=True)
class Version:
    artifacts: Path
    model: Path
    manifest: Manifest

    def validate(self) -> None:
        validate_manifest(self.manifest, artifacts=self.artifacts, model=self.model)


@pytest.fixture
def version(tmp_path: Path) -> Version:
    artifacts, model = tmp_path / "artifacts", tmp_path / "model"
    fill_folders("detector", 1, artifacts=artifacts, model=model, held_out=tmp_path / "eval")
    return Version(artifacts, model, read_manifest(artifacts / "manifest.json"))


def test_a_true_manifest_is_valid(version: Version) -> None:
    version.validate()


def test_artifacts_are_found_by_kind(version: Version) -> None:
    assert artifact(version.manifest, "tflite_f32").files[0].path == "tflite/f32.tflite"
    with pytest.raises(NotFoundError, match="no 'tflite_f64'; it has: saved_model, tflite_f32"):
        artifact(version.manifest, "tflite_f64")
    with pytest.raises(NotFoundError, match="it has: none"):
        artifact(Manifest(), "tflite_f32")


def test_a_described_file_has_its_path_size_and_hash(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b.txt").write_bytes(b"abc")
    described = describe_file(tmp_path / "a/b.txt", root=tmp_path)
    assert (described.path, described.size_bytes) == ("a/b.txt", 3)
    assert described.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(StoreError, match="Cannot read"):
        describe_file(tmp_path / "missing", root=tmp_path)


def rename_model(manifest: Manifest) -> None:
    manifest.name = "../detector"


def drop_version(manifest: Manifest) -> None:
    manifest.version = 0


def drop_date(manifest: Manifest) -> None:
    manifest.ClearField("created")


def drop_labels(manifest: Manifest) -> None:
    manifest.ClearField("labels")


def repeat_label(manifest: Manifest) -> None:
    manifest.labels.append("raccoon")


def drop_size(manifest: Manifest) -> None:
    manifest.input.width = 0


def change_dtype(manifest: Manifest) -> None:
    manifest.input.dtype = "float64"


def change_range(manifest: Manifest) -> None:
    manifest.input.range[1] = 1.0


def swap_outputs(manifest: Manifest) -> None:
    names = list(manifest.outputs.tflite)
    manifest.outputs.tflite[:] = [names[1], names[0], *names[2:]]


def drop_outputs(manifest: Manifest) -> None:
    manifest.outputs.ClearField("saved_model")


def raise_threshold(manifest: Manifest) -> None:
    manifest.score_threshold = 1.5


def raise_precision(manifest: Manifest) -> None:
    manifest.metrics.ap50 = 90.0


def add_metrics_of_a_stranger(manifest: Manifest) -> None:
    manifest.metrics.per_class["wombat"].ap = 0.5


def raise_precision_of_a_class(manifest: Manifest) -> None:
    manifest.metrics.per_class["raccoon"].ap = -0.5


def negate_false_positives(manifest: Manifest) -> None:
    manifest.metrics.false_positives_per_empty_photo = -1.0


def add_counts_of_a_stranger(manifest: Manifest) -> None:
    manifest.data.per_class["wombat"].boxes = 3


def change_kind(manifest: Manifest) -> None:
    manifest.artifacts[1].kind = "onnx"


def repeat_kind(manifest: Manifest) -> None:
    manifest.artifacts[1].kind = "saved_model"


def drop_saved_model(manifest: Manifest) -> None:
    del manifest.artifacts[0]


def drop_files(manifest: Manifest) -> None:
    manifest.artifacts[1].ClearField("files")


def negate_parity(manifest: Manifest) -> None:
    manifest.artifacts[1].parity_max_box = -1e-9


def raise_precision_of_a_kind(manifest: Manifest) -> None:
    manifest.artifacts[1].ap50 = 1.1


def break_hash(manifest: Manifest) -> None:
    manifest.artifacts[1].files[0].sha256 = "ABC"


def repeat_file(manifest: Manifest) -> None:
    manifest.artifacts[1].files.append(manifest.artifacts[1].files[0])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (rename_model, "is not a model name"),
        (drop_version, "version must be 1 or more"),
        (drop_date, "created is missing"),
        (drop_labels, "There are no labels"),
        (repeat_label, "'raccoon' is there twice"),
        (drop_size, "must be 1 or more"),
        (change_dtype, "neither uint8 nor float32"),
        (change_range, r"must be \[0, 255\]"),
        (swap_outputs, r"outputs\.tflite must be"),
        (drop_outputs, r"outputs\.saved_model must be"),
        (raise_threshold, "not between 0 and 1"),
        (raise_precision, r"metrics\.ap50 90\.0"),
        (add_metrics_of_a_stranger, r"metrics\.per_class names \['wombat'\]"),
        (raise_precision_of_a_class, r"metrics\.per_class\[raccoon\]\.ap -0\.5"),
        (negate_false_positives, "is negative"),
        (add_counts_of_a_stranger, r"data\.per_class names \['wombat'\]"),
        (change_kind, "'onnx' is not one of saved_model, tflite_f32"),
        (repeat_kind, "'saved_model' is there twice"),
        (drop_saved_model, "'saved_model' is missing"),
        (drop_files, "has no files"),
        (negate_parity, "a parity is negative"),
        (raise_precision_of_a_kind, "'tflite_f32': ap50 1.1 is not between"),
        (break_hash, "no valid sha256"),
        (repeat_file, r"tflite/f32\.tflite is there twice"),
    ],
)
def test_what_contradicts_the_contract_is_refused(
    version: Version, change: Callable[[Manifest], None], problem: str
) -> None:
    change(version.manifest)
    with pytest.raises(StoreError, match=problem):
        check_manifest(version.manifest)


@pytest.mark.parametrize(
    "path",
    ["", ".", "..", "/etc/passwd", "../x", "a/../../x", "a/..", "./a", "a//b", "a/", "a\\b", "a\nb", "a\0b"],
)
def test_paths_stay_inside_the_version(version: Version, path: str) -> None:
    version.manifest.artifacts[1].files[0].path = path
    with pytest.raises(StoreError, match=r"must be relative, with '/', without '\.\.'"):
        version.validate()


def test_files_must_be_there_with_their_size_and_content(version: Version) -> None:
    tflite, graph = version.artifacts / "tflite/f32.tflite", version.model / "saved_model.pb"
    content = tflite.read_bytes()
    tflite.write_bytes(content[::-1])
    with pytest.raises(StoreError, match=r"tflite/f32\.tflite has another content"):
        version.validate()
    tflite.write_bytes(content + b"!")
    with pytest.raises(StoreError, match=r"tflite/f32\.tflite has 7 bytes instead of 6"):
        version.validate()
    tflite.unlink()
    graph.unlink()
    with pytest.raises(StoreError, match=r"saved_model\.pb is missing; tflite/f32\.tflite is missing"):
        version.validate()


def test_a_link_that_leads_out_is_refused(version: Version, tmp_path: Path) -> None:
    tflite = version.artifacts / "tflite/f32.tflite"
    tflite.rename(tmp_path / "outside")
    tflite.symlink_to(tmp_path / "outside")
    with pytest.raises(StoreError, match="leads out of the version's folder"):
        version.validate()


def test_samples_are_checked_too(version: Version) -> None:
    version.manifest.samples.add(path="report/samples/1.jpg", sha256="0" * 64, size_bytes=1)
    with pytest.raises(StoreError, match=r"report/samples/1\.jpg is missing"):
        version.validate()


def test_labels_txt_must_say_the_same(version: Version) -> None:
    (version.artifacts / "labels.txt").write_text("kangaroo\nraccoon\n")
    with pytest.raises(StoreError, match="name different labels"):
        version.validate()


def test_many_problems_are_shortened(version: Version) -> None:
    for number in range(9):
        version.manifest.samples.add(path=f"{number}.jpg", sha256="0" * 64, size_bytes=1)
    with pytest.raises(StoreError, match=r"4\.jpg is missing; and 4 more"):
        version.validate()
