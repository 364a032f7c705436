"""Twenty thousand damaged bodies, queries and headers: what they mean, or an error of the tree."""

import base64
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from detector.errors import DetectorError, InvalidRequestError
from services.gateway.rest.bodies import BodyHead, body_head, photo_in
from services.gateway.rest.parameters import detect_options, request_deadline
from services.gateway.settings import Settings
from tests.detector.damage import damaged
from tests.detector.pictures import corners, encode

CASES = 21_000
PHOTO = encode(corners(24, 16))
SETTINGS = Settings()
BOUNDARY = b"----phone-7MA4YWxkTrZu0gW"
FORM = (
    b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
    b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n\r\n" + PHOTO + b"\r\n--" + BOUNDARY + b"--\r\n"
)  # fmt: skip
ENCODED = base64.b64encode(PHOTO)
MIME = base64.encodebytes(PHOTO).replace(b"\n", b"\r\n")
SAFE = base64.urlsafe_b64encode(PHOTO).rstrip(b"=")
TEXTS = (ENCODED, MIME, SAFE, b"data:image/jpeg;base64," + ENCODED, b"data:image/jpeg;base64," + SAFE)
URLENCODED = b"note=hello&image=" + quote(ENCODED, safe="").encode() + b"&more="
JSON = json.dumps({"image": base64.b64encode(PHOTO).decode(), "more": [1, {"a": None}]}).encode()
URL = json.dumps({"image": "data:image/jpeg;base64," + base64.b64encode(PHOTO).decode()}).encode()
QUERIES = (
    b"channel=stable&version=1&min_score=0.25&max_detections=10",
    b"channel=stable&version=1&min_scroe=%ff%00&min_score=1e-3",
)
FORM_TYPE = b"multipart/form-data; boundary=" + BOUNDARY


def scope(*, content_type: bytes = b"image/jpeg", query: bytes = b"", **headers: bytes) -> dict[str, Any]:
    """As the server gives it: header names in lower case, a query of ASCII."""
    named = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    return {
        "headers": [(b"content-type", content_type), *named],
        "state": {"request_id": "trip-7"},
        "query_string": query,
    }


def head(content_type: bytes) -> BodyHead:
    return body_head(scope(content_type=content_type), 25_000_000)


def form(source: random.Random) -> None:
    content_type = damaged(FORM_TYPE, source) if source.random() < 0.3 else FORM_TYPE
    photo_in(head(content_type), damaged(FORM, source))


def form_of_text(source: random.Random) -> None:
    photo_in(head(FORM_TYPE), damaged(FORM.replace(PHOTO, source.choice(TEXTS)), source))


def urlencoded(source: random.Random) -> None:
    body = source.choice((URLENCODED, URLENCODED.replace(b"%2B", b"+"), b"image=" + source.choice(TEXTS)))
    photo_in(head(b"application/x-www-form-urlencoded"), damaged(body, source))


def text(source: random.Random) -> None:
    photo_in(head(b"image/jpeg"), damaged(source.choice(TEXTS), source))


def json_body(source: random.Random) -> None:
    photo_in(head(b"application/json"), damaged(source.choice((JSON, URL)), source))


def query(source: random.Random) -> None:
    detect_options(
        scope(query=damaged(source.choice(QUERIES), source), x_client_id=damaged(b"phone-1", source))
    )


def headers(source: random.Random) -> None:
    sent = {
        "content_type": FORM_TYPE,
        "content_length": b"12345",
        "content_encoding": b"identity",
        "x_request_timeout_ms": b"2500",
    }
    for name in source.sample(list(sent), source.randint(1, 2)):
        sent[name] = damaged(sent[name], source)
    given = scope(**sent)
    request_deadline(given, SETTINGS)
    body_head(given, 25_000_000)


@pytest.mark.parametrize("parse", [form, form_of_text, urlencoded, text, json_body, query, headers])
def test_parsers_give_an_answer_or_an_error_of_the_tree(parse: Callable[[random.Random], None]) -> None:
    source = random.Random(20_000)
    outcomes: Counter[str] = Counter()
    for _ in range(CASES // 7):
        try:
            parse(source)
        except DetectorError as error:
            outcomes[error.code] += 1
        else:
            outcomes["ok"] += 1
    assert sum(outcomes.values()) == CASES // 7
    assert outcomes["internal"] == 0
    assert min(outcomes["ok"], CASES // 7 - outcomes["ok"]) > CASES // 1000, outcomes


@given(st.binary(min_size=1, max_size=300))
def test_base64_carries_any_bytes(content: bytes) -> None:
    body = json.dumps({"image": base64.b64encode(content).decode()}).encode()
    assert photo_in(head(b"application/json"), body) == content


@given(st.text(max_size=60))
@example("=")
@example("A===")
@example("AA==AA==")
@example("AAA\n")
@example("QUJDRA=")
@example("QUJDRA===")
@example("data:")
@example("data:,")
@example("data:;base64,QUJD")
@example("QUJD*")
@hypothesis_settings(max_examples=500)
def test_base64_with_garbage_is_refused_or_is_what_python_decodes(text: str) -> None:
    encoded = text.strip(" \t\r\n").partition(";base64,")[2] if text.startswith("data:") else text
    body = json.dumps({"image": text}).encode()
    try:
        photo = photo_in(head(b"application/json"), body)
    except InvalidRequestError:
        return
    plain = "".join(encoded.split()).replace("-", "+").replace("_", "/")
    assert photo == base64.b64decode(unquote(plain) + "=" * (-len(plain) % 4))


def test_ranges_and_tags_of_any_shape_are_no_500(client: httpx.Client) -> None:
    source = random.Random(1)
    url = "/v1/models/detector/versions/1/files/labels.txt"
    etag = client.get(url).headers["etag"].encode()
    seen: Counter[int] = Counter()
    for _ in range(1000):
        sent = {
            b"range": printable(damaged(source.choice((b"bytes=0-3", b"bytes=-2", b"bytes=5-")), source)),
            b"if-range": printable(damaged(etag, source)) if source.random() < 0.3 else etag,
            b"if-none-match": printable(damaged(b'"a", W/' + etag, source)),
        }
        seen[client.get(url, headers=sent).status_code] += 1
    assert set(seen) <= {200, 206, 304, 416}, seen


def printable(value: bytes) -> bytes:
    """What may stand in a header."""
    return bytes(byte for byte in value if 32 < byte < 127)
