"""The manifest and the files of a version: whole, in part, conditionally, and nothing else."""

import errno
import gzip
import hashlib
import http.client
from pathlib import Path

import httpx
import pytest

from detector.errors import NotFoundError, StoreError
from detector.store import Store
from services.gateway.rest.files import describe
from services.gateway.stored_files import resolve_inside

LITE = "/v1/models/detector/versions/1/files/tflite/f32.tflite"
REPORT = "/v1/models/detector/versions/1/files/report/index.html"
MANIFEST = "/v1/models/detector/manifest"


@pytest.fixture
def lite(tiny_store: Store) -> bytes:
    return (tiny_store.artifacts_dir("detector", 1) / "tflite" / "f32.tflite").read_bytes()


def test_a_file_comes_whole_with_a_strong_etag(client: httpx.Client, lite: bytes) -> None:
    answer = client.get(LITE)
    assert answer.content == lite
    assert answer.headers["etag"] == f'"{hashlib.sha256(lite).hexdigest()}"'
    assert answer.headers["cache-control"] == "max-age=31536000, immutable"
    assert answer.headers["content-length"] == str(len(lite))


def test_head_says_the_same_without_the_body(client: httpx.Client, lite: bytes) -> None:
    answer = client.head(LITE)
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len(lite))


def test_a_broken_download_resumes(client: httpx.Client, lite: bytes) -> None:
    first = client.get(LITE, headers={"range": "bytes=0-999"})
    assert first.status_code == 206
    assert first.headers["content-range"] == f"bytes 0-999/{len(lite)}"
    rest = client.get(LITE, headers={"range": "bytes=1000-", "if-range": first.headers["etag"]})
    assert first.content + rest.content == lite


def test_a_resumed_download_starts_over_when_the_file_is_another(client: httpx.Client, lite: bytes) -> None:
    answer = client.get(LITE, headers={"range": "bytes=1000-", "if-range": '"other"'})
    assert answer.status_code == 200
    assert answer.content == lite


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [("bytes=-10", -10, None), ("bytes=5-5", 5, 6), ("bytes=5-99999999", 5, None)],
)
def test_ranges(client: httpx.Client, lite: bytes, wanted: str, start: int, stop: int | None) -> None:
    answer = client.get(LITE, headers={"range": wanted})
    assert answer.status_code == 206
    assert answer.content == lite[start:stop]


@pytest.mark.parametrize("wanted", ["bytes=0-1,3-4", "bytes=9-5", "lines=1-2", "bytes=-", "bytes=a-b"])
def test_what_is_no_single_range_is_answered_in_full(client: httpx.Client, lite: bytes, wanted: str) -> None:
    assert client.get(LITE, headers={"range": wanted}).content == lite


@pytest.mark.parametrize("wanted", ["bytes=99999999-", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(client: httpx.Client, lite: bytes, wanted: str) -> None:
    answer = client.get(LITE, headers={"range": wanted})
    assert answer.status_code == 416
    assert answer.json()["code"] == "range_not_satisfiable"
    assert answer.headers["content-range"] == f"bytes */{len(lite)}"


def test_what_one_has_is_not_sent_again(client: httpx.Client) -> None:
    for path in (LITE, MANIFEST, REPORT):
        etag = client.get(path).headers["etag"]
        again = client.get(path, headers={"if-none-match": f'"x", W/{etag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag


def test_what_one_has_may_be_told_on_several_lines(client: httpx.Client) -> None:
    etag = client.get(LITE).headers["etag"]
    again = client.get(LITE, headers=[("if-none-match", '"x"'), ("if-none-match", etag)])
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("offer", "packed"),
    [
        ("identity, gzip;q=0.5", False),
        ("gzip;q=0.2, identity;q=0.1", True),
        ("identity;q=0, *", True),
        ("gzip;q=0.001", True),
        ("gzip;q=0.000", False),
        ("gzip, identity", True),
    ],
)
def test_what_a_client_likes_better_is_sent(client: httpx.Client, offer: str, packed: bool) -> None:
    answer = client.get(REPORT, headers={"accept-encoding": offer})
    assert ("content-encoding" in answer.headers) == packed


def test_text_is_compressed_under_its_own_etag(client: httpx.Client) -> None:
    plain = client.get(REPORT, headers={"accept-encoding": "identity"})
    packed = client.get(REPORT, headers={"accept-encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert plain.headers["etag"] != packed.headers["etag"]
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) < len(plain.content) / 4
    for offer in ("gzip;q=0", "*, gzip;q=0", "*;q=0", "br"):
        refused = client.get(REPORT, headers={"accept-encoding": offer})
        assert "content-encoding" not in refused.headers
    assert len(gzip.compress(plain.content, 9)) < len(plain.content)


def test_the_manifest_is_the_stored_bytes(client: httpx.Client, tiny_store: Store) -> None:
    for channel, version in (("stable", 1), ("canary", 2)):
        stored = (tiny_store.artifacts_dir("detector", version) / "manifest.json").read_bytes()
        answer = client.get(f"{MANIFEST}?channel={channel}")
        assert answer.content == stored
        assert answer.headers["content-type"] == "application/json"
    assert client.get(f"{MANIFEST}?channel=beta").status_code == 404
    assert client.get("/v1/models/other/manifest").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "../2/labels.txt",
        "..%2f2%2flabels.txt",
        "%2e%2e/2/labels.txt",
        "tflite/../labels.txt",
        "tflite//f32.tflite",
        "/etc/passwd",
        "tflite",
        "tflite/",
        "",
        "labels.txt%00",
        "tflite%5cf32.tflite",
        "a" * 5000,
    ],
)
def test_nothing_else_can_be_read(client: httpx.Client, path: str) -> None:
    # Not httpx, which would tidy the path up.
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port or 0, timeout=5)
    connection.request("GET", f"/v1/models/detector/versions/1/files/{path}")
    assert connection.getresponse().status == 404
    connection.close()


@pytest.mark.parametrize(
    "place", ["detector/versions/01", "detector/versions/3", "..%2f/versions/1", "x/versions/1"]
)
def test_versions_that_are_not_there(client: httpx.Client, place: str) -> None:
    assert client.get(f"/v1/models/{place}/files/labels.txt").status_code == 404


def test_a_model_that_is_not_there_is_called_by_its_name(client: httpx.Client) -> None:
    answer = client.get("/v1/models/kangaroo/manifest")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no model 'kangaroo'."


def test_a_file_that_cannot_be_read_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f32.tflite"
    with pytest.raises(NotFoundError):
        describe(path)
    path.write_bytes(b"weights")

    def refuse(*_: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("services.gateway.rest.files.digest", refuse)
    with pytest.raises(StoreError, match="permission denied"):
        describe(path)


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "loop").symlink_to(root / "loop")
    for name in ("link", "loop"):
        with pytest.raises(NotFoundError):
            resolve_inside(root, name)


def test_digits_of_other_scripts_are_no_version(client: httpx.Client) -> None:
    """Else each spelling of a number would be a label of its own in the metrics."""
    assert client.get(LITE.replace("/1/", "/%D9%A1/")).status_code == 404


def test_head_knows_no_ranges(client: httpx.Client, lite: bytes) -> None:
    answer = client.head(LITE, headers={"range": "bytes=0-9"})
    assert (answer.status_code, answer.headers["content-length"]) == (200, str(len(lite)))
