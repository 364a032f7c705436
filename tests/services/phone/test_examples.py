import ast
import json
from pathlib import Path

import httpx
import pytest

from tests.detector.pictures import corners, encode, orientation_exif
from tests.services.phone.answers import assert_equal
from tests.services.phone.conftest import KEY, Served
from tests.services.phone.examples import KEY_PLACEHOLDER, examples_of
from tests.services.phone.programs import bash, detections, node, python

SAME_DECODER = 1e-5
FETCHED = "detector-1-f32.tflite"
ON_ITS_SIDE = 6
"""EXIF: the photo is seen upright when what is stored is turned by a quarter."""

CALL_DETECT = """
import {openAsBlob} from 'node:fs';
import {detect} from './detect.mjs';
for (const {label, score, box} of await detect(await openAsBlob(process.argv[2]))) {
  console.log(JSON.stringify({label, score, box}));
}
"""
HOSTILE_LABELS = ('"], print("owned"), ["', "it's \\ ${escape} `here`", "カンガルー 🦘")


@pytest.fixture(scope="module")
def examples(quarters: Served) -> dict[str, str]:
    return examples_of(quarters.manifest, origin=quarters.gateway.url)


@pytest.fixture(scope="module")
def keyed_examples(keyed_quarters: Served) -> dict[str, str]:
    return examples_of(keyed_quarters.manifest, origin=keyed_quarters.gateway.url, keys=True)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encode(corners(300, 200), quality=95, exif=orientation_exif(ON_ITS_SIDE)))
    return path


def test_curl_downloads_the_file_and_finds_that_it_is_the_versions(
    examples: dict[str, str], quarters: Served, tmp_path: Path
) -> None:
    done = bash(examples["curl-download"], tmp_path)
    assert done.code == 0, done.error
    assert done.out == f"{FETCHED}: OK\n"
    assert (tmp_path / FETCHED).read_bytes() == _published(quarters)


def test_curl_goes_on_where_a_download_broke_off(
    examples: dict[str, str], quarters: Served, tmp_path: Path
) -> None:
    whole = _published(quarters)
    (tmp_path / FETCHED).write_bytes(whole[:1000])
    before = _sent_bytes(quarters)
    done = bash(examples["curl-download"], tmp_path)
    assert done.code == 0, done.error
    assert (tmp_path / FETCHED).read_bytes() == whole
    assert _sent_bytes(quarters) - before == len(whole) - 1000


@pytest.mark.parametrize("content", [b"short", b"x" * 100_000])
def test_curl_finds_that_a_file_is_not_the_versions(
    examples: dict[str, str], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / FETCHED).write_bytes(content)
    assert bash(examples["curl-download"], tmp_path).code != 0


def test_curl_asks_the_server(
    examples: dict[str, str], quarters: Served, photo: Path, tmp_path: Path
) -> None:
    answer = bash(examples["curl-detect"], tmp_path)
    assert answer.code == 0, answer.error
    found = detections(json.loads(answer.out)["detections"], quarters.labels)
    assert_equal(found, quarters.detect(photo.read_bytes()), tolerance=0)


def test_python_runs_the_file_and_finds_what_the_server_finds(
    examples: dict[str, str], quarters: Served, photo: Path, tmp_path: Path
) -> None:
    assert bash(examples["curl-download"], tmp_path).code == 0
    found = python(examples["python-device"], tmp_path, str(photo)).detections(quarters.labels)
    assert_equal(found, quarters.detect(photo.read_bytes()), tolerance=SAME_DECODER)


def test_python_asks_the_server(
    examples: dict[str, str], quarters: Served, photo: Path, tmp_path: Path
) -> None:
    found = python(examples["python-detect"], tmp_path, str(photo)).detections(quarters.labels)
    assert_equal(found, quarters.detect(photo.read_bytes()), tolerance=0)


def test_python_says_why_the_server_refuses(examples: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no photo")
    refused = python(examples["python-detect"], tmp_path, "notes.txt")
    assert refused.code != 0
    assert refused.error.startswith("unsupported_media_type: ")


def test_javascript_asks_the_server(
    examples: dict[str, str], quarters: Served, photo: Path, tmp_path: Path
) -> None:
    (tmp_path / "detect.mjs").write_text(examples["javascript-detect"], "utf-8")
    found = node(CALL_DETECT, tmp_path, str(photo)).detections(quarters.labels)
    assert_equal(found, quarters.detect(photo.read_bytes()), tolerance=0)


def test_javascript_says_why_the_server_refuses(examples: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "detect.mjs").write_text(examples["javascript-detect"], "utf-8")
    (tmp_path / "notes.txt").write_text("no photo")
    refused = node(CALL_DETECT, tmp_path, "notes.txt")
    assert refused.code != 0
    assert "unsupported_media_type: " in refused.error


def test_where_a_key_is_wanted_every_program_sends_one(
    keyed_examples: dict[str, str], keyed_quarters: Served, photo: Path, tmp_path: Path
) -> None:
    labels = keyed_quarters.labels
    expected = keyed_quarters.detect(photo.read_bytes(), {"X-API-Key": KEY})
    assert bash(keyed_examples["curl-download"], tmp_path, API_KEY=KEY).out == f"{FETCHED}: OK\n"
    by_curl = json.loads(bash(keyed_examples["curl-detect"], tmp_path, API_KEY=KEY).out)
    assert_equal(detections(by_curl["detections"], labels), expected, tolerance=0)
    by_python = python(keyed_examples["python-detect"], tmp_path, str(photo), API_KEY=KEY)
    assert_equal(by_python.detections(labels), expected, tolerance=0)
    code = keyed_examples["javascript-detect"].replace(KEY_PLACEHOLDER, KEY)
    (tmp_path / "detect.mjs").write_text(code, "utf-8")
    assert_equal(node(CALL_DETECT, tmp_path, str(photo)).detections(labels), expected, tolerance=0)


def test_without_the_key_a_program_ends_with_what_to_do(
    keyed_examples: dict[str, str], photo: Path, tmp_path: Path
) -> None:
    for example in ("curl-download", "curl-detect"):
        shell = bash(keyed_examples[example], tmp_path)
        assert shell.code != 0
        assert "First: export API_KEY=your-key" in shell.error
    refused = python(keyed_examples["python-detect"], tmp_path, str(photo), API_KEY="another")
    assert refused.code != 0
    assert refused.error.startswith("unauthenticated: ")


def test_whatever_classes_are_called_stays_a_text(quarters: Served, tmp_path: Path) -> None:
    manifest = json.loads(quarters.manifest.read_bytes()) | {"labels": HOSTILE_LABELS}
    manifest["outputs"]["tfjs_graph"] = ["detection_boxes"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    examples = examples_of(tmp_path / "manifest.json", origin=quarters.gateway.url)
    in_python = _line(examples["python-device"], "LABELS = ")
    assert tuple(ast.literal_eval(in_python.removeprefix("LABELS = "))) == HOSTILE_LABELS
    for program in ("browser-device", "node-device"):
        ran = node(
            f"{_line(examples[program], 'const LABELS')} console.log(JSON.stringify(LABELS));", tmp_path
        )
        assert tuple(json.loads(ran.out)) == HOSTILE_LABELS


def _line(code: str, start: str) -> str:
    (line,) = [line for line in code.splitlines() if line.startswith(start)]
    return line


def _published(served: Served) -> bytes:
    return (served.artifacts / "tflite" / "f32.tflite").read_bytes()


def _sent_bytes(served: Served) -> int:
    metrics = httpx.get(f"{served.gateway.url}/metrics").text.splitlines()
    (line,) = [line for line in metrics if line.startswith("detector_artifact_sent_bytes_total ")]
    return int(float(line.split()[1]))
