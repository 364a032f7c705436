"""Query parameters: a misspelt one is told, where an answer would depend on it."""

import httpx
import pytest

from detector.errors import InvalidRequestError
from services.gateway.rest.openapi import openapi_document
from services.gateway.rest.parameters import DETECT_PARAMETERS, read_query
from tests.services.gateway.rest.test_detect import PHOTO, problem

MANIFEST = "/v1/models/detector/manifest"
FILE = "/v1/models/detector/versions/1/files/labels.txt"
ALL = "channel, version, min_score, max_detections"


def told(query: bytes, known: tuple[str, ...] = DETECT_PARAMETERS) -> str:
    with pytest.raises(InvalidRequestError) as error:
        read_query({"query_string": query}, known)
    return error.value.message


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (b"min_scroe=0.9", "Unknown query parameter 'min_scroe': did you mean min_score?"),
        (b"channel=stable&minScore=0.9", "Unknown query parameter 'minScore': did you mean min_score?"),
        (b"MAX-DETECTIONS=1", "Unknown query parameter 'MAX-DETECTIONS': did you mean max_detections?"),
        (b"utm_source=mail", f"Unknown query parameter 'utm_source': this route takes {ALL}."),
        (b"x", f"Unknown query parameter 'x': this route takes {ALL}."),
        (b"=0.9", f"Unknown query parameter '': this route takes {ALL}."),
        (b"min_score=0.5&min_score=0.5", "min_score is given twice."),
        (b"a%00b=1", f"Unknown query parameter 'a\\x00b': this route takes {ALL}."),
        (b"&".join([b"channel=1"] * 101), "The query cannot be read."),
    ],
)
def test_the_message_names_the_parameter_and_what_may_have_been_meant(query: bytes, message: str) -> None:
    assert told(query) == message


def test_a_route_without_parameters_says_so() -> None:
    assert told(b"v=3", ()) == "Unknown query parameter 'v': this route takes none."


def test_a_name_of_any_length_is_told_shortly() -> None:
    assert len(told(b"x" * 60_000)) < 200


@pytest.mark.parametrize("query", [b"", b"&", b"&&"])
def test_a_query_without_parameters_is_none(query: bytes) -> None:
    assert read_query({"query_string": query}, ()) == {}


def test_an_empty_value_is_a_value() -> None:
    assert read_query({"query_string": b"channel="}, ("channel",)) == {"channel": ""}


@pytest.mark.parametrize("path", ["/detect", MANIFEST, FILE])
def test_the_api_refuses_what_it_does_not_know(client: httpx.Client, path: str) -> None:
    method = "POST" if path == "/detect" else "GET"
    answer = client.request(method, f"{path}?chanel=stable", content=PHOTO if method == "POST" else None)
    assert problem(answer) == (400, "invalid_request")
    assert "'chanel'" in answer.json()["detail"]


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/openapi.json", "/page.json", "/lan", "/livez", "/readyz", "/metrics"]
)
def test_what_people_and_probes_open_takes_any_query(client: httpx.Client, path: str) -> None:
    assert client.get(f"{path}?utm_source=mail&name[]=up&probe").status_code == 200


@pytest.mark.parametrize(
    ("path", "method", "url"),
    [
        ("/detect", "post", "/detect"),
        ("/v1/models/{name}/manifest", "get", MANIFEST),
        ("/v1/models/{name}/versions/{version}/files/{path}", "get", FILE),
    ],
)
def test_what_is_described_is_known(client: httpx.Client, path: str, method: str, url: str) -> None:
    described = openapi_document("1")["paths"][path][method]
    values = {"channel": "stable", "version": "1", "min_score": "0.5", "max_detections": "5"}
    named = {each["name"]: values[each["name"]] for each in described["parameters"] if each["in"] == "query"}
    content = PHOTO if method == "post" else None
    assert client.request(method, url, params=named, content=content).status_code == 200
    assert "400" in described["responses"]
