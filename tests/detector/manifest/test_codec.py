"""The manifest's bytes: canonical, lossless, tolerant of newer writers, strict about everything else."""

import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import StoreError
from detector.manifest import Manifest, manifest_from_json, manifest_to_json, read_manifest, write_manifest
from tests.detector.manifest.manifests import JSON_VALUES, manifests


def parse(content: bytes) -> Manifest:
    return manifest_from_json(content, source="manifest.json")


@given(manifests())
def test_every_manifest_reads_as_it_was_written(manifest: Manifest) -> None:
    assert parse(manifest_to_json(manifest)) == manifest


@given(manifests())
def test_equal_manifests_have_equal_bytes(manifest: Manifest) -> None:
    content = manifest_to_json(manifest)
    assert manifest_to_json(parse(content)) == content
    assert manifest_to_json(Manifest.FromString(manifest.SerializeToString())) == content


@given(manifests(), st.dictionaries(st.text(), JSON_VALUES, max_size=3))
def test_fields_of_a_newer_writer_are_ignored(manifest: Manifest, unknown: dict[str, Any]) -> None:
    fields = json.loads(manifest_to_json(manifest))
    newer = {f"future_{name}": value for name, value in unknown.items()}
    fields |= newer | {"schema": "1.7"}
    fields["input"] |= newer
    read = parse(json.dumps(fields).encode())
    assert read.schema == "1.7"
    read.schema = manifest.schema
    assert read == manifest


def test_what_was_not_measured_is_absent_and_what_was_measured_as_zero_is_there() -> None:
    manifest = Manifest(schema="1.0")
    manifest.metrics.ap50 = 0.0
    metrics = json.loads(manifest_to_json(manifest))["metrics"]
    assert metrics["ap50"] == 0.0
    assert "ap" not in metrics
    read = parse(manifest_to_json(manifest))
    assert read.metrics.HasField("ap50")
    assert not read.metrics.HasField("ap")
    assert not read.HasField("score_threshold")


def test_whole_numbers_of_the_configuration_stay_whole_in_json() -> None:
    manifest = Manifest(schema="1.0")
    manifest.training.config.update({"image_size": 320, "alpha": 0.25, "rates": [1, 0.5], "head": "grid"})
    text = manifest_to_json(manifest).decode()
    assert '"image_size": 320,' in text
    assert json.loads(text)["training"]["config"] == {
        "image_size": 320,
        "alpha": 0.25,
        "rates": [1, 0.5],
        "head": "grid",
    }


def test_names_are_snake_case_and_no_number_is_text() -> None:
    manifest = Manifest(schema="1.0", version=3)
    manifest.metrics.false_positives_per_empty_photo = 0.25
    manifest.samples.add(path="a", sha256="b", size_bytes=2**32 - 1)
    fields = json.loads(manifest_to_json(manifest))
    assert fields["version"] == 3
    assert fields["metrics"]["false_positives_per_empty_photo"] == 0.25
    assert fields["samples"] == [{"path": "a", "sha256": "b", "size_bytes": 4294967295}]
    assert manifest_to_json(manifest).endswith(b"}\n")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_does_not_have_are_refused_by_name(tmp_path: Path, number: float) -> None:
    manifest = Manifest(schema="1.0")
    manifest.metrics.per_class["raccoon"].ap = number
    with pytest.raises(StoreError, match=r"metrics\.per_class\[raccoon\]\.ap is not a finite number"):
        write_manifest(tmp_path / "manifest.json", manifest)
    assert list(tmp_path.iterdir()) == []
    configured = Manifest(schema="1.0")
    configured.training.config.update({"rate": number})
    with pytest.raises(StoreError, match="is not a finite number"):
        manifest_to_json(configured)


def test_a_date_that_json_cannot_write_is_refused() -> None:
    manifest = Manifest(schema="1.0")
    manifest.created.seconds = 2**60
    with pytest.raises(StoreError, match="cannot be written as JSON"):
        manifest_to_json(manifest)


@pytest.mark.parametrize("number", ['"NaN"', '"Infinity"', "NaN", "-Infinity", "1e999"])
def test_numbers_that_are_not_finite_are_not_read(number: str) -> None:
    with pytest.raises(StoreError, match=r"manifest\.json"):
        parse(f'{{"schema": "1.0", "score_threshold": {number}}}'.encode())


@pytest.mark.parametrize("schema", ["2.0", "0.9", "10.0"])
def test_another_major_schema_says_what_to_do(schema: str) -> None:
    with pytest.raises(StoreError, match=rf"manifest\.json has schema {schema} and this program reads 1\.x"):
        parse(f'{{"schema": "{schema}", "name": {{"not": "a text"}}}}'.encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"3",
        b'"1.0"',
        b"{}",
        b'{"schema": 1}',
        b'{"schema": "one"}',
        b'{"schema": "1.0',
        b"\xff\xfe",
        b"\x00",
        b"[" * 100_000,
        b'{"schema": "1.0", "name": "\\ud800"}',
        b'{"schema": "1.0", "version": -1}',
        b'{"schema": "1.0", "version": 4294967296}',
        b'{"schema": "1.0", "version": "three"}',
        b'{"schema": "1.0", "labels": "raccoon"}',
        b'{"schema": "1.0", "labels": [null]}',
        b'{"schema": "1.0", "input": 3}',
        b'{"schema": "1.0", "artifacts": {}}',
        b'{"schema": "1.0", "artifacts": [3]}',
        b'{"schema": "1.0", "metrics": {"per_class": []}}',
        b'{"schema": "1.0", "metrics": {"per_class": {"a": 1}}}',
        b'{"schema": "1.0", "created": "yesterday"}',
        b'{"schema": "1.0", "created": 3}',
        b'{"schema": "1.0", "training": {"config": []}}',
        b'{"schema": "1.0", "training": {"config": {"a": ' + b"[" * 60 + b"]" * 60 + b"}}}",
        b'{"schema": "1.0", "training": {"config": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}}",
    ],
)
def test_what_is_not_a_manifest_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(StoreError, match=r"manifest\.json"):
        parse(content)


FIELD_NAMES = [field.name for field in Manifest.DESCRIPTOR.fields]


@given(st.dictionaries(st.sampled_from(FIELD_NAMES) | st.text(), JSON_VALUES, max_size=6))
def test_any_json_is_read_or_refused_but_never_a_crash(fields: dict[str, Any]) -> None:
    with suppress(StoreError):
        parse(json.dumps({**fields, "schema": "1.0"}).encode())


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(StoreError):
        parse(content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"Cannot read .*/manifest\.json: it is not there"):
        read_manifest(tmp_path / "manifest.json")
