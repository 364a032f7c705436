"""Photos that are sent as text are read; what only looks like one is told apart."""

import base64
import tracemalloc
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest

from detector.errors import InvalidRequestError
from services.gateway.rest.base64_text import decode_base64, decode_if_base64
from tests.detector.pictures import encode
from tests.services.gateway.rest.test_detect import PHOTO, detections, problem, red_top_left

FOUND = [("red", (0.0, 0.0, 0.5, 0.5))]
FORM = "application/x-www-form-urlencoded"
# Of a length and content whose base64 has padding and both letters that the alphabets write differently.
ODD = encode(red_top_left()) + b"\xff\xef\xbe\xff"


def plain(photo: bytes) -> bytes:
    return base64.b64encode(photo)


def in_lines(photo: bytes) -> bytes:
    return b" \r\n" + base64.encodebytes(photo).replace(b"\n", b"\r\n")


def url_safe(photo: bytes) -> bytes:
    return base64.urlsafe_b64encode(photo)


def without_padding(photo: bytes) -> bytes:
    return base64.urlsafe_b64encode(photo).rstrip(b"=")


def data_uri(photo: bytes) -> bytes:
    return b"data:image/jpeg;base64," + base64.b64encode(photo)


def escaped_data_uri(photo: bytes) -> bytes:
    return b"DATA:image/jpeg;name=a.jpg;base64," + quote(base64.b64encode(photo), safe="").encode()


def with_byte_order_mark(photo: bytes) -> bytes:
    return b"\xef\xbb\xbf" + base64.b64encode(photo)


SPELLINGS = (
    plain, in_lines, url_safe, without_padding, data_uri, escaped_data_uri, with_byte_order_mark,
)  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_photo_is_found_in_every_spelling(spelling: Callable[[bytes], bytes]) -> None:
    for photo in (PHOTO, ODD, ODD + b"\xfb", encode(red_top_left(), "PNG"), encode(red_top_left(), "WEBP")):
        assert decode_if_base64(spelling(photo), source="The body") == photo
        assert decode_base64(spelling(photo), source="The body") == photo


@pytest.mark.parametrize("photo", [PHOTO, encode(red_top_left(), "PNG"), encode(red_top_left(), "WEBP")])
def test_a_photo_as_it_is_is_not_touched(photo: bytes) -> None:
    assert decode_if_base64(photo, source="The body") is photo


@pytest.mark.parametrize("content", [b"", b"hello", b"aGVsbG8gd29ybGQ=", b"<svg/>", bytes(600), b"A" * 601])
def test_what_is_no_photo_either_way_is_left_to_the_decoder(content: bytes) -> None:
    assert decode_if_base64(content, source="The body") is content


@pytest.mark.parametrize("spelling", [plain, in_lines, url_safe, data_uri])
def test_a_multipart_field_is_read(client: httpx.Client, spelling: Callable[[bytes], bytes]) -> None:
    as_file = client.post("/detect", files={"image": ("photo.txt", spelling(ODD), "text/plain")})
    as_field = client.post("/detect", files={"image": (None, spelling(ODD))})
    assert detections(as_file) == detections(as_field) == FOUND


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_json_is_read(client: httpx.Client, spelling: Callable[[bytes], bytes]) -> None:
    text = spelling(ODD).decode("utf-8-sig")
    assert detections(client.post("/detect", json={"image": text})) == FOUND


@pytest.mark.parametrize("spelling", [plain, in_lines, url_safe, without_padding, data_uri])
def test_an_urlencoded_form_is_read(client: httpx.Client, spelling: Callable[[bytes], bytes]) -> None:
    answer = client.post("/detect", data={"note": "a b", "image": spelling(ODD).decode()})
    assert answer.request.headers["content-type"] == FORM
    assert detections(answer) == FOUND


def test_a_plus_that_nobody_escaped_is_a_plus(client: httpx.Client) -> None:
    """As `curl -d image=$(base64 photo.jpg)` sends it."""
    body = b"image=" + plain(ODD)
    assert b"+" in body
    assert detections(client.post("/detect", content=body, headers={"content-type": FORM})) == FOUND


@pytest.mark.parametrize("content_type", ["image/jpeg", "application/octet-stream", FORM])
def test_a_body_of_base64_is_read(client: httpx.Client, content_type: str) -> None:
    for spelling in (plain, data_uri):
        answer = client.post("/detect", content=spelling(ODD), headers={"content-type": content_type})
        assert detections(answer) == FOUND


@pytest.mark.parametrize(
    ("body", "content_type", "expected", "words"),
    [
        (b"image=", FORM, (400, "invalid_request"), 'field "image" is empty'),
        (b"photo=abc", FORM, (400, "invalid_request"), 'no field "image"'),
        (b"a=1&" * 101 + b"image=1", FORM, (400, "invalid_request"), "more than 100 fields"),
        (b"image=" + quote(PHOTO).encode(), FORM, (400, "invalid_request"), "multipart/form-data"),
        (b"image=hello", FORM, (415, "unsupported_media_type"), "not a photo"),
        (b"image=" + plain(ODD).replace(b"+", b" "), FORM, (400, "invalid_request"), "spaces"),
        (b"image=data:image/svg%2Bxml;utf8,hello", FORM, (400, "invalid_request"), "data URI without base64"),
        (plain(PHOTO) + b"!", "image/jpeg", (400, "invalid_request"), "The body is not base64"),
        (b"data:image/jpeg;base64,", "image/jpeg", (400, "invalid_request"), "The body is empty"),
        (b"data:image/jpeg;base64,aGVsbG8=", "image/jpeg", (415, "unsupported_media_type"), "not a photo"),
        (b'{"image": "data:text/plain,hello"}', "application/json", (400, "invalid_request"), "without base64"),
        (b'{"image": "data:' + b"x" * 999 + b'"}', "application/json", (400, "invalid_request"), "without base64"),
        (b'{"image": "%FF%D8%FF"}', "application/json", (400, "invalid_request"), "percent-encoded"),
        (b'{"image": "\xc3\xa9"}', "application/json", (400, "invalid_request"), '"image" is not base64'),
        (b"", "text/plain", (400, "invalid_request"), "The body is empty"),
        (b"", "", (400, "invalid_request"), "The body is empty"),
        (b"", "application/json", (400, "invalid_request"), "The body is empty"),
        (b"", "multipart/form-data; boundary=b", (400, "invalid_request"), "The body is empty"),
        (b"x", "text/plain", (415, "unsupported_media_type"), "application/x-www-form-urlencoded"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_the_message_says_what_is_wrong(
    client: httpx.Client, body: bytes, content_type: str, expected: tuple[int, str], words: str
) -> None:
    answer = client.post("/detect", content=body, headers={"content-type": content_type})
    assert problem(answer) == expected
    assert words in answer.json()["detail"]


def test_an_empty_part_is_told_as_empty(client: httpx.Client) -> None:
    answer = client.post("/detect", files={"image": ("photo.jpg", b"", "image/jpeg")})
    assert problem(answer) == (400, "invalid_request")
    assert answer.json()["detail"] == 'The field "image" is empty; it must be a photo.'


def test_a_request_that_declares_no_body_is_told_so_whatever_its_type(client: httpx.Client) -> None:
    for content_type in ("image/jpeg", "text/plain"):
        answer = client.post("/detect", headers={"content-type": content_type})
        assert problem(answer) == (400, "invalid_request")


@pytest.mark.parametrize(
    "text",
    [b"%2B" * 2_000_000, b"data:;base64," + b"%41" * 2_000_000, b"A\r\n" * 2_000_000],
    ids=["escapes", "data-uri", "line-ends"],
)
def test_hostile_text_takes_memory_by_its_length_alone(text: bytes) -> None:
    tracemalloc.start()
    try:
        decode_base64(text, source="The body")
    except InvalidRequestError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 4 * len(text)
