"""The API's description is true: whatever is sent, the answer is one that it names."""

import re
from collections.abc import Iterator
from typing import Any, get_args
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from starlette.routing import Route

from detector import errors
from detector.response import DetectOut
from detector.store import Store
from services.gateway.rest.app import create_app
from services.gateway.rest.openapi import ErrorCode, ProblemOut, openapi_document
from services.gateway.settings import Settings
from tests.services.gateway.rest.test_detect import PHOTO

DOCUMENT = openapi_document("1")
DETECT: dict[str, Any] = DOCUMENT["paths"]["/detect"]["post"]
FILE: dict[str, Any] = DOCUMENT["paths"]["/v1/models/{name}/versions/{version}/files/{path}"]["get"]
MEDIA_TYPES = (
    "image/jpeg",
    "image/anything",
    "application/octet-stream",
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=b",
    "text/plain",
)
BODIES = st.one_of(
    st.just(PHOTO),
    st.binary(max_size=200),
    st.integers(0, len(PHOTO)).map(lambda length: PHOTO[:length]),
    st.binary(max_size=60).map(lambda text: b'{"image": "' + text + b'"}'),
    st.binary(max_size=60).map(
        lambda text: b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n' + text + b"\r\n--b--\r\n"
    ),
)
QUERIES = st.dictionaries(
    st.sampled_from(["channel", "version", "min_score", "max_detections", "other"]),
    st.one_of(st.text(max_size=8), st.integers(-2, 60).map(str), st.floats().map(str), st.just("stable")),
    max_size=3,
)
QUIET = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def open_client(gateway: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url) as client:
        yield client


@QUIET
@given(body=BODIES, media_type=st.sampled_from(MEDIA_TYPES), query=QUERIES)
def test_detect_answers_as_described(
    open_client: httpx.Client, body: bytes, media_type: str, query: dict[str, str]
) -> None:
    path = f"/detect?{urlencode(query, errors='surrogatepass')}"
    answer = open_client.post(path, content=body, headers={"content-type": media_type})
    assert str(answer.status_code) in DETECT["responses"]
    assert answer.status_code < 500
    if answer.status_code == 200:
        TypeAdapter(DetectOut).validate_json(answer.content)
    else:
        ProblemOut.model_validate_json(answer.content)


STORED = ("labels.txt", "manifest.json", "tflite/f32.tflite")


@QUIET
@given(
    path=st.one_of(st.sampled_from(STORED), st.text(max_size=30)),
    version=st.one_of(st.just("1"), st.text(max_size=5)),
    name=st.one_of(st.just("detector"), st.text(max_size=10)),
)
@example(path="labels.txt", version="1", name="detector")
@example(path="labels.txt", version="1", name="other")
@example(path="labels.txt", version="99", name="detector")
@example(path="no-such-file", version="1", name="detector")
def test_files_answer_as_described(open_client: httpx.Client, path: str, version: str, name: str) -> None:
    parts = [quote(part, safe="", errors="replace") for part in (name or "detector", version or "1")]
    rest = quote(path, safe="/" if path in STORED else "", errors="replace")
    answer = open_client.get(f"/v1/models/{parts[0]}/versions/{parts[1]}/files/{rest}")
    assert str(answer.status_code) in FILE["responses"]
    is_there = parts == ["detector", "1"] and path in STORED
    assert answer.status_code == (200 if is_there else 404)
    if not is_there:
        ProblemOut.model_validate_json(answer.content)


@pytest.mark.parametrize(("wanted", "status"), [("bytes=0-3", 206), ("bytes=9999999-", 416)])
def test_parts_of_whatever_is_stored_are_described(client: httpx.Client, wanted: str, status: int) -> None:
    paths = {
        "/v1/models/{name}/manifest": "/v1/models/detector/manifest",
        "/v1/models/{name}/versions/{version}/files/{path}": "/v1/models/detector/versions/1/files/labels.txt",
    }
    for template, path in paths.items():
        answer = client.get(path, headers={"range": wanted})
        described = DOCUMENT["paths"][template]["get"]["responses"]
        assert answer.status_code == status
        assert str(status) in described


UNDESCRIBED = {"/", "/docs", "/openapi.json", "/page.json", "/lan", "/{path}"}
"""The page and what it asks for, and what is for people."""


def test_it_is_served(client: httpx.Client) -> None:
    assert client.get("/openapi.json").json()["openapi"] == "3.1.0"


def test_what_it_describes_is_what_is_routed(tiny_store: Store) -> None:
    routed: dict[str, set[str]] = {}
    for route in create_app(Settings(store=tiny_store.root)).routes:
        assert isinstance(route, Route)
        path = re.sub(r":\w+}", "}", route.path)
        routed[path] = {method.lower() for method in route.methods or {"POST"}} - {"head"}
    assert {path: set(methods) for path, methods in DOCUMENT["paths"].items()} == {
        path: methods for path, methods in routed.items() if path not in UNDESCRIBED
    }
    assert set(routed) - set(DOCUMENT["paths"]) == UNDESCRIBED


def test_what_needs_no_version_answers_as_described(client: httpx.Client) -> None:
    for path, methods in DOCUMENT["paths"].items():
        if "{" not in path and "get" in methods:
            answer = client.get(path)
            described = methods["get"]["responses"][str(answer.status_code)]["content"]
            assert answer.headers["content-type"].split(";")[0] in described


def test_every_code_of_the_error_tree_that_http_can_meet_is_named() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {
        kind.code for kind in kinds if issubclass(kind, errors.DetectorError) and kind.exit_code in (1, 2)
    }
    assert codes == set(get_args(ErrorCode))
    statuses = {str(kind.http_status) for kind in kinds if issubclass(kind, errors.DetectorError)}
    described = {
        status
        for methods in DOCUMENT["paths"].values()
        for m in methods.values()
        for status in m["responses"]
    }
    assert statuses <= described


def test_the_docs_page_asks_nobody_else(client: httpx.Client) -> None:
    page = client.get("/docs").text
    assert "openapi.json" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "src=" not in page
